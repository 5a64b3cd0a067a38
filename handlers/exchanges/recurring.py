"""Recurring: an exchange is held again and again; single dates are moved, cancelled, or answered for."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.exchanges import exchange_cards, rhythm
from handlers.exchanges.exchange import LINK, NONE, PLACE
from handlers.exchanges.hosting import OVER, hour_of, refuse_hour
from handlers.language import Text, _, n_
from handlers.questions import Option
from handlers.registry import Capability, Room
from handlers.talk import Talk
from network import attendance, countries, exchanges, invitees, occurrences, recurrence, timing
from network.attendance import NO, YES
from network.errors import Conflict, Invalid, Missing
from network.exchanges import Exchange, State
from network.recurrence import FEWEST, MOST, Every, Occurrence

LATEST = timedelta(days=700)  # from now, of a last date
ONCE, TIMES, UNTIL = "once", "times", "until"
MOVE, WHERE, OFF, END = "move", "where", "off", "end"
FOLLOWING = "following"
ACTS: dict[str, Text] = {
    # Translators: in a list, max:24. To one date of a meeting that is held again and again.
    YES: _("I come on this date"),
    # Translators: in a list, max:24. To one date of a meeting that is held again and again.
    NO: _("I do not come then"),
    # Translators: in a list, max:24. One date of a meeting that is held again and again.
    MOVE: _("Move this date"),
    # Translators: in a list, max:24. One date of a meeting that is held again and again.
    WHERE: _("Another place or link"),
    # Translators: in a list, max:24. One date of a meeting that is held again and again.
    OFF: _("Call this date off"),
    # Translators: in a list, max:24
    END: _("That is all"),
}
REACH: dict[str, Text] = {
    # Translators: in a list, max:24. A change is for one date of a meeting only.
    "one": _("Only this date"),
    # Translators: in a list, max:24. A change is for one date of a meeting and all later ones.
    FOLLOWING: _("This and all after it"),
}


async def recurring(talk: Talk) -> None:
    """Let a host say how often an exchange is held, or show its dates and do what is wished with one."""
    found = await talk.look(exchanges.find, exchange=talk.argument) if talk.argument else None
    if found is None or not await talk.look(invitees.is_invited, found=found, person=talk.person):
        await talk.say(OVER)
        return
    try:
        if found.dates and found.takes_place:
            await _one(talk, found)
        elif talk.person in found.hosts:
            await _repeat(talk, found)
        else:
            await talk.say(OVER)
    except (Conflict, Missing):
        await talk.say(OVER)


async def _repeat(talk: Talk, found: Exchange) -> None:
    """Ask how often it is held and until when, and keep it."""
    options = [Option(each, label, _often(each, found)) for each, label in rhythm.OFTEN.items()]
    # Translators: in a list, max:24. A meeting is not held again.
    options += [Option(ONCE, _("Once after all"))] if found.rule else []
    every = await talk.choose("every", _("How often is it held?"), options)
    rule = "" if every == ONCE else await _rule(talk, found, every)
    try:
        await talk.do("repeat", occurrences.repeat, exchange=found.id, by=talk.person, rule=rule)
    except Invalid:
        await talk.say(_("There would be no second date until then."))
        await talk.revise(UNTIL)
    kept = await talk.look(exchanges.get, exchange=found.id)
    country = (await talk.member()).country
    for line in rhythm.lines(kept, lambda at: exchange_cards.when(at, country)):
        await talk.say(line)
    fasting = sum(timing.in_ramadan(each.local.date()) for each in kept.dates)
    if fasting:
        await talk.say(n_("{count} date may be in Ramadan.", "{count} dates may be in Ramadan.", fasting))
    if kept.takes_place:
        await talk.say(_("It is kept. Everybody who is invited hears of it, and an answer holds for all dates."))
    else:
        await talk.say(_("It is kept. It begins with the time that you set."))
        await talk.go("hosting", found.id)


def _often(every: str, found: Exchange) -> Text | str:
    """Return on which weekday of the month it would be held, "" where that says nothing."""
    if every != Every.MONTH:
        return ""
    if found.starts_local is None:
        return _("On the same weekday, such as the second Tuesday")
    return rhythm.often(every, found.starts_local)


async def _rule(talk: Talk, found: Exchange, every: str) -> str:
    ends = [
        # Translators: in a list, max:24. A meeting is held so often.
        Option(TIMES, _("After so many dates")),
        # Translators: in a list, max:24. A meeting is held until a day.
        Option(UNTIL, _("Until a day")),
    ]
    if await talk.choose("end", _("When does it end?"), ends) == TIMES:
        question = _("How many dates in all? At most {most}.", most=MOST)
        return recurrence.wish(every, times=await talk.number(TIMES, question, low=FEWEST, high=MOST))
    first = (found.starts_at or talk.now).astimezone(ZoneInfo(found.zone)).date()
    question = _("Until which day? There are at most {most} dates.", most=MOST)
    return recurrence.wish(every, until=await talk.date(UNTIL, question, earliest=first, latest=first + LATEST))


async def _one(talk: Talk, found: Exchange) -> None:
    """Show the dates, and do what is wished with one of them."""
    country = (await talk.member()).country
    mine = await talk.look(attendance.of, exchange=found.id, person=talk.person)
    await talk.say(_("“{title}”", title=found.title))
    for line in rhythm.lines(found, lambda at: exchange_cards.when(at, country)):
        await talk.say(line)
    ahead = {each.name: (at, each) for at, each in found.standing if at > talk.now}
    if not ahead:
        await talk.say(OVER)
        return
    said = {name: mine is not None and mine.comes(name) for name in ahead}
    options = [
        Option(name, exchange_cards.short(at, country), ACTS[YES] if said[name] else "")
        for name, (at, _each) in ahead.items()
    ]
    name = await talk.choose("date", _("Which date?"), options)
    if name not in ahead:
        await talk.say(OVER)
        return
    at, chosen = ahead[name]
    await talk.say(exchange_cards.when(at, country))
    acts = [NO if said[name] else YES, *((MOVE, WHERE, OFF) if talk.person in found.hosts else ()), END]
    wish = await talk.choose("wish", _("What would you like to do?"), [Option(act, ACTS[act]) for act in acts])
    if wish in {YES, NO}:
        await _answer(talk, found, name, wish)
    elif wish == END:
        await talk.say(_("Gladly. Write “menu” for anything else."))
    else:
        await _change(talk, found, chosen, wish)


async def _answer(talk: Talk, found: Exchange, name: str, answer: str) -> None:
    """Keep what somebody says to one date."""
    try:
        await talk.do("answer", occurrences.answer, exchange=found.id, person=talk.person, name=name, answer=answer)
    except Invalid:
        await talk.say(_("No place is free on that date."))
        return
    if answer == YES:
        await talk.say(_("You come on that date. For the others your answer stays as it is."))
    else:
        await talk.say(_("You do not come on that date. For the others your answer stays as it is."))


async def _change(talk: Talk, found: Exchange, chosen: Occurrence, wish: str) -> None:
    """Move a date, let it be elsewhere, or call it off: alone, or with all after it."""
    given = {"exchange": found.id, "by": talk.person, "name": chosen.name}
    local: datetime | None = None
    door: dict[str, str] = {}
    if wish == MOVE:
        local = await _when(talk, found)
    elif wish == WHERE:
        question = _("Where is it? Only those who come read this.")
        door["place"] = await talk.text("place", question, at_least=PLACE[0], at_most=PLACE[1], skip=NONE)
        question = _("Is there a link? Only those who come read this.")
        door["link"] = await talk.text("link", question, at_least=LINK[0], at_most=LINK[1], skip=NONE)
    question = _("For which dates? Those after it are moved by as much.") if wish == MOVE else _("For which dates?")
    reach = await talk.choose("reach", question, [Option(each, label) for each, label in REACH.items()])
    following = reach == FOLLOWING
    try:
        if wish == WHERE:
            await talk.do("placed", occurrences.place, **given, **door, following=following)
        else:
            await talk.do("change", occurrences.change, **given, local=local, following=following)
    except Invalid:
        await talk.say(_("That time has passed, or another date is then. Please choose another one."))
        return
    await talk.say(_("It is kept. Everybody who is invited hears of it."))


async def _when(talk: Talk, found: Exchange) -> datetime:
    """Ask for a day and an hour by one's own clock; return the wall time by that of the exchange."""
    zone = countries.get((await talk.member()).country).zone
    today = talk.now.astimezone(zone).date()
    day = await talk.date("day", _("On which day?"), earliest=today, latest=today + LATEST)
    question = _("At what time, by the clock of your country? For example 10:30.")
    hour = hour_of(await talk.text("hour", question, at_most=12, check=refuse_hour))
    at = exchanges.instant(datetime.combine(day or today, hour), zone.key)
    return at.astimezone(ZoneInfo(found.zone)).replace(tzinfo=None)


def can_repeat(found: Exchange, now: datetime) -> bool:
    """Whether a host can say now how often it is held."""
    ahead = found.takes_place and not found.rule and found.starts_at is not None and found.starts_at > now
    return ahead or found.state is State.AGREEING


capability = Capability(
    name="recurring",
    command="dates",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24. Of a meeting that is held again and again.
    title=_("Its dates"),
    # Translators: words that start this, separated by |.
    words=_("dates of a meeting"),
    converse=recurring,
    shown_in_menu=False,
    anew=True,
    alone="attend",
)
