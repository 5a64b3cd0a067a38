"""Topics: browse them in one's language, follow some, and say how often news of them comes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

from handlers.language import Text, Words, _, n_
from handlers.registry import Capability, Room
from handlers.talk import Option, Talk
from network import digests, library, topics
from network.digests import Pace

PACE = "pace"  # the argument that leads straight to how often news comes
SAME = "same"
LISTED = 25  # topics on the screen of what one follows

PACES: dict[str, Text] = {
    # Translators: button, max:20. How often news comes.
    Pace.INSTANT: _("At once"),
    # Translators: button, max:20. How often news comes.
    Pace.WEEKLY: _("Once a week"),
    # Translators: button, max:20. How often news comes.
    Pace.SILENT: _("Never"),
}


async def my_topics(talk: Talk) -> None:
    """Show what the member follows, and let them browse, follow, unfollow and set the pace until they are content."""
    if talk.argument == PACE:
        await _set_pace(talk, "[notice]")
    for turn in count():
        what = await talk.choose(f"what[{turn}]", await _card(talk), await _ways(talk))
        if what == "done":
            await talk.say(_("Gladly. Write “menu” for anything else."))
            return
        if what == PACE:
            await _set_pace(talk, f"[{turn}]")
            continue
        code = await (_browse if what == "browse" else _of_mine)(talk, f"[{turn}]")
        await _open_topic(talk, code, f"[{turn}]")


async def _card(talk: Talk) -> Text:
    """Return the one screen that shows what the member follows."""
    paces = await talk.look(topics.paces, person=talk.person)
    if not paces:
        return _("You follow no topic yet. Follow some, and once a week one short message brings what is new.")
    lines = [_line(code, pace, talk) for code, pace in list(paces.items())[:LISTED]]
    more = f"\n+ {len(paces) - LISTED}" if len(paces) > LISTED else ""
    known = await talk.look(digests.of, person=talk.person)
    pace = PACES[known.pace if known else Pace.WEEKLY]
    return _("You follow:\n{topics}\n\nNews of them comes: {pace}", topics="\n".join(lines) + more, pace=pace)


def _line(code: str, pace: str, talk: Talk) -> str:
    label = topics.label(code, talk.language)
    return f"• {label} ({talk.who.voice.say(PACES[pace])})" if pace else f"• {label}"


async def _ways(talk: Talk) -> list[Option]:
    # Translators: button, max:20
    ways = [Option("browse", _("Browse topics"))]
    if await talk.look(topics.followed, person=talk.person):
        # Translators: button, max:20. To change one of the topics that one follows.
        ways.append(Option("mine", _("Change one")))
        ways.append(Option(PACE, _("How often")))
    # Translators: button, max:20
    return [*ways, Option("done", _("That is all"))]


async def _browse(talk: Talk, turn: str) -> str:
    """Ask for a field and then for a topic in it; return its code."""
    counts = await talk.look(library.count_by_topic)
    followed = await talk.look(topics.followed, person=talk.person)
    fields = [_option(root.code, talk, counts, followed) for root in topics.roots()]
    field = await talk.choose(f"field{turn}", _("Which field are you interested in?"), fields)
    whole = Option(field, _("The whole field"), _note(field, counts, followed))
    below = [_option(topic.code, talk, counts, followed) for topic in topics.children(field)]
    return await talk.choose(f"topic{turn}", _("Which topic?"), [*below, whole])


async def _of_mine(talk: Talk, turn: str) -> str:
    followed = await talk.look(topics.followed, person=talk.person)
    counts = await talk.look(library.count_by_topic)
    options = [_option(code, talk, counts, ()) for code in followed]
    return await talk.choose(f"mine{turn}", _("Which one?"), options, search=True)


def _option(code: str, talk: Talk, counts: Mapping[str, int], followed: list[str] | tuple[str, ...]) -> Option:
    return Option(code, topics.label(code, talk.language), _note(code, counts, followed))


def _note(code: str, counts: Mapping[str, int], followed: list[str] | tuple[str, ...]) -> Words:
    """Return the line below a topic: how many practices touch it, and whether one follows it."""
    many = n_("{count} practice", "{count} practices", counts.get(code, 0))
    return _("{practices} · you follow it", practices=many) if code in followed else many


async def _open_topic(talk: Talk, code: str, turn: str) -> None:
    """Show one topic, and do what is wished with it."""
    paces = await talk.look(topics.paces, person=talk.person)
    counts = await talk.look(library.count_by_topic)
    label = topics.label(code, talk.language)
    question = _("{topic}\n{note}", topic=label, note=_note(code, counts, list(paces)))
    what = await talk.choose(f"do{turn}", question, _actions(follows=code in paces))
    if what == "follow":
        await talk.do(f"followed{turn}", topics.follow, person=talk.person, topics=[code])
        await talk.say(_("You follow “{topic}” now.", topic=label))
    elif what == "unfollow":
        await talk.do(f"unfollowed{turn}", topics.unfollow, person=talk.person, topics=[code])
        await talk.say(_("You do not follow “{topic}” any more.", topic=label))
    elif what == "read":
        await talk.go("find", label)
    elif what == PACE:
        await _set_pace(talk, f"{turn} own", code)


def _actions(*, follows: bool) -> list[Option]:
    own = [
        # Translators: button, max:20. To follow a topic no more.
        Option("unfollow", _("Unfollow")),
        Option(PACE, _("How often")),
    ]
    return [
        # Translators: button, max:20. To follow a topic.
        *(own if follows else [Option("follow", _("Follow"))]),
        # Translators: button, max:20
        Option("read", _("Read practices")),
        Option("back", _("Go back")),
    ]


async def _set_pace(talk: Talk, turn: str, code: str = "") -> None:
    """Ask how often news comes, of everything or of one topic, and keep it."""
    options = [
        Option(Pace.INSTANT, PACES[Pace.INSTANT], _("each practice, three a day at most")),
        Option(Pace.WEEKLY, PACES[Pace.WEEKLY], _("one short message in the morning")),
        Option(Pace.SILENT, PACES[Pace.SILENT], _("you look when you like")),
    ]
    question = _("How often shall news of your topics come?")
    if code:
        question = _("How often shall news of “{topic}” come?", topic=topics.label(code, talk.language))
        # Translators: button, max:20. News of this topic comes as often as that of the others.
        options.append(Option(SAME, _("As for the others")))
    pace = await talk.choose(f"pace{turn}", question, options)
    chosen = "" if pace == SAME else pace
    await talk.do(f"pace kept{turn}", topics.set_pace, person=talk.person, pace=chosen, topic=code)
    await talk.say(_("It is kept."))


capability = Capability(
    name="topics",
    command="topics",
    room=Room.ME,
    # Translators: in the menu, max:24
    title=_("Topics I follow"),
    # Translators: words that start this, separated by |.
    words=_("topics|follow"),
    converse=my_topics,
    by_link=True,
    anew=True,
)
