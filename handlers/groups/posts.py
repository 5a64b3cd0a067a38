"""Group talk: what is new in one's groups, read, answered, thanked for, muted or reported."""

from __future__ import annotations

from handlers.groups import post_cards, spreading
from handlers.labels import FILES, attribution_label
from handlers.language import Text, Words, _, n_
from handlers.registry import Capability, ForWhom, Room
from handlers.talk import Option, Talk
from network import charters, files, groups, hearing, linked, posts, reactions
from network.errors import Missing
from network.posts import Post

LISTED = 20  # posts of a list


async def read(talk: Talk) -> None:
    """Show what is new in a group, and lead to one post or to what else can be done there."""
    group = talk.argument or await _group(talk)
    mine = {each.id: each for each in await talk.look(groups.of, person=talk.person)}
    if group not in mine:
        await talk.say(_("You are in no group yet.") if not mine else _("You are not in this group."))
        return
    charter = await talk.look(charters.of, group=group)
    news = await talk.look(hearing.unread, person=talk.person, group=group, limit=LISTED)
    new = [post for each in news if each.group == group for post in each.posts]
    many = sum(each.many for each in news if each.group == group)
    begun = [post for post in await talk.look(posts.latest, group=group) if post.id not in {each.id for each in new}]
    await talk.say(_heading(charter.name(talk.language), many, any_at_all=bool(new or begun)))
    options = [*await _ways(talk, mine[group]), *await _listed(talk, new, _("new")), *await _listed(talk, begun, "")]
    wish = await talk.choose("wish", _("What would you like to do?"), options)
    await talk.do("read", hearing.read, group=group, person=talk.person)
    command, _colon, which = wish.partition(":")
    await talk.go(command, which)


def _heading(group: str, many: int, *, any_at_all: bool) -> Text:
    if many:
        return n_("“{group}”: {count} new post.", "“{group}”: {count} new posts.", many, group=group)
    if any_at_all:
        return _("“{group}”: nothing new.", group=group)
    return _("“{group}”: nothing has been posted yet.", group=group)


async def _group(talk: Talk) -> str:
    """Ask which group, the number of new posts below each; "" for whoever is in none."""
    mine = await talk.look(groups.of, person=talk.person)
    if len(mine) < 2:  # noqa: PLR2004 - nothing to choose
        return mine[0].id if mine else ""
    new = {each.group: each.many for each in await talk.look(hearing.unread, person=talk.person)}
    options = [
        Option(each.id, each.name(talk.language), n_("{count} new post", "{count} new posts", new.get(each.id, 0)))
        for each in await talk.look(charters.many, found=mine)
    ]
    return await talk.choose("group", _("Which group?"), options)


async def _ways(talk: Talk, group: groups.Group) -> list[Option]:
    """Return what can be done in a group; the keys are commands."""
    found = await talk.look(linked.of_group, group=group.id)
    seats = {each.id for each in await talk.look(groups.coordinated_by, person=talk.person)}
    offered = [
        # Translators: in a list, max:24
        (
            await talk.look(posts.may_speak, group=group, person=talk.person),
            Option(f"say:{group.id}", _("Say something")),
        ),
        # Translators: in a list, max:24. At once, once a day, or not at all.
        (True, Option(f"membership:{group.id}", _("How posts come"))),
        # Translators: in a list, max:24
        (await talk.look(reactions.muted, person=talk.person) > 0, Option("unmute:", _("Hear everybody again"))),
        # Translators: in a list, max:24
        (found is not None and found.is_open, Option(f"entrance:{found.id if found else ''}", _("The Telegram group"))),
        # Translators: in a list, max:24
        (group.id in seats, Option(f"voices:{group.id}", _("Who is heard"))),
    ]
    return [option for is_here, option in offered if is_here]


async def _listed(talk: Talk, found: list[Post], mark: Words) -> list[Option]:
    options = []
    for each in await talk.look(posts.shown, found=found):
        line: Words = attribution_label(each.line)
        # Translators: {author} is who posted, {mark} is "new".
        note = _("{author} · {mark}", author=line, mark=mark) if mark else line
        options.append(Option(f"post:{each.post.id}", post_cards.short(each.post) or _("(not in words)"), note))
    return options


async def card_of(talk: Talk, post: Post) -> Text:
    """Return the card of a post for somebody who looks at it, with its reactions."""
    text = await talk.look(spreading.card, post=post, language=talk.language)
    line = post_cards.counted(await talk.look(reactions.counts, post=post.id))
    return _("{card}\n{line}", card=text, line=line) if line else text


async def play(talk: Talk, post: Post) -> None:
    """Let the voice message or picture of a post be heard or seen."""
    file = await talk.look(files.find, file=post.file) if post.file else None
    if file is not None and file.state is files.State.READY:
        await talk.say(_("{file}:", file=FILES[file.kind]), post_cards.media(file))


