"""Saying: a member posts in a group, or replies to a post, sees it as others will, and corrects it later."""

from __future__ import annotations

from typing import Any

from handlers.groups import doors, post_cards, spreading
from handlers.groups import posts as posts_
from handlers.labels import attribution_label
from handlers.language import Text, _, n_
from handlers.questions import Told
from handlers.registry import Capability
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import answers, charters, groups, linked, posts
from network.errors import Forbidden, Missing
from network.posts import TEXT, TooMany

REPLY = "re:"  # stands before the id of the post that is replied to
NOT_HERE = _("In this group you can read, and those who hold a seat post the news.")
ENOUGH = _(
    "You have posted a lot just now: at most three times in ten minutes and ten times a day, so that everybody can "
    "follow. Please come back a little later."
)


async def say(talk: Talk) -> None:
    """Say something in a group."""
    to = talk.argument.removeprefix(REPLY) if talk.argument.startswith(REPLY) else ""
    group = await _group(talk, to)
    if not group:
        return
    told = await _told(talk, to)
    named = await _review(talk, group, told)
    if named is None:
        await talk.revise("text", forget=["review", "voice"])
    if told.file and not await talk.look(answers.has_come, file=told.file, person=talk.person):
        await talk.say(_("What you sent is still on its way here. Please try again in a moment."))
        await talk.revise("review")
    await _say(talk, group, told, to, named=named)


async def _group(talk: Talk, to: str) -> str:
    """Return the group to say something in, "" where that is not possible, which is said."""
    if to:
        post = await talk.look(posts.readable, post=to, person=talk.person)
        if post is None or not post.is_up:
            await talk.say(post_cards.GONE)
            return ""
        await talk.say(await posts_.card_of(talk, post))
        return await _speakable(talk, post.group)
    if talk.argument:
        return await _speakable(talk, talk.argument)
    mine = [each for each in await talk.look(groups.of, person=talk.person) if await _may(talk, each)]
    if not mine:
        await talk.say(NOT_HERE)
        return ""
    listed = await talk.look(charters.many, found=mine)
    options = [Option(each.id, each.name(talk.language)) for each in listed]
    return await talk.choose("group", _("In which group?"), options) if len(mine) > 1 else mine[0].id


async def _speakable(talk: Talk, which: str) -> str:
    found = await talk.look(groups.of, person=talk.person)
    here = [each for each in found if each.id == which]
    if here and await _may(talk, here[0]):
        return which
    await talk.say(NOT_HERE if here else _("You are not in this group."))
    return ""


async def _may(talk: Talk, group: groups.Group) -> bool:
    return await talk.look(posts.may_speak, group=group, person=talk.person)


async def _told(talk: Talk, to: str) -> Told:
    question = _("What do you want to reply?") if to else _("What do you want to say to the group?")
    told = await talk.told("text", question, at_least=TEXT[0], at_most=TEXT[1], check=screen)
    if told.file:
        known = _("Whoever knows you may know your voice, or what a picture shows. Shall it be sent all the same?")
        # Translators: button, max:20
        if not await talk.confirm("voice", known, yes=_("Send it"), no=_("Write instead")):
            await talk.revise("text", forget=["voice"])
    return told


async def _review(talk: Talk, group: str, told: Told) -> bool | None:
    """Show the post as others will see it; return whether it goes with the name, None to change it."""
    me = await talk.member()
    with_name, without = posts.line(me, named=True), posts.line(me, named=False)
    charter = await talk.look(charters.of, group=group)
    await talk.say(
        _(
            "This is what “{group}” will read:\n\n{author}:\n“{text}”",
            group=charter.name(talk.language),
            author=attribution_label(with_name),
            text=told.text or _("(what you sent)"),
        )
    )
    # Translators: button, max:20
    options = [Option("send", _("Post it"))]
    if with_name != without:
        await talk.say(_("Without your name it stands under: {author}", author=attribution_label(without)))
        # Translators: button, max:20
        options.append(Option("unnamed", _("Post without name")))
    # Translators: button, max:20
    options.append(Option("text", _("Change it")))
    wish = await talk.choose("review", _("Shall it go out like this?"), options)
    return {"send": True, "unnamed": False}.get(wish)


