"""Afterwards: what a person is told when slow work ended, and when a message could not be handled."""

from __future__ import annotations

from dataclasses import fields, replace

from handlers import people
from handlers.language import Translator, Words, _
from handlers.messages import Incoming, Kind, Letter, Media, MediaKind, Outgoing
from handlers.people import Person
from handlers.registry import Occasion
from network import leaving
from network.members import State
from network.store import Tx


async def deliver(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Return the file that a person asked a copy in."""
    who, result = occasion.who, occasion.result
    if "error" in result:
        return _letters(who, _("Your copy could not be written. Please ask for it again later."))
    return _letters(who, _("Here is your copy. Keep it where only you can read it."), await _file(tx, occasion))


async def deliver_pack(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Return the message and the picture of an evidence pack, each to be sent on by itself."""
    who, result = occasion.who, occasion.result
    if who.state is not State.ACTIVE:
        return []
    if "error" in result:
        return _letters(who, _("The pack could not be made. Please ask for it again later."))
    text = str(result["text"])
    letters = _letters(who, text)
    if "ref" in result:
        letters += _letters(who, "\n".join(text.split("\n", 2)[:2]), await _file(tx, occasion))
    return letters


async def deliver_invitation(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Return the picture of an invitation."""
    who, result = occasion.who, occasion.result
    if who.state is not State.ACTIVE:
        return []
    if "ref" not in result:
        return _letters(who, _("The picture could not be drawn. The invitation itself holds."))
    return _letters(who, str(result["text"]), await _file(tx, occasion))


async def deliver_poll(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Return the picture or the table of a poll."""
    who, result = occasion.who, occasion.result
    if who.state is not State.ACTIVE:
        return []
    if "ref" not in result:
        return _letters(who, _("The file could not be made. Please ask for it again later."))
    return _letters(who, str(result.get("text", "")), await _file(tx, occasion))


async def deliver_calendar(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Return the calendar file of an exchange, out of quiet hours; nothing where it came to no good."""
    who, result = occasion.who, occasion.result
    if who.state is not State.ACTIVE or who.member is None or "ref" not in result:
        return []
    text = _("For your calendar: open this file, and it is in it. Whoever uses your phone can read it there.")
    if result["changes"]:
        text = _("It has changed: open this file, and your calendar has it as it is now.")
    if result["cancelled"]:
        text = _("It does not take place: open this file, and it is gone from your calendar.")
    if result.get("gone"):
        text = _("You do not come any more: open this file, and it is gone from your calendar.")
    not_before = people.news_at(tx, who.member)
    return [replace(each, not_before=not_before) for each in _letters(who, text, await _file(tx, occasion))]


async def apologise(tx: Tx, incoming: Incoming, translator: Translator) -> list[Letter]:
    """Return a short apology for a message that could not be handled."""
    if incoming.kind in {Kind.DUE, Kind.DONE, Kind.LINK, Kind.KNOCK, Kind.POWERLESS}:
        return []  # nobody waits for an answer
    who = await people.meet(tx, incoming, translator)
    return _letters(
        who, _("Sorry, something went wrong here, and your last message was not understood. Please write it again.")
    )


async def _file(tx: Tx, occasion: Occasion) -> Media:
    """Return the file that a job made for a person; it is deleted here a day later."""
    given = {field.name: occasion.result[field.name] for field in fields(Media)}
    media = Media(**given | {"kind": MediaKind(given["kind"])})
    await leaving.forget_copy(tx, person=occasion.who.id, ref=media.ref)
    return media


def _letters(who: Person, words: Words, media: Media | None = None) -> list[Letter]:
    if who.state is State.LOCKED:
        return []
    return [Letter(who.address.id, Outgoing(who.voice.say(words), media=media, rtl=who.voice.rtl))]
