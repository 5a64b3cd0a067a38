"""Hosting: what the hosts of an exchange see and do, from setting its time to the summary that both sides agree to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta

from handlers.audience_choice import below
from handlers.exchanges import changing, exchange_cards, hosting_acts, inviting
from handlers.exchanges.exchange import LINK, NONE, PLACE
from handlers.labels import SIDES, attribution_label
from handlers.language import Text, _, n_
from handlers.prompts import cut_to
from handlers.questions import Option
from handlers.registry import Capability, Room
from handlers.screening import screen
from handlers.talk import Talk
from network import attendance, attribution, cohosts, countries, exchanges, members, planning, preparations, steps
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.exchanges import Exchange, Kind, State
from network.folding import latin_digits
from network.preparations import Record

SHORT = 24  # characters of a title in a list
LATEST = timedelta(days=500)
NOTED = (10, 900)  # characters of notes, fewest and most
SHOWN = 40  # people of a list
CLOCK = re.compile(r"([01]?\d|2[0-3])(?: ?[:h.] ?([0-5]\d)| ?h)", re.IGNORECASE)
NO = "no"  # to hosting what one was named for
OVER = _("That is not possible any more, or not for you.")
ACTS: dict[str, Text] = {
    # Translators: in a list, max:24. Others say which time suits them.
    "agree": _("Agree on a time"),
    # Translators: in a list, max:24
    "time": _("Set the time"),
    # Translators: in a list, max:24
    "move": _("Move it"),
    # Translators: in a list, max:24. A meeting is held again and again.
    "repeat": _("Hold it again and again"),
    # Translators: in a list, max:24. Of a meeting that is held again and again.
    "dates": _("Single dates"),
    # Translators: in a list, max:24
    "where": _("The place or the link"),
    # Translators: in a list, max:24. Its title, its length, how many can come, and the like.
    "change": _("Change what it is"),
    # Translators: in a list, max:24. For whoever is invited by a code.
    "code": _("A code for a guest"),
    # Translators: in a list, max:24
    "who": _("Who comes"),
    # Translators: in a list, max:24. That were asked before people meet.
    "asked": _("Questions so far"),
    # Translators: in a list, max:24
    "notes": _("Notes for the hosts"),
    # Translators: in a list, max:24
    "decisions": _("What was decided"),
    # Translators: in a list, max:24
    "summary": _("Write the summary"),
    # Translators: in a list, max:24. Once the other side agrees.
    "publish": _("Publish the summary"),
    # Translators: in a list, max:24. An exchange took place.
    "close": _("It took place"),
    # Translators: in a list, max:24. The rounds of a dialogue, or the steps of a scenario.
    "steps": _("Its rounds or steps"),
    # Translators: in a list, max:24. What people said of a meeting.
    "feedback": _("How people found it"),
    # Translators: in a list, max:24
    "cancel": _("Call it off"),
    # Translators: in a list, max:24. Of a host whom nobody asked before.
    "decline": _("Rather not host it"),
    # Translators: in a list, max:24
    "end": _("That is all"),
}
NOTES: dict[str, Text] = {
    "notes": _("Write notes; only the two hosts read them. Please name no person."),
    "decisions": _("Write what was decided, and who does what until when, by role. Please name no person."),
    "summary": _("Write the summary that members will read: what was said, never who said it."),
}


async def hosting(talk: Talk) -> None:
    """Show an exchange to its host, warn of a missing side, and do what is wished."""
    way, _colon, which = talk.argument.rpartition(":")
    found = await _pick(talk, which)
    if found is None:
        return
    if way == NO:
        await _decline(talk, found)
        return
    await _show(talk, found)
    wish = await talk.choose(
        "wish", _("What would you like to do?"), [Option(act, ACTS[act]) for act in _acts(talk, found)]
    )
    if wish in {"agree", "dates", "repeat", "steps", "feedback"}:
        await talk.go("dates" if wish == "repeat" else wish, found.id)
    if wish == "end":
        await talk.say(_("Gladly. Write “menu” for anything else."))
        return
    try:
        await _do(talk, found, wish)
    except (Conflict, Missing, Forbidden):
        await talk.say(OVER)


def _acts(talk: Talk, found: Exchange) -> list[str]:
    """Return what can be done about an exchange now."""
    begun = found.starts_at is not None and found.starts_at <= talk.now
    acts: list[str] = []
    if found.state is State.AGREEING:
        acts = ["time", "repeat", "where", "change", "code", "asked", "cancel"]
        acts = ["agree", *acts] if talk.is_known_word("agree") else acts
    elif found.takes_place and not begun:
        acts = ["who", "asked", "code", *(["dates"] if found.rule else ["move", "repeat"]), "where", "change", "cancel"]
        acts += ["notes", "decisions", "summary", "publish"] if found.follows else []  # it was held before
    elif found.takes_place or found.state is State.OVER:
        acts = ["who", "asked", "notes", "decisions", "summary", "publish"]
        more = [each for each in found.ahead(talk.now) if each.name != found.at_hand]
        acts += ["dates" if more else "close"] if found.takes_place else []
    elif found.state in {State.DRAFT, State.PROPOSED}:
        acts = ["cancel"]
    written = found.kind is Kind.SCENARIO and (found.takes_place or found.state is State.AGREEING)
    if written or steps.runs(found, talk.now):
        acts.append("steps")
    if found.ends_at is not None and found.ends_at <= talk.now and not found.dates:
        acts.append("feedback")
    if talk.person == found.partner_by and found.state in exchanges.OPEN_STATES and not begun:
        acts.append("decline")
    return [*acts, "end"]


async def _pick(talk: Talk, which: str) -> Exchange | None:
    """Return the exchange that a button led to, or the one chosen of those that one hosts; None for none."""
    listed = await talk.look(exchanges.hosted, person=talk.person)
    if which:
        for found in listed:
            if found.id == which:
                return found
        await talk.say(OVER)
        return None
    if not listed:
        await talk.say(_("You host no exchange. To plan one, write “exchange”."))
        return None
    options = [Option(each.id, cut_to(each.title, SHORT), exchange_cards.STATES[each.state]) for each in listed]
    chosen = await talk.choose("which", _("Which one?"), options)
    return await talk.look(exchanges.get, exchange=chosen)


async def _show(talk: Talk, found: Exchange) -> None:
    """Show how it stands, how many come, and which side is missing."""
    me = await talk.member()
    await talk.say(exchange_cards.card(found, me.country, talk.language))
    if not found.takes_place:
        if found.state not in {State.CANCELLED, State.OVER}:
            await talk.say(_("How it stands: {state}", state=exchange_cards.STATES[found.state]))
        return
    counts = await talk.look(attendance.counts, exchange=found.id, by=talk.person)
    coming = n_("{count} comes.", "{count} come.", counts.coming)
    waiting = n_("{count} waits for a place.", "{count} wait for a place.", counts.waiting)
    await talk.say(below(coming, waiting) if counts.waiting else coming)
    for side in await talk.look(attendance.missing_sides, exchange=found.id, by=talk.person):
        await talk.say(_("Mind: nobody of this side comes yet: {side}", side=SIDES[side]))


async def _do(talk: Talk, found: Exchange, wish: str) -> None:
    await (_note(talk, found, wish) if wish in NOTES else _WAYS[wish](talk, found))


async def _close(talk: Talk, found: Exchange) -> None:
    await talk.do("close", planning.close, exchange=found.id, by=talk.person)
    await talk.say(_("Thank you. Notes, decisions and the summary can still be written."))


async def _cancel(talk: Talk, found: Exchange) -> None:
    question = _("Shall it not take place?")
    # Translators: button, max:20
    if await talk.confirm("sure", question, yes=_("Yes, call it off"), no=_("No, keep it")):
        await talk.do("cancel", hosting_acts.called_off, exchange=found.id, by=talk.person)
        await talk.say(_("It is called off. Whoever was invited hears of it."))


async def _decline(talk: Talk, found: Exchange) -> None:
    """Let the one who was named to host it with somebody say no."""
    question = _("Would you rather not host it? Somebody else of your side is asked, if there is somebody.")
    # Translators: button, max:20
    if not await talk.confirm("sure", question, yes=_("Rather not"), no=_("I host it")):
        await talk.say(_("Gladly. It is under “What I host”."))
        return
    try:
        await talk.do("decline", cohosts.decline, exchange=found.id, by=talk.person)
    except (Conflict, Missing):
        await talk.say(OVER)
        return
    await talk.say(_("Thank you for saying so. You do not host it any more; the other host hears that, and not why."))


async def _set_time(talk: Talk, found: Exchange) -> None:
    """Ask for a day and an hour by the clock of the host's country, and set it."""
    me = await talk.member()
    zone = countries.get(me.country).zone
    today = talk.now.astimezone(zone).date()
    day = await talk.date("day", _("On which day?"), earliest=today, latest=today + LATEST)
    question = _("At what time, by the clock of your country? For example 10:30.")
    hour = hour_of(await talk.text("hour", question, at_most=12, check=refuse_hour))
    local = datetime.combine(day or today, hour)
    try:
        await talk.do(
            "set", hosting_acts.moved, exchange=found.id, by=talk.person, local=local.isoformat(), zone=zone.key
        )
    except Invalid:
        await talk.say(_("That time has passed. Please choose a later one."))
        return
    await talk.say(exchange_cards.when(exchanges.instant(local, zone.key), me.country))
    await talk.say(_("It is set. Everybody who is invited hears of it, each in their own language."))


