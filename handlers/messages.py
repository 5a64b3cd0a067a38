"""The two neutral values between people and wires: what comes in and what goes out."""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a person did."""

    TEXT = "text"
    COMMAND = "command"  # "/share": ``text`` is "share", ``argument`` what followed it
    START = "start"  # a deep link: ``argument`` is its payload
    CHOICE = "choice"  # a button or list row: ``text`` is its token, as it was sent out
    MEDIA = "media"  # ``media`` is set, ``text`` is the caption
    EDITED = "edited"  # an earlier message was changed: ``text`` is the new one
    BLOCKED = "blocked"  # the person blocked the bot
    UNBLOCKED = "unblocked"
    OPTED_OUT = "opted_out"  # the person told the app that they want no more of us, or want it again
    OPTED_IN = "opted_in"
    DUE = "due"  # time came: ``text`` is the kind of due row, ``argument`` its subject
    DONE = "done"  # a job ended: ``text`` is the kind of job, ``argument`` its result as JSON
    LINK = "link"  # a code was posted in the group chat ``external``: ``argument`` is the code
    KNOCK = "knock"  # the person asks to enter a group chat: ``argument`` is that chat
    POWERLESS = "powerless"  # the bot was taken out of the group chat ``external``, or may let nobody in there


class MediaKind(StrEnum):
    """What a file is to the person who gets it."""

    VOICE = "voice"
    AUDIO = "audio"
    PICTURE = "picture"
    VIDEO = "video"
    DOCUMENT = "document"


@dataclass(frozen=True)
class Media:
    """A file of a message. ``ref`` is the provider's id on the way in, the store's on the way out."""

    kind: MediaKind
    ref: str
    mime: str = ""
    size: int = 0  # bytes, 0 when the provider did not say
    name: str = ""


@dataclass(frozen=True)
class Incoming:
    """One thing that one person did, on one account of one channel.

    ``external`` is the id to answer to; ``alias`` a second id of the same person on the same
    channel (WhatsApp: the user id and the phone number). ``ref`` is the provider's id of the
    message, ``prompt_ref`` that of the message whose button was pressed or that was quoted.
    """

    channel: str
    account: str
    external: str
    kind: Kind
    at: datetime
    text: str = ""
    argument: str = ""
    alias: str | None = None
    media: Media | None = None
    ref: str = ""
    prompt_ref: str = ""
    language: str = ""  # the app's own language, a BCP 47 tag, when the provider says


class DeliveryState(StrEnum):
    """The states of a delivery; it only moves forward through them."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True)
class Receipt:
    """A provider's word on a message sent before.

    ``tracker`` is our own outbox id where the provider gives it back, else empty.
    """

    channel: str
    account: str
    ref: str
    tracker: str
    state: DeliveryState
    at: datetime
    error: str = ""


@dataclass(frozen=True)
class ChatMoved:
    """A chat has a new id (a Telegram group became a supergroup)."""

    channel: str
    account: str
    old: str
    new: str


@dataclass(frozen=True)
class Ignored:
    """An item that asks for nothing (``reason`` is a code, such as ``edited_channel_post``)."""

    reason: str


Item = Incoming | Receipt | ChatMoved | Ignored


@dataclass(frozen=True)
class Choice:
    """One way to answer: ``token`` comes back when it is chosen (at most 64 bytes).

    An ``optional`` one (Back, Cancel) can always be typed instead: a channel short of room leaves
    it out, such as WhatsApp where that keeps a message at 3 buttons.
    """

    token: str
    label: str
    note: str = ""  # one line below the label, where the channel has room
    optional: bool = False


class Style(StrEnum):
    """How choices are best shown; a channel does what it can."""

    BUTTONS = "buttons"  # few and short
    LIST = "list"  # many, or with notes


@dataclass(frozen=True)
class Outgoing:
    """One message to one person, already in that person's language.

    ``replaces`` is the provider's id of a message that this text takes the place of (a prompt
    by the choice made); a channel that cannot edit sends it as a new message, or, when it is
    ``edit_only``, not at all. ``deletes`` are ids of messages to take back. ``choices`` may be any
    number: the channel pages nothing, the conversation did (at most 10). ``rtl`` says that the text
    reads right to left.
    """

    text: str = ""
    choices: tuple[Choice, ...] = ()
    style: Style = Style.BUTTONS
    media: Media | None = None
    list_button: str = ""  # the label that opens a list, where the channel needs one
    replaces: str = ""
    edit_only: bool = False
    deletes: tuple[str, ...] = ()
    rtl: bool = False


class Urgency(StrEnum):
    """Which goes first when a rate is short."""

    REPLY = "reply"
    NOTICE = "notice"
    REMINDER = "reminder"
    BROADCAST = "broadcast"


@dataclass(frozen=True)
class Letter:
    """An ``Outgoing`` on its way to the outbox: for whom and how urgent.

    ``again`` says what to do when the provider's answer is lost: send again (at least once) or
    leave it (at most once). ``not_before`` keeps it for later (quiet hours); ``about`` is the id of a
    person whom it speaks of: it goes with them when they are erased.
    """

    address_id: str
    message: Outgoing = field(repr=False)
    urgency: Urgency = Urgency.REPLY
    again: bool = True
    not_before: datetime | None = None
    about: str = ""


def write(message: Outgoing) -> str:
    """Return a message as JSON, without what stands at its default."""
    value: dict[str, Any] = {
        field.name: getattr(message, field.name)
        for field in fields(message)
        if getattr(message, field.name) != field.default
    }
    if message.choices:
        value["choices"] = [[choice.token, choice.label, choice.note, choice.optional] for choice in message.choices]
    if message.media:
        value["media"] = astuple(message.media)
    return json.dumps(value)


def read(body: str) -> Outgoing:
    """Return the message that ``write`` wrote."""
    value = json.loads(body)
    if "choices" in value:
        value["choices"] = tuple(Choice(*choice) for choice in value["choices"])
    if "media" in value:
        kind, *rest = value["media"]
        value["media"] = Media(MediaKind(kind), *rest)
    if "style" in value:
        value["style"] = Style(value["style"])
    return Outgoing(**{**value, "deletes": tuple(value.get("deletes", ()))})