async def look_at(talk: Talk) -> None:
    """Show a post with its thread, or say something to it with one tap."""
    kind, _colon, which = talk.argument.rpartition(":")
    post = await talk.look(posts.readable, post=which, person=talk.person)
    if post is None:
        await talk.say(post_cards.GONE)
        return
    if kind in reactions.KINDS and post.is_up:
        await talk.do("react", reactions.react, post=post.id, person=talk.person, kind=kind)
        await talk.say(_("Noted, thank you. Reactions are counted together, from three on, without names."))
        return
    await talk.say(await card_of(talk, post))
    await play(talk, post)
    if not post.is_up:
        await talk.say(_("Nobody else reads it for now: coordinators look at it."))
    below = await talk.look(posts.below, post=post.id)
    wish = await talk.choose("wish", _replies(len(below)), [*await _acts(talk, post), *await _listed(talk, below, "")])
    if wish == "react":
        await _react(talk, post)
    elif wish == "mute":
        await _mute(talk, post)
    elif wish == "report":
        await _report(talk, post)
    command, _colon, argument = wish.partition(":")
    await talk.go(command, argument)


def _replies(many: int) -> Text:
    if not many:
        return _("What would you like to do?")
    return n_("{count} reply. Choose it to read it.", "{count} replies. Choose one to read it.", many)


async def _acts(talk: Talk, post: Post) -> list[Option]:
    """Return what somebody can do with a post: another's, or their own."""
    # Translators: in a list, max:24
    back = Option(f"posts:{post.group}", _("Back to the group"))
    if post.person == talk.person:
        # Translators: in a list, max:24
        fixable = [Option(f"correct:{post.id}", _("Correct it"))]
        can = await talk.look(posts.may_correct, post=post, person=talk.person)
        # Translators: in a list, max:24
        return [*(fixable if can else []), Option(f"unsay:{post.id}", _("Take it back")), back]
    group = await talk.look(groups.get, group=post.group)
    # Translators: button, max:20
    reply = [Option(f"say:re:{post.id}", _("Reply"))]
    return [
        *(reply if await talk.look(posts.may_speak, group=group, person=talk.person) else []),
        # Translators: in a list, max:24
        Option("react", _("React")),
        # Translators: in a list, max:24. To hear no more of whoever wrote it.
        Option("mute", _("Mute this author")),
        # Translators: in a list, max:24
        Option("report", _("It should not be here")),
        back,
    ]


async def _react(talk: Talk, post: Post) -> None:
    options = [Option(kind, post_cards.REACTIONS[kind]) for kind in reactions.KINDS]
    if await talk.look(reactions.mine, post=post.id, person=talk.person):
        # Translators: button, max:20
        options.append(Option("none", _("Take mine back")))
    kind = await talk.choose("kind", _("What do you say to it?"), options)
    await talk.do("react", reactions.react, post=post.id, person=talk.person, kind=kind)
    await talk.say(_("Noted, thank you. Reactions are counted together, from three on, without names."))
    await talk.go("posts", post.group)


async def _mute(talk: Talk, post: Post) -> None:
    try:
        await talk.do("mute", reactions.mute, post=post.id, person=talk.person)
    except Missing:
        await talk.say(post_cards.GONE)
    else:
        await talk.say(_("You hear no more of whoever wrote this, and nobody is told. “Hear everybody again” ends it."))
    await talk.go("posts", post.group)


async def _report(talk: Talk, post: Post) -> None:
    try:
        reported = await talk.do("report", reactions.report, post=post.id, by=talk.person)
    except Missing:
        await talk.say(post_cards.GONE)
        await talk.go("posts", post.group)
    if reported["deciders"]:
        # Translators: button, max:20
        option = Option(f"decide:{reported['approval']}", _("Read and decide"))
        await talk.tell("tell", reported["deciders"], _("A member asks you to look at a post in a group."), [option])
    await talk.say(
        _("Thank you for taking care. Coordinators have looked at it, or will, and nobody learns who said so.")
    )
    await talk.go("posts", post.group)


async def unmute(talk: Talk) -> None:
    """Hear everybody again."""
    await talk.do("unmute", reactions.unmute, person=talk.person)
    await talk.say(_("You hear everybody again."))


async def voices(talk: Talk) -> None:
    """Let whoever holds a seat say who is heard in a group."""
    if talk.argument not in {each.id for each in await talk.look(groups.coordinated_by, person=talk.person)}:
        await talk.say(_("Only those who hold a seat in a group can change that."))
        return
    group = await talk.look(groups.get, group=talk.argument)
    options = [Option(each.value, label) for each, label in post_cards.TALKS.items()]
    wish = await talk.choose("talk", _("Who is heard here? Now: {talk}.", talk=post_cards.TALKS[group.talk]), options)
    await talk.do("set", posts.set_talk, group=group.id, by=talk.person, talk=wish)
    await talk.say(_("It is so from now on: {talk}.", talk=post_cards.TALKS[groups.Talk(wish)]))


posts_capability = Capability(
    name="posts",
    command="posts",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24
    title=_("Group talk"),
    # Translators: words that start this, separated by |.
    words=_("posts|group talk|talk"),
    converse=read,
    anew=True,
)
post_capability = Capability(
    name="post",
    command="post",
    title=_("A post"),
    words=_("a post"),
    converse=look_at,
    shown_in_menu=False,
    anew=True,
    by_link=True,
    alone="posts",
)
unmute_capability = Capability(
    name="unmute",
    command="unmute",
    title=_("Hear everybody again"),
    words=_("hear everybody again|unmute"),
    converse=unmute,
    shown_in_menu=False,
)
voices_capability = Capability(
    name="voices",
    command="voices",
    title=_("Who is heard"),
    words=_("who is heard"),
    converse=voices,
    for_whom=ForWhom.COORDINATOR,
    shown_in_menu=False,
    alone="groups",
)