def hour_of(text: str) -> time:
    """Return the time that was written, such as 10:30, 10h30 or 10 h; midnight for what is none."""
    found = CLOCK.fullmatch(latin_digits(text).strip())
    return time(int(found[1]), int(found[2] or 0)) if found else time()


def refuse_hour(text: str) -> Text | None:
    """Refuse what is no time of day."""
    if CLOCK.fullmatch(latin_digits(text).strip()):
        return None
    return _("Please write a time such as 10:30.")


async def _where(talk: Talk, found: Exchange) -> None:
    question = _("Where is it? Only those who come read this.")
    place = await talk.text("place", question, at_least=PLACE[0], at_most=PLACE[1], skip=NONE)
    question = _("Is there a link? Only those who come read this.")
    link = await talk.text("link", question, at_least=LINK[0], at_most=LINK[1], skip=NONE)
    await talk.do("where", hosting_acts.placed, exchange=found.id, by=talk.person, place=place, link=link)
    await talk.say(_("It is kept. Those who come read it, nobody else."))


async def _who(talk: Talk, found: Exchange) -> None:
    """Show who comes by side and region: not even hosts learn who somebody is."""
    coming = await talk.look(attendance.who, exchange=found.id, by=talk.person)
    known = await talk.look(members.get_many, people=[each.person for each in coming])
    if not known:
        await talk.say(_("Nobody has said yes yet."))
    said = [attribution_label(attribution.of_member(member)) for member in known.values()]
    tally = Counter(talk.who.voice.say(label) for label in said)
    for whom, many in sorted(tally.items())[:SHOWN]:
        await talk.say(_("{many} × {whom}", many=many, whom=whom))


