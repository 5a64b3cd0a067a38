"""Attend: read an invitation, say yes, maybe or no, and later that one is late or cannot connect."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from handlers.audience_choice import below
from handlers.exchanges import exchange_cards
from handlers.language import Text, _, n_
from handlers.prompts import cut_to
from handlers.questions import Option
from handlers.registry import Capability, Room
from handlers.screening import screen
from handlers.talk import Talk
from network import attendance, callins, exchanges, invitees, passes, preparations, steps
from network.attendance import MAYBE, NO, YES, Attending, Standing
from network.errors import Conflict, Invalid, Missing
from network.exchanges import Exchange, Kind
from network.preparations import Summary

SHORT = 24  # characters of a title in a list
QUESTION = (10, 300)  # characters of a question beforehand, fewest and most
AROUND = timedelta(hours=2)  # before it begins one can be late
GONE = _("That is not for you to answer, or is over. Thank you for coming.")
COMING: dict[str, Text] = {
    # Translators: button, max:20. An answer to an invitation.
    YES: _("Yes, I come"),
    # Translators: button, max:20. An answer to an invitation.
    MAYBE: _("Perhaps"),
    # Translators: button, max:20. An answer to an invitation.
    NO: _("No, I cannot"),
}
STANDINGS: dict[Standing, Text] = {
    Standing.IN: _("You have a place."),
    Standing.WAITING: _("You wait for a place. When one becomes free for you, you hear of it here."),
    Standing.OFFERED: _("A place is free for you: please say yes in time."),
    Standing.OUT: _("You have no place now. You can say yes as long as it has not begun."),
}
HAPPENED: dict[str, Text] = {
    "late": _("Somebody comes late to “{title}”."),
    "cut": _("Somebody cannot connect to “{title}”."),
}
HAPPENED_NAMED: dict[str, Text] = {
    "late": _("{name} comes late to “{title}”."),
    "cut": _("{name} cannot connect to “{title}”."),
}


async def attend(talk: Talk) -> None:
    """Take the answer that a button gave, or show an exchange and ask what is wanted."""
    way, _colon, which = talk.argument.rpartition(":")
    if talk.argument and way not in COMING and (code := passes.typed(talk.argument)):
        which = await _enter(talk, code)
    found = await _pick(talk, which)
    if found is None:
        return
    if way in COMING:
        await _answer(talk, found, way)
        return
    await _show(talk, found)
    wish = await talk.choose("wish", _("What would you like to do?"), await _options(talk, found))
    if wish in COMING:
        await _answer(talk, found, wish)
    elif wish in HAPPENED:
        await _happened(talk, found, wish)
    elif wish in _WAYS:
        await _WAYS[wish](talk, found)
    elif wish in {"calendar", "dates", "steps"}:
        await talk.go(wish, found.id)
    elif wish == "answers":
        await talk.go("callin", found.id)
    else:
        await talk.say(_("Gladly. Write “menu” for anything else."))


async def _enter(talk: Talk, code: str) -> str:
    """Let somebody in with a code; return the exchange, "" where it holds no more."""
    try:
        return await talk.do("enter", passes.use, code=code, person=talk.person)
    except (Missing, Conflict):
        return "-"


async def _pick(talk: Talk, which: str) -> Exchange | None:
    """Return the exchange that a button or a code led to, or the one chosen of those to come; None for none."""
    if not which:
        listed = await talk.look(invitees.upcoming, person=talk.person)
        held = await talk.look(preparations.published)
        listed += [each for each in held if await talk.look(invitees.is_invited, found=each, person=talk.person)]
        listed += await talk.look(callins.answered, person=talk.person)
        listed = list({each.id: each for each in listed}.values())
        if not listed:
            await talk.say(_("Nothing is planned for you yet. Invitations come to you here."))
            code = await talk.text("code", _("If you have a code, write it."), at_most=20, skip=_("I have none"))
            which = await _enter(talk, passes.typed(code) or "") if code else ""
        else:
            options = [Option(each.id, cut_to(each.title, SHORT)) for each in listed]
            which = await talk.choose("which", _("Which one?"), options)
    found = await talk.look(exchanges.find, exchange=which) if which else None
    if found is None or not await talk.look(invitees.is_invited, found=found, person=talk.person):
        if which:
            await talk.say(GONE)
        return None
    return found


async def _show(talk: Talk, found: Exchange) -> None:
    """Show what it is, what may be told of it, how one stands, and where it is for those who come."""
    me = await talk.member()
    await talk.say(exchange_cards.card(found, me.country, talk.language))
    await talk.say(exchange_cards.rules(found))
    for summary in (await talk.look(preparations.summaries, exchange=found.id))[:1]:
        await talk.say(_summary(summary, me.country))
    counts = await talk.look(attendance.counts, exchange=found.id)
    if counts.free is not None and found.takes_place:
        await talk.say(_places(counts.free, counts.waiting))
    mine = await talk.look(attendance.of, exchange=found.id, person=talk.person)
    if mine is not None and found.takes_place:
        once = mine.has_place(found, talk.now) and mine.standing is not Standing.IN
        if once or mine.answer:
            await talk.say(_("You come to single dates.") if once else STANDINGS[mine.standing])
        await _door(talk, found, mine)


def _places(free: int, waiting: int) -> Text:
    if free and not waiting:
        return n_("{count} place is free.", "{count} places are free.", free)
    return n_("No place is free, {count} waits.", "No place is free, {count} wait.", waiting)


async def _door(talk: Talk, found: Exchange, mine: Attending) -> None:
    if mine.has_place(found, talk.now):
        door = await talk.look(attendance.door, exchange=found.id, person=talk.person)
        await talk.say(exchange_cards.door(door["place"], door["link"]))


async def _options(talk: Talk, found: Exchange) -> list[Option]:
    """Return what one can do about an exchange now."""
    read = await _to_read(talk, found)
    if not found.takes_place or found.starts_at is None or found.ends_at is None or found.ends_at <= talk.now:
        return [*read, _END]
    mine = await talk.look(attendance.of, exchange=found.id, person=talk.person)
    is_in = mine is not None and mine.has_place(found, talk.now)
    options = [Option(each, label) for each, label in COMING.items()] if found.starts_at > talk.now else []
    if is_in and steps.runs(found, talk.now):
        # Translators: in a list, max:24. The rounds of a dialogue, or the steps of a scenario.
        options.append(Option("steps", _("Its rounds or steps")))
    if is_in and talk.now >= found.starts_at - AROUND:
        # Translators: in a list, max:24
        options += [Option("late", _("I am late")), Option("cut", _("I cannot connect"))]
    if found.dates and talk.is_known_word("dates"):
        # Translators: in a list, max:24. Of a meeting that is held again and again.
        options.append(Option("dates", _("Single dates")))
    if found.starts_at > talk.now:
        # Translators: in a list, max:24. A question that is collected before people meet.
        options.append(Option("ask", _("Ask beforehand")))
    if mine is not None and mine.standing is Standing.IN and found.starts_at > talk.now:
        # Translators: in a list, max:24. One who cannot come sends another member.
        options.append(Option("send", _("Send somebody else")))
    if is_in and talk.is_known_word("calendar"):
        # Translators: in a list, max:24. A file that puts a meeting into one's calendar.
        options.append(Option("calendar", _("Into my calendar")))
    return [*options, *read, _END]


async def _to_read(talk: Talk, found: Exchange) -> list[Option]:
    """Return what leads to the summaries of more than one date, and to the answers of a call-in, where there are."""
    options = []
    if len(await talk.look(preparations.summaries, exchange=found.id)) > 1:
        # Translators: in a list, max:24. Of what was said on the dates of a meeting that is held again and again.
        options.append(Option("summaries", _("All summaries")))
    mine = {"exchange": found.id, "person": talk.person}
    answered = await talk.look(callins.published, **mine) if found.kind is Kind.CALL_IN else []
    if answered:
        # Translators: in a list, max:24. What was asked of a call-in, and answered.
        options.append(Option("answers", _("Read the answers")))
    return options


def _summary(found: Summary, country: str) -> Text:
    """Return a summary that both sides published, of one date with when that was."""
    said = _("The summary, to which both sides agree:\n\n{summary}", summary=found.text)
    return below(exchange_cards.when(found.at, country), said) if found.at else said


async def _summaries(talk: Talk, found: Exchange) -> None:
    """Show the summary of the date that somebody chooses."""
    country = (await talk.member()).country
    listed = {each.date: each for each in await talk.look(preparations.summaries, exchange=found.id) if each.at}
    options = [Option(name, exchange_cards.short(each.at, country)) for name, each in listed.items() if each.at]
    chosen = await talk.choose("date", _("Which date?"), options)
    await talk.say(_summary(listed[chosen], country) if chosen in listed else GONE)


# Translators: in a list, max:24
_END = Option("end", _("That is all"))


async def _answer(talk: Talk, found: Exchange, answer: str) -> None:
    """Keep an answer, and say what it means: a place and where it is, the waiting list, or thanks."""
    try:
        standing = await talk.do("answer", attendance.answer, exchange=found.id, person=talk.person, answer=answer)
    except (Conflict, Missing, Invalid):
        await talk.say(GONE)
        return
    if answer != YES:
        await talk.say(_("Thank you, it is noted. You can change it at any time before it begins."))
        return
    await talk.say(STANDINGS[Standing(standing)])
    if Standing(standing) is Standing.IN:
        door = await talk.look(attendance.door, exchange=found.id, person=talk.person)
        await talk.say(exchange_cards.door(door["place"], door["link"]))
        await talk.say(_("We remind you a week, a day and an hour before. Only the hosts see who comes."))


async def _happened(talk: Talk, found: Exchange, what: str) -> None:
    """Tell the hosts that somebody is late or cannot connect: who, only if they wish."""
    question = _("Shall the hosts read your name with it?")
    # Translators: button, max:20. The hosts do not read who it is.
    named = await talk.confirm("named", question, yes=_("Yes, my name"), no=_("No, without"))
    me = await talk.member()
    words = HAPPENED_NAMED[what] if named else HAPPENED[what]
    text = Text(words.msgid, {"title": found.title, **({"name": me.name} if named else {})})
    await talk.tell("tell", found.hosts, text, about=talk.person)
    await talk.say(_("The hosts know."))


async def _ask(talk: Talk, found: Exchange) -> None:
    """Keep a question for the hosts, who read it without who asked unless that is wished."""
    fewest, most = QUESTION
    question = _("What would you like to ask? The hosts read it before you meet.")
    text = await talk.text("question", question, at_least=fewest, at_most=most, check=screen)
    question = _("Shall your side stand with it?")
    # Translators: button, max:20
    side = await talk.confirm("side", question, yes=_("Yes, my side"), no=_("No, nothing"))
    try:
        await talk.do("ask", preparations.ask, exchange=found.id, person=talk.person, text=text, with_side=side)
    except Conflict:
        await talk.say(_("You have asked as many questions as one can. Thank you."))
        return
    await talk.say(_("Thank you. It is kept for the hosts; nobody reads your name."))


async def _send_another(talk: Talk, found: Exchange) -> None:
    """Give a code with which another member takes one's place, once."""
    code = await talk.do("delegate", passes.delegate, exchange=found.id, person=talk.person)
    await talk.say(
        below(
            _("Give this code to the member who comes in your place: {code}", code=code),
            _("They write “attend {code}”. It holds once; then your place is theirs.", code=code),
        )
    )


_WAYS: dict[str, Callable[[Talk, Exchange], Awaitable[None]]] = {
    "ask": _ask,
    "send": _send_another,
    "summaries": _summaries,
}

capability = Capability(
    name="attend",
    command="attend",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24. Meetings to which one is invited.
    title=_("My invitations"),
    # Translators: words that start this, separated by |.
    words=_("attend|invitations to meet"),
    converse=attend,
    anew=True,
)
