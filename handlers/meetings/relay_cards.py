"""Relay cards: what passes between two who write through the bot, as each of them sees it."""

from __future__ import annotations

from handlers import labels
from handlers.language import Text, Words, _
from handlers.meetings import pseudonyms
from handlers.messages import Media, MediaKind
from handlers.prompts import cut_to
from handlers.talk import Talk
from network import files, relayed
from network.files import File
from network.relayed import Message
from network.relays import Relay

DOCUMENT = "document.pdf"  # what a document is called: its own name may name somebody
OVER = _("This conversation has ended. Thank you for having talked with each other.")
GONE = _("(a file that is not here any more)")


async def say(talk: Talk, message: Message, relay: Relay, *, most: int = 0) -> None:
    """Say one message of a conversation, one's own or the other's; ``most``: so many characters of it."""
    name = _("You") if message.mine else pseudonyms.shown(relay.other)
    await play(talk, name, shortened(message.text, most) if most else message.text, message.file)


def shortened(text: str, most: int) -> str:
    """Return the beginning of a text, on one line."""
    return cut_to(" ".join(text.split()), most)


async def play(talk: Talk, name: Words, text: str, file: str) -> None:
    """Say what somebody wrote, and let be heard and seen what they sent."""
    found = await talk.look(files.find, file=file) if file else None
    ready = found is not None and found.state is files.State.READY
    words: Words = text or ((labels.FILES[found.kind] if found and ready else GONE) if file else "")
    await talk.say(_("{name}: {message}", name=name, message=words), media(found) if found and ready else None)


def passed(message: Message, file: File | None) -> Text:
    """Return a message as the other reads it: its conversation's number, the name, the words."""
    head = {"number": message.number, "name": pseudonyms.shown(message.name)}
    if message.text:
        return _("{number}. {name}:\n“{message}”", message=message.text, **head)
    what: Words = labels.FILES[file.kind] if file else GONE
    return _("{number}. {name}: {file}", file=what, **head)


def media(file: File) -> Media:
    """Return a file to be sent; a document goes without its own name."""
    kind = MediaKind(file.kind)
    return Media(kind, file.ref, file.mime, file.size, DOCUMENT if kind is MediaKind.DOCUMENT else "")


async def latest(talk: Talk, relay: Relay, most: int) -> list[Message]:
    """Return the latest messages of a conversation, the oldest first."""
    return await talk.look(relayed.latest, end=relay.id, limit=most)
