"""News of exchanges: that one is set, moved or cancelled; a free place; reminders in each person's own time.

Times come by due rows. What they say is looked up when they come, so that nothing is said of what has moved or passed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from handlers import people
from handlers.audience_choice import below, joined
from handlers.exchanges import exchange_cards
from handlers.labels import SIDES
from handlers.language import OFFERED, Text, Translator, Voice, _
from handlers.messages import Letter, write
from handlers.questions import Option
from handlers.registry import Errand, Occasion
from network import (
    attendance,
    cohosts,
    contents,
    costs,
    countries,
    exchanges,
    invitees,
    mailings,
    members,
    occurrences,
    planning,
    reminders,
)
from network.attendance import Attending
from network.costs import OverBudget
from network.exchanges import Exchange, Kind, State
from network.store import Tx

Act = Callable[[Tx, str], Awaitable[None]]
REMINDER, BROADCAST = 2, 3  # which goes first (the ranks of ``handlers.messages.Urgency``)
FALLBACK = "fr"  # for those who read none of the offered languages
SOON: dict[str, Text] = {
    "week": _("In a week you meet others:"),
    "day": _("Soon, within a day, you meet others:"),
    "hour": _("It begins soon:"),
}


def acts(translator: Translator) -> dict[str, Act]:
    """Return what the clock does for exchanges, by the kind of its due row."""

    async def news(tx: Tx, subject: str) -> None:
        """Tell what became of an exchange."""
        exchange, _colon, sequence = subject.partition(":")
        found = await exchanges.find(tx, exchange=exchange)
        if found is None or str(found.sequence) != sequence:
            return  # it has changed again, of which everybody hears too
        await attendance.remind_all(tx, found=found)
        if found.takes_place:
            await attendance.fill(tx, found=await exchanges.locked(tx, exchange=exchange))
        await tell(tx, found, translator)

    async def lapsed(tx: Tx, attending: str) -> None:
        """Offer a place that nobody took to the next who waits."""
        await attendance.lapse(tx, attending=attending)

    async def sides(tx: Tx, exchange: str) -> None:
        """Warn the hosts of a side of which nobody comes yet."""
        found = await exchanges.find(tx, exchange=exchange)
        if found is not None and found.takes_place and found.starts_at and found.starts_at > tx.now:
            await planning.look_again(tx, found=found)
            await warn(tx, found, translator)

    async def gone(tx: Tx, exchange: str) -> None:
        """Take out what is left of an exchange that nobody hosts."""
        await cohosts.sweep(tx, exchange=exchange)

    async def turned(tx: Tx, exchange: str) -> None:
        """Let the next date be at hand."""
        await occurrences.turn(tx, exchange=exchange)

    return {
        exchanges.NEWS: news,
        occurrences.TURN: turned,
        attendance.LAPSE: lapsed,
        planning.SIDES_LOOKED_AT: sides,
        cohosts.GONE: gone,
    }


async def tell(tx: Tx, found: Exchange, translator: Translator) -> None:
    """Tell everybody who is invited, but those who said no, how an exchange stands now."""
    meant, say, urgency, what = attendance.concerned(found, hearing_at=tx.now), _news, BROADCAST, "news"
    try:
        await costs.check(tx, people=meant)
    except OverBudget:
        if found.hosts:
            meant, say, urgency, what = invitees.these(found.hosts), _too_much, REMINDER, "over"
        else:  # nobody is there to tell them otherwise
            meant = invitees.these(await attendance.coming(tx, exchange=found.id))

    def written(voice: Voice, country: str) -> str:
        """Return the message in a language, by the clock of a country."""
        return _written(found, voice, say(found, voice.language, country))

    bodies = await in_their_time(tx, meant, translator, written)
    await send(tx, found, _mailing(found, f"{what}{found.sequence}"), meant, bodies=bodies, urgency=urgency)


async def in_their_time(
    tx: Tx, meant: Any, translator: Translator, written: Callable[[Voice, str], str]
) -> dict[str, str]:
    """Return what is written in each language for each country where people live, and for anywhere else (UTC)."""
    places = ["", *filter(countries.known, await members.places(tx, people=meant))]
    pairs = [(Voice(translator, language), country) for language in OFFERED for country in places]
    return {mailings.variant(voice.language, country): written(voice, country) for voice, country in pairs}


async def warn(tx: Tx, found: Exchange, translator: Translator) -> None:
    """Tell the hosts which side is missing, before people meet without it (R003)."""
    missing = await attendance.missing_sides(tx, exchange=found.id, by=found.by)
    if not missing:
        return
    text = _("“{title}” begins soon, and nobody of this side comes yet:", title=found.title)
    text = below(text, _("{one}", one=joined(SIDES[side] for side in missing)))
    bodies = {each: write(people.notice(Voice(translator, each), text, [_look(found)])) for each in OFFERED}
    known = _mailing(found, f"sides{found.sequence}{found.starts_at}")
    await send(tx, found, known, invitees.these(found.hosts), bodies=bodies, urgency=REMINDER)


async def named(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Tell a coordinator that they host an exchange with somebody, and that they may say no."""
    found = await exchanges.find(tx, exchange=occasion.subject)
    if found is None or found.partner_by is None or found.state not in exchanges.OPEN_STATES:
        return []
    text = _(
        "You host an exchange with a coordinator of the other side: “{title}”. You see who comes, and change it as "
        "they do. If you would rather not, somebody else of your side is asked.",
        title=found.title,
    )
    # Translators: button, max:20. A coordinator does not want to host an exchange with another one.
    options = [_look(found), Option(f"hosting:no:{found.id}", _("Rather not"))]
    translator = occasion.who.voice.translator
    return await people.letters(tx, [found.partner_by], text, options, translator, about=found.by)