async def _say(talk: Talk, group: str, told: Told, to: str, *, named: bool) -> None:
    what = {"text": told.text, "file": told.file, "language": talk.language, "named": named, "to": to}
    try:
        said = await talk.do("say", posts.write, group=group, person=talk.person, **what)
    except TooMany:
        await talk.say(ENOUGH)
        return
    except (Forbidden, Missing):
        await talk.say(post_cards.GONE if to else NOT_HERE)
        return
    if not said["up"]:
        await _wait(talk, group, said)
        return
    many = await talk.do("spread", spreading.spread, post=said["post"], translator=talk.who.voice.translator)
    if not to:
        await _offer_card(talk, group, said["post"], told)
    await talk.say(_thanks(many))


def _thanks(many: int) -> Text:
    return n_(
        "It is posted. {count} member gets it now, the others as they chose. You can correct it or take it back "
        "under “Group talk”.",
        "It is posted. {count} members get it now, the others as they chose. You can correct it or take it back "
        "under “Group talk”.",
        many,
    )


async def _wait(talk: Talk, group: str, said: dict[str, Any]) -> None:
    """Let those who hold a seat read it first."""
    charter = await talk.look(charters.of, group=group)
    # Translators: button, max:20
    option = Option(f"decide:{said['approval']}", _("Read and decide"))
    text = _("A post waits for your word in “{group}”.", group=charter.name(talk.language))
    await talk.tell("tell", said["deciders"], text, [option], about=talk.person)
    if (await talk.look(groups.get, group=group)).talk is groups.Talk.MODERATED:
        await talk.say(_("Thank you. In this group coordinators read a post first; you hear when it is out."))
    else:
        await talk.say(_("Thank you. These are quiet days: a coordinator from each side reads it first."))


async def _offer_card(talk: Talk, group: str, post: str, told: Told) -> None:
    """Offer what somebody posts who holds a seat to the Telegram group as well, where one is linked."""
    found = await talk.look(linked.of_group, group=group)
    seats = {each.id for each in await talk.look(groups.coordinated_by, person=talk.person)}
    if found is None or not found.is_open or group not in seats or not told.text:
        return
    question = _("It is posted. Shall it stand in the Telegram group as well? There everybody sees it as from Jisr.")
    # Translators: button, max:20
    if await talk.confirm("card", question, yes=_("Yes, there too"), no=_("No, only here")):
        # Translators: button, max:20. Opens the private chat with the bot.
        options = [Option(f"post:{post}", _("Open in Jisr"))]
        text, translator = _("“{text}”", text=told.text), talk.who.voice.translator
        card = await talk.look(doors.card, translator=translator, group=group, text=text, options=options, about=post)
        await talk.post("card sent", card)


async def correct(talk: Talk) -> None:
    """Change the words of one's own post, where they stand as where they went."""
    post = await talk.look(posts.readable, post=talk.argument, person=talk.person)
    if post is None or not await talk.look(posts.may_correct, post=post, person=talk.person):
        await talk.say(post_cards.GONE)
        return
    await talk.say(_("Now it says: “{text}”", text=post.text))
    text = await talk.text("text", _("What shall it say?"), at_least=TEXT[0], at_most=TEXT[1], check=screen)
    await talk.do("correct", posts.correct, post=post.id, person=talk.person, text=text)
    await talk.do("spread", spreading.correct, post=post.id, translator=talk.who.voice.translator)
    await talk.say(_("It is corrected, where it stands and where it was sent."))


async def take_back(talk: Talk) -> None:
    """Take back one's own post."""
    post = await talk.look(posts.readable, post=talk.argument, person=talk.person)
    if post is None or post.person != talk.person:
        await talk.say(post_cards.GONE)
        return
    sure = _("Take this post back?")
    # Translators: button, max:20
    if await talk.confirm("sure", sure, yes=_("Yes, take it back"), no=_("No, leave it")):
        translator = talk.who.voice.translator
        await talk.post("taken down", await talk.look(doors.take_down, about=post.id))
        await talk.do("take back", spreading.take_back, post=post.id, person=talk.person, translator=translator)
        await talk.say(_("It is taken back. Where an app does not let me delete it, readers are told so."))
    else:
        await talk.say(_("It stays."))


say_capability = Capability(
    name="say",
    command="say",
    title=_("Post in a group"),
    # Translators: words that start this, separated by |.
    words=_("say|post"),
    converse=say,
    shown_in_menu=False,
)
correct_capability = Capability(
    name="correct",
    command="correct",
    title=_("Correct a post"),
    words=_("correct a post"),
    converse=correct,
    shown_in_menu=False,
    alone="posts",
)
take_back_capability = Capability(
    name="unsay",
    command="unsay",
    title=_("Take a post back"),
    words=_("take a post back"),
    converse=take_back,
    shown_in_menu=False,
    alone="posts",
)
