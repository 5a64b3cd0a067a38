"""My practices: what a member shared, where each of it stands and what can be done; and what they keep of others."""

from __future__ import annotations

from itertools import count

from handlers.language import Text, _
from handlers.level_choice import ask_level
from handlers.practices import followup, pages, standing
from handlers.practices.reading import GLADLY, open_by_id
from handlers.registry import Capability, Room
from handlers.talk import Option, Talk
from network import appeals, attribution, followups, marks, news, practices, requests
from network.practices import Practice
from network.requests import Standing

STANDINGS: dict[str, Text] = {  # by the states of network.requests.Standing
    "waiting": _("waiting for a decision"),
    "agreed": _("one side has agreed"),
    "change": _("a change is asked"),
    "published": _("published"),
    "refused": _("not published"),
    "appealed": _("a second look is taken"),
    "final": _("not published, for good"),
    "withdrawn": _("taken back"),
}
MARKED: dict[str, Text] = {
    marks.SAVED: _("You saved nothing yet. Open a practice and choose “Save”."),
    marks.TRYING: _("You marked nothing yet. Open a practice and choose “We are trying this”."),
}


async def mine(talk: Talk) -> None:
    """Show what was shared, saved or is being tried, as often as one likes."""
    for turn in count():
        which = await talk.choose(f"which[{turn}]", _("Which practices would you like to see?"), _lists())
        if which == "end":
            await talk.say(GLADLY)
            return
        if which == "shared":
            await _shared(talk, f"shared[{turn}]")
        else:
            await _marked(talk, which, f"{which}[{turn}]")


def _lists() -> list[Option]:
    return [
        # Translators: in a list, max:24
        Option("shared", _("What I shared")),
        # Translators: in a list, max:24
        Option(marks.SAVED, _("What I saved")),
        # Translators: in a list, max:24
        Option(marks.TRYING, _("What we are trying")),
        # Translators: button, max:20
        Option("end", _("That is all")),
    ]


async def _marked(talk: Talk, kind: str, place: str) -> None:
    """Show what somebody marked so, and open what they choose."""
    for turn in count():
        found = await talk.look(marks.marked, person=talk.person, kind=kind, language=talk.language)
        if not found:
            await talk.say(MARKED[kind])
            return
        options = [Option(practice.id, practice.title) for practice in found]
        chosen = await talk.choose(f"{place}.{turn}", _("Which one would you like to read?"), [*options, BACK])
        if chosen == BACK.key:
            return
        await open_by_id(talk, chosen, place=f"{place}.{turn}.read")


async def _shared(talk: Talk, place: str) -> None:
    """Show what somebody shared, each with where it stands, and open what they choose."""
    for turn in count():
        found = await talk.look(practices.mine, author=talk.person)
        if not found:
            await talk.say(_("You shared nothing yet. Write “share” to begin."))
            return
        options = [Option(one.id, one.title, STANDINGS[(await _standing(talk, one)).state]) for one in found]
        chosen = await talk.choose(f"{place}.{turn}", _("This is what you shared. Which one?"), [*options, BACK])
        if chosen == BACK.key:
            return
        await _one(talk, chosen, f"{place}.{turn}")


async def _one(talk: Talk, chosen: str, place: str) -> None:
    """Show where one practice stands, and do what its author wishes, until they go back."""
    for turn in count():
        found = await talk.look(practices.mine, author=talk.person, only=[chosen])
        if not found:
            return
        where = await _standing(talk, found[0])
        await talk.say(await _said(talk, found[0], where))
        action = await talk.choose(f"{place}.do[{turn}]", _("What would you like to do with it?"), _actions(where))
        if action == BACK.key:
            return
        await _act(talk, found[0], action, f"{place}.act[{turn}]")


async def _standing(talk: Talk, practice: Practice) -> Standing:
    return await talk.look(requests.standing, practice=practice.id)