async def _asked(talk: Talk, found: Exchange) -> None:
    """Show what was asked beforehand; of whoever asked, the side at most."""
    asked = await talk.look(preparations.questions, exchange=found.id, by=talk.person)
    if not asked:
        await talk.say(_("Nobody has asked anything yet."))
    for each in asked[:SHOWN]:
        quoted = _("“{text}”", text=each.text)
        await talk.say(below(quoted, _("Side: {side}", side=SIDES[each.side])) if each.side else quoted)


async def _date(talk: Talk, found: Exchange, wish: str) -> str:
    """Ask which date a wish is for, the latest first, and say when it was; "" of what is held once. Raise Conflict."""
    if not found.dates:
        return ""
    records = await talk.look(preparations.records, exchange=found.id, by=talk.person)
    dates = [name for name, each in records.items() if _suits(each, wish)]
    country = (await talk.member()).country
    began = {each.name: at for at, each in found.begun(talk.now)}
    options = [Option(name, exchange_cards.short(began[name], country)) for name in dates]
    name = await talk.choose("date", _("Which date?"), options) if len(dates) > 1 else next(iter(dates), "")
    if name not in dates:
        raise Conflict
    await talk.say(exchange_cards.when(began[name], country))
    return name


def _suits(record: Record, wish: str) -> bool:
    """Whether something can be done about what is written of a date: a summary that is published stays."""
    return wish not in {"summary", "publish"} or (not record.published and (wish == "summary" or record.has_summary))


async def _note(talk: Talk, found: Exchange, name: str) -> None:
    of = {"exchange": found.id, "by": talk.person, "date": await _date(talk, found, name)}
    written = await talk.look(preparations.record, **of)
    if written[name]:
        await talk.say(_("So far: {text}", text=written[name]))
    text = await talk.text(name, NOTES[name], at_least=NOTED[0], at_most=NOTED[1], check=screen)
    await talk.do("note", preparations.note, **of, name=name, text=text)
    await talk.say(_("It is kept."))


async def _publish(talk: Talk, found: Exchange) -> None:
    """Ask the other side for its yes to the summary."""
    date = await _date(talk, found, "publish")
    asked = await talk.do("publish", preparations.publish, exchange=found.id, by=talk.person, date=date)
    # Translators: button, max:20
    option = Option(f"decide:{asked['approval']}", _("Read and decide"))
    news = _("The summary of “{title}” waits for your side’s word.", title=found.title)
    if held := found.date(date):
        day = held[1].local.date()
        news = _("The summary of “{title}”, held on {day}, waits for your side’s word.", title=found.title, day=day)
    await talk.tell("tell", asked["deciders"], news, [option], about=talk.person)
    await talk.say(_("The other side reads it now. It is published when they agree."))


_WAYS: dict[str, Callable[[Talk, Exchange], Awaitable[None]]] = {
    "time": _set_time,
    "move": _set_time,
    "where": _where,
    "change": changing.change,
    "decline": _decline,
    "code": inviting.invite,
    "who": _who,
    "asked": _asked,
    "publish": _publish,
    "close": _close,
    "cancel": _cancel,
}

capability = Capability(
    name="hosting",
    command="hosting",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24. Meetings of which one is a host.
    title=_("What I host"),
    # Translators: words that start this, separated by |.
    words=_("hosting|what I host"),
    converse=hosting,
    anew=True,
)