async def left(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Tell a host that the other one does not go on, never why."""
    found = await exchanges.find(tx, exchange=occasion.subject)
    if found is None or found.state not in exchanges.OPEN_STATES:
        return []
    text = _("“{title}” goes on with you, and with another coordinator of the other side.", title=found.title)
    if found.partner_by is None:
        text = _("“{title}” goes on with you. Of the other side nobody hosts it for now.", title=found.title)
    return await people.letters(tx, [found.by], text, [_look(found)], occasion.who.voice.translator)


def _look(found: Exchange) -> Option:
    # Translators: button, max:20. It opens an exchange for its host.
    return Option(f"hosting:{found.id}", _("Look at it"))


async def offer(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Tell somebody who waits that a place is theirs, and until when."""
    mine = await attendance.find(tx, attending=occasion.subject)
    found = await exchanges.find(tx, exchange=mine.exchange) if mine is not None else None
    if mine is None or found is None or not found.takes_place or mine.until is None or mine.until <= tx.now:
        return []
    member = await members.get(tx, person=mine.person)
    text = _(
        "A place has become free for you: “{title}”. It is yours if you take it in time.\n{until}",
        title=found.title,
        until=exchange_cards.until(mine.until, member.country),
    )
    options = [
        # Translators: button, max:20. Of a place at a meeting.
        Option(f"attend:yes:{found.id}", _("I take it")),
        # Translators: button, max:20. Of a place at a meeting.
        Option(f"attend:no:{found.id}", _("No, thank you")),
    ]
    translator = occasion.who.voice.translator
    return await people.letters(tx, [mine.person], text, options, translator, about=found.by)


async def remind(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Remind somebody who comes, once, in their own time; it is worth nothing once it began."""
    given = await attendance.reminded(tx, subject=occasion.subject)
    if given is None:
        return []
    found, mine, which = given
    member = await members.get(tx, person=mine.person)
    said = below(below(SOON[which], _("“{title}”", title=found.title)), _time(found, member.country))
    said = below(said, exchange_cards.rules(found))
    door = await attendance.door(tx, exchange=found.id, person=mine.person)
    said = below(said, exchange_cards.door(door["place"], door["link"]))
    voice = Voice(occasion.who.voice.translator, member.language, member.digits or "latn")
    bodies = {member.language: _written(found, voice, said)}
    await send(tx, found, _reminder(found, mine, which), invitees.these([mine.person]), bodies=bodies, urgency=REMINDER)
    return []


def _time(found: Exchange, country: str) -> Text:
    return exchange_cards.when(found.starts_at, country) if found.starts_at else _("The time is not set yet.")


def _reminder(found: Exchange, mine: Attending, which: str) -> str:
    start = found.starts_at.isoformat() if found.starts_at else ""
    return reminders.mailing(mine.id, which, start)


def _news(found: Exchange, language: str, country: str) -> Text:
    if not found.hosts and found.starts_at is not None:
        said = _("This does not take place: {kind}.", kind=exchange_cards.KINDS[found.kind])
        return below(said, exchange_cards.when(found.starts_at, country))
    if found.state is State.CANCELLED:
        return _("It does not take place: “{title}”. Thank you for your interest.", title=found.title)
    card = exchange_cards.card(found, country, language)
    if found.sequence:
        return _("Something has changed. Please look whether you can still come.\n\n{card}", card=card)
    if found.kind is Kind.CALL_IN:
        card = below(card, _("You can ask beforehand, with or without your side; nobody reads your name."))
    return _("You are invited.\n\n{card}", card=card)


def _too_much(found: Exchange, language: str, country: str) -> Text:  # noqa: ARG001 - written as _news is
    return _(
        "The news of “{title}” costs more than is left of this month’s money, so it went to nobody.",
        title=found.title,
    )


def _mailing(found: Exchange, what: str) -> str:
    return hashlib.sha256(f"exchange|{found.id}|{what}".encode()).hexdigest()[:32]


def _written(found: Exchange, voice: Voice, said: Text) -> str:
    options = [exchange_cards.attend(found.id)] if found.takes_place else []
    return write(people.notice(voice, said, options))


async def send(tx: Tx, found: Exchange, mailing: str, meant: Any, *, bodies: Mapping[str, str], urgency: int) -> None:
    """Queue a message, by ``mailings.variant``, each body; it is not sent any more once the exchange began."""
    kept = {language: await contents.keep(tx, body, about=found.by) for language, body in bodies.items()}
    await mailings.send(
        tx,
        mailing=mailing,
        people=meant,
        contents=kept,
        fallback=FALLBACK if FALLBACK in kept else next(iter(kept)),
        urgency=urgency,
        expires_at=found.starts_at,
        about=found.by,
    )


errands: dict[str, Errand] = {
    attendance.OFFER: offer,
    attendance.REMIND: remind,
    cohosts.NAMED: named,
    cohosts.LEFT: left,
}