async def _said(talk: Talk, practice: Practice, where: Standing) -> Text:
    """Return where a practice stands: since when, for what reason, and until when that can be looked at again."""
    said = _(
        "“{title}”\n{standing}, since {day}",
        title=practice.title,
        standing=STANDINGS[where.state],
        day=where.since.date(),
    )
    if where.reason:
        said = _("{above}\n{line}", above=said, line=_("What was said: {reason}", reason=where.reason))
    until = await talk.look(appeals.until_local, practice=practice.id) if where.until is not None else None
    if until is not None:
        line = _("You can ask for a second look until {day} at {time}.", day=until.date(), time=until.time())
        said = _("{above}\n{line}", above=said, line=line)
    if await talk.look(followups.is_waiting, practice=practice.id, person=talk.person):
        line = _("You were asked whether it is still in use: choose “What happened since”.")
        said = _("{above}\n{line}", above=said, line=line)
    return said


def _actions(where: Standing) -> list[Option]:
    # Translators: button, max:20
    options = [Option("read", _("Read it"))]
    if where.state == "published":
        options += [
            # Translators: button, max:20. What became of a practice.
            Option("since", _("What happened since")),
            # Translators: button, max:20. How far a practice has come: pilot, national ...
            Option("stage", _("Change its stage")),
            # Translators: button, max:20. Which line says who shared it.
            Option("level", _("What is said of me")),
            # Translators: button, max:20
            Option("act", _("An official act")),
        ]
    if where.state in {"change", "refused", "final", "withdrawn"}:
        # Translators: button, max:20. Changes a text and hands it in again.
        options.append(Option("again", _("Change, hand in")))
    if where.until is not None:
        # Translators: button, max:20
        options.append(Option("appeal", _("Ask a second look")))
    if where.state != "withdrawn":
        # Translators: button, max:20
        options.append(Option("withdraw", _("Take it back")))
    return [*options, BACK]


async def _act(talk: Talk, practice: Practice, action: str, place: str) -> None:
    if action == "read":
        await pages.read_through(talk, await pages.of(talk, practice), place=place)
    elif action == "since":
        await followup.tell(talk, practice.id, place=place)
    elif action == "stage":
        await standing.change_stage(talk, practice, place=place)
    elif action == "level":
        await _change_line(talk, practice, place)
    elif action == "act":
        await standing.enter_act(talk, practice, place=place)
    elif action == "again":
        await talk.go("share", f"again:{practice.id}")
    elif action == "appeal":
        await talk.go("appeal", practice.id)
    elif action == "withdraw":
        await _withdraw(talk, practice, place)


async def _change_line(talk: Talk, practice: Practice, place: str) -> None:
    """Change what is said of the author, from now on and everywhere."""
    level, named = await ask_level(talk, place=place)
    change = {"person": talk.person, "practice": practice.id, "level": level, "consent": named}
    await talk.do(f"{place}.keep", attribution.change, **change)
    await talk.do(f"{place}.unsent", news.take_back, practice=practice.id)
    await talk.say(_("Thank you. From now on that line stands below it, wherever it is shown."))


async def _withdraw(talk: Talk, practice: Practice, place: str) -> None:
    question = _(
        "Shall “{title}” be taken back? Nobody else will find or read it any more. What others adapted from it stays "
        "theirs.",
        title=practice.title,
    )
    # Translators: button, max:20
    if await talk.confirm(f"{place}.sure", question, yes=_("Yes, take it back"), no=_("No, leave it")):
        await talk.do(f"{place}.gone", practices.withdraw, person=talk.person, practice=practice.id)
        await talk.do(f"{place}.unsent", news.take_back, practice=practice.id)
        await talk.say(_("It is taken back. You can change it and hand it in again at any time."))


# Translators: button, max:20. Leaves what was read.
BACK = Option("back", _("Close"))

capability = Capability(
    name="mine",
    command="mine",
    room=Room.ME,
    # Translators: in the menu, max:24
    title=_("My practices"),
    # Translators: words that start this, separated by |.
    words=_("my practices|saved"),
    converse=mine,
    by_link=True,
    anew=True,
)
