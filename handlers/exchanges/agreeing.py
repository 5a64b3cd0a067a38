"""Agreeing on a time: hosts put times to the choice, whoever is invited says what suits, and one is taken."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from handlers.audience_choice import below
from handlers.exchanges import exchange_cards
from handlers.exchanges.hosting import hour_of, refuse_hour
from handlers.language import Text, Voice, _
from handlers.questions import Option
from handlers.registry import Capability, Room
from handlers.talk import Talk
from network import exchanges, invitees, poll_files, slots
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.exchanges import Exchange, State
from network.slots import MOST, NEEDED, NO, YES, Slot
from network.timing import Obstacle

LATEST = timedelta(days=500)
GONE = _("That is not possible any more, or not for you.")
ANSWERS: dict[str, Text] = {
    # Translators: button, max:20. A time suits somebody.
    YES: _("Yes"),
    # Translators: button, max:20. A time suits somebody if no other does.
    NEEDED: _("If needed"),
    # Translators: button, max:20. A time does not suit somebody.
    NO: _("No"),
}
OBSTACLES: dict[str, Text] = {
    Obstacle.PAST: _("It has passed."),
    Obstacle.WEEKEND: _("It is a weekend in one of the countries."),
    Obstacle.FRIDAY: _("It touches the Friday prayer (11:30 to 15:00)."),
    Obstacle.NIGHT: _("It is night, or quiet hours, for some who are invited."),
}
STAR = " *"  # in the picture, at each time of which ``RAMADAN`` is said below
RAMADAN = _("May be in Ramadan (a day more or less).")
ACTS: dict[str, Text] = {
    # Translators: in a list, max:24. One says which times suit.
    "vote": _("Say what suits me"),
    # Translators: in a list, max:24. The program suggests times.
    "suggest": _("Suggest times"),
    # Translators: in a list, max:24. One proposes a day and an hour.
    "add": _("Add a time"),
    # Translators: in a list, max:24. Whoever is invited may add times.
    "open": _("Let others add times"),
    # Translators: in a list, max:24. The hosts choose one of the times.
    "take": _("Take one of them"),
    # Translators: in a list, max:24
    "picture": _("As a picture"),
    # Translators: in a list, max:24
    "end": _("That is all"),
}


async def agree(talk: Talk) -> None:
    """Show the times of an exchange as they stand, in one's own time, and do what is wished."""
    found = await talk.look(exchanges.find, exchange=talk.argument) if talk.argument else None
    invited = found is not None and await talk.look(invitees.is_invited, found=found, person=talk.person)
    if found is None or not invited or found.state is not State.AGREEING:
        await talk.say(GONE)
        return
    rows = await talk.look(slots.grid, exchange=found.id, person=talk.person)
    country = (await talk.member()).country
    await _show(talk, found, rows, country)
    acts = await _acts(talk, found, rows)
    wish = await talk.choose("wish", _("What would you like to do?"), [Option(act, ACTS[act]) for act in acts])
    try:
        await _do(talk, found, rows, wish, country)
    except (Conflict, Missing, Forbidden):
        await talk.say(GONE)
    except Invalid:
        await talk.say(_("That time has passed. Please choose a later one."))


async def _show(talk: Talk, found: Exchange, rows: list[Slot], country: str) -> None:
    await talk.say(_("A time for “{title}”", title=found.title))
    await talk.say(exchange_cards.lasts(found.minutes))
    if not rows:
        await talk.say(_("No time is proposed yet."))
    for number, row in enumerate(rows, 1):
        await talk.say(_line(number, row, country))


def _line(number: int, row: Slot, country: str) -> Text:
    """Return one row of the grid, by the clock of its reader."""
    said = _("{number}. {when}", number=number, when=exchange_cards.when(row.at, country))
    yes, needed, no = (row.counts[answer] for answer in (YES, NEEDED, NO))
    said = below(said, _("Yes: {yes} · If needed: {needed} · No: {no}", yes=yes, needed=needed, no=no))
    if row.mine:
        said = below(said, _("You: {answer}", answer=ANSWERS[row.mine]))
    return below(said, RAMADAN) if row.in_ramadan else said


async def _acts(talk: Talk, found: Exchange, rows: list[Slot]) -> list[str]:
    """Return what somebody may do now."""
    hosts, room = talk.person in found.hosts, len(rows) < MOST
    others_add = await talk.look(slots.is_open, exchange=found.id)
    offered = (
        ("vote", bool(rows)),
        ("suggest", hosts and room),
        ("add", room and (hosts or others_add)),
        ("open", hosts and not others_add),
        ("take", hosts and bool(rows)),
        ("picture", bool(rows)),
        ("end", True),
    )
    return [act for act, here in offered if here]


async def _do(talk: Talk, found: Exchange, rows: list[Slot], wish: str, country: str) -> None:
    if wish == "vote":
        await _vote(talk, found, rows, country)
    elif wish == "suggest":
        await _suggest(talk, found, country)
    elif wish == "add":
        await _add(talk, found, country)
    elif wish == "open":
        await talk.do("open", slots.let_add, exchange=found.id, by=talk.person)
        await talk.say(_("Whoever is invited can add times now, {most} in all.", most=MOST))
    elif wish == "take":
        await _take(talk, rows, country)
    elif wish == "picture":
        drawn = sheet(found, rows, country, talk.who.voice)
        await talk.do("draw", poll_files.draw, person=talk.person, text=drawn["title"], sheet=drawn)
        await talk.say(_("The picture comes in a moment."))
    else:
        await talk.say(_("Gladly. Write “menu” for anything else."))


