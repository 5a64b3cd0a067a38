"""Arrivals: what follows when a file that somebody sent has come, or will not come."""

from __future__ import annotations

from handlers import people
from handlers.language import _
from handlers.meetings import pseudonyms
from handlers.messages import Letter
from handlers.registry import Occasion
from handlers.talk import Option
from network import files, practices, relayed, requests
from network.files import File
from network.store import Tx


async def arrive(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Note how a file came, and go on with the practice that waited for it."""
    result = occasion.result
    name = str(result["subject"])
    if "error" in result:
        file = await files.failed(tx, file=name)
        if file is None or not file.practice:
            return await _unpassed(tx, occasion, name)
        return await _lack(tx, occasion, file)
    file = await files.came(tx, file=name, mime=str(result["mime"]), size=int(result["size"]))
    await relayed.arrived(tx, file=name)
    return await _complete(tx, occasion, file) if file is not None and file.practice else []


async def _complete(tx: Tx, occasion: Occasion, file: File) -> list[Letter]:
    """Tell those who decide of a practice that has all its files now."""
    handed = await requests.complete(tx, practice=file.practice)
    if not handed["deciders"]:
        return []
    found = await practices.get(tx, practice=file.practice)
    news = _("A practice waits for your decision: “{title}”.", title=found.title)
    # Translators: button, max:20
    option = Option(f"decide:{handed['approval']}", _("Read and decide"))
    translator = occasion.who.voice.translator
    return await people.letters(tx, handed["deciders"], news, [option], translator, about=occasion.who.id)


async def _lack(tx: Tx, occasion: Occasion, file: File) -> list[Letter]:
    """Tell an author that a file of what they handed in is of no use, and let them change it."""
    if not await practices.lack(tx, practice=file.practice):
        return []
    found = await practices.get(tx, practice=file.practice)
    await files.forget(tx, [file.id])
    text = _(
        "Thank you for “{title}”. A file that you sent with it could not be used: it did not come through, or it is "
        "not a voice message or a picture. Please send it again or write it in words; then the coordinators will "
        "read it.",
        title=found.title,
    )
    # Translators: button, max:20
    option = Option(f"share:again:{found.id}", _("Complete it"))
    return await people.letters(tx, [occasion.who.id], text, [option], occasion.who.voice.translator)


async def _unpassed(tx: Tx, occasion: Occasion, file: str) -> list[Letter]:
    """Tell whoever sent a file to somebody through the bot that it cannot be passed on."""
    relay = await relayed.lost(tx, file=file)
    if relay is None or relay.ended:
        return []
    text = _(
        "What you sent to {name} could not be passed on: it did not come through, or it is not a voice message, a "
        "picture or a PDF document. Please send it again.",
        name=pseudonyms.shown(relay.other),
    )
    # Translators: button, max:20
    option = Option(f"to:{relay.number}", _("Write to them"))
    return await people.letters(tx, [occasion.who.id], text, [option], occasion.who.voice.translator)