async def _vote(talk: Talk, found: Exchange, rows: list[Slot], country: str) -> None:
    """Ask of each time whether it suits."""
    options = [Option(answer, label) for answer, label in ANSWERS.items()]
    answers = {}
    for row in rows:
        question = _("Does this suit you?\n{when}", when=exchange_cards.when(row.at, country))
        question = below(question, RAMADAN) if row.in_ramadan else question
        answers[row.id] = await talk.choose(f"vote[{row.id}]", question, options)
    await talk.do("vote", slots.vote, exchange=found.id, person=talk.person, answers=answers)
    await talk.say(_("Thank you. You can change it until a time is set; others see how many, not who."))


async def _suggest(talk: Talk, found: Exchange, country: str) -> None:
    """Offer times that suit everybody, or say why there is none."""
    said = await talk.read("suggested", slots.suggest, exchange=found.id)
    if not said["times"]:
        await talk.say(_("No time in the next six weeks suits everybody:"))
        for why in said["why"]:
            await talk.say(OBSTACLES[why])
        await talk.say(_("You can still add a time of your own."))
        return
    rows = await talk.look(slots.grid, exchange=found.id)
    times = [datetime.fromisoformat(each) for each in said["times"]][: MOST - len(rows)]
    options = [Option(each.isoformat(), exchange_cards.short(each, country)) for each in times]
    question = _(
        "These are working days everywhere, by day for everybody, and leave Friday noon free. Which do you propose?"
    )
    chosen = await talk.choose_several("chosen", question, options, at_least=1)
    await talk.do("propose", slots.propose, exchange=found.id, by=talk.person, at=chosen)
    await talk.say(_("Proposed. Whoever is invited hears of it and says what suits."))


async def _add(talk: Talk, found: Exchange, country: str) -> None:
    """Ask for a day and an hour by one's own clock; say what stands in the way before it is proposed."""
    zone = exchange_cards.zone(country)
    today = talk.now.astimezone(zone).date()
    day = await talk.date("day", _("On which day?"), earliest=today, latest=today + LATEST)
    question = _("At what time, by the clock of your country? For example 10:30.")
    hour = hour_of(await talk.text("hour", question, at_most=12, check=refuse_hour))
    at = exchanges.instant(datetime.combine(day or today, hour), zone.key).isoformat()
    for obstacle in await talk.look(slots.obstacles, exchange=found.id, at=at):
        await talk.say(_("Mind: {obstacle}", obstacle=OBSTACLES[obstacle]))
    question = _("Shall it be proposed?")
    # Translators: button, max:20
    if not await talk.confirm("sure", question, yes=_("Yes, propose it")):
        await talk.say(_("Nothing was proposed."))
        return
    await talk.do("propose", slots.propose, exchange=found.id, by=talk.person, at=[at])
    await talk.say(_("Proposed. Whoever is invited hears of it and says what suits."))


async def _take(talk: Talk, rows: list[Slot], country: str) -> None:
    """Ask which time it shall be, those that suit most first, and set it."""
    best = sorted(rows, key=lambda row: (row.counts[NO], -row.counts[YES], row.at))
    options = [Option(row.id, exchange_cards.short(row.at, country), _votes(row)) for row in best]
    slot = await talk.choose("slot", _("Which one shall it be? Those that suit most come first."), options)
    await talk.do("take", slots.confirm, slot=slot, by=talk.person)
    await talk.say(_("It is set. Everybody who is invited hears of it, each in their own language."))


def _votes(row: Slot) -> Text:
    yes, needed, no = (row.counts[answer] for answer in (YES, NEEDED, NO))
    return _("Yes: {yes} · If needed: {needed} · No: {no}", yes=yes, needed=needed, no=no)


def sheet(found: Exchange, rows: list[Slot], country: str, voice: Voice) -> dict[str, Any]:
    """Return the grid as it is drawn, by the clock of its reader: a bar for each answer to each time."""
    most = max((sum(row.counts.values()) for row in rows), default=0) or 1
    bars = [
        {
            "label": voice.say(exchange_cards.when(row.at, country)) + (STAR if row.in_ramadan else ""),
            "shares": [row.counts[answer] / most for answer in ANSWERS],
            "figures": [voice.say(_("{one}", one=row.counts[answer])) for answer in ANSWERS],
        }
        for row in rows
    ]
    return {
        "title": voice.say(_("A time for “{title}”", title=found.title)),
        "subtitle": voice.say(exchange_cards.lasts(found.minutes)),
        "cards": [],
        "lines": [STAR.strip() + " " + voice.say(RAMADAN)] if any(row.in_ramadan for row in rows) else [],
        "source": voice.say(_("Source: the Jisr network.")),
        "rtl": voice.rtl,
        "charts": [{"head": "", "series": [voice.say(label) for label in ANSWERS.values()], "bars": bars}],
    }


capability = Capability(
    name="agree",
    command="agree",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24
    title=_("Agree on a time"),
    # Translators: words that start this, separated by |.
    words=_("agree on a time"),
    converse=agree,
    shown_in_menu=False,
    anew=True,
    alone="attend",
)
