"""The part of the Bot API's updates that Jisr reads (core.telegram.org/bots/api#update).

Declared again rather than taken from aiogram: its models build the whole tree, 16% of the cost
of a message. Fields that are not named here are dropped; errors quote no input.
"""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from handlers.messages import Media, MediaKind

READ = ("message", "edited_message", "callback_query", "my_chat_member", "chat_join_request")  # allowed_updates


class _Wire(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True, frozen=True)


class User(_Wire):
    """Who did it."""

    id: int
    is_bot: bool = False
    language_code: str = ""


class Chat(_Wire):
    """Where it was done."""

    id: int
    type: str

    @property
    def is_private(self) -> bool:
        """Whether the chat is one person's."""
        return self.type == "private"


class File(_Wire):
    """Any file: the fields that voice, audio, photo, video and document share."""

    file_id: str
    mime_type: str = ""
    file_size: int = 0  # bytes
    file_name: str = ""
    width: int = 0  # pixels

    def as_media(self, kind: MediaKind) -> Media:
        """Return the file as a neutral value."""
        mime = self.mime_type or {MediaKind.PICTURE: "image/jpeg", MediaKind.VOICE: "audio/ogg"}.get(kind, "")
        return Media(kind=kind, ref=self.file_id, mime=mime, size=self.file_size, name=self.file_name)


class Quoted(_Wire):
    """A message that another one answers."""

    message_id: int


class Message(_Wire):
    """A message of a chat, or a line about the chat."""

    message_id: int
    date: AwareDatetime
    chat: Chat
    edit_date: AwareDatetime | None = None
    sender: User | None = Field(default=None, alias="from")
    text: str | None = None
    caption: str = ""
    voice: File | None = None
    audio: File | None = None
    photo: list[File] | None = None
    video: File | None = None
    video_note: File | None = None
    document: File | None = None
    reply_to_message: Quoted | None = None
    migrate_to_chat_id: int | None = None

    @property
    def media(self) -> Media | None:
        """The file of the message; of a photo's sizes the largest."""
        largest = max(self.photo, key=lambda size: (size.file_size, size.width)) if self.photo else None
        files = (
            (self.voice, MediaKind.VOICE),
            (self.audio, MediaKind.AUDIO),
            (largest, MediaKind.PICTURE),
            (self.video or self.video_note, MediaKind.VIDEO),
            (self.document, MediaKind.DOCUMENT),
        )
        return next((file.as_media(kind) for file, kind in files if file is not None), None)


class Prompt(_Wire):
    """The message whose button was pressed; of an old one only this much is known."""

    message_id: int
    chat: Chat


class CallbackQuery(_Wire):
    """A press of a button."""

    id: str
    sender: User = Field(alias="from")
    message: Prompt | None = None
    data: str | None = None


class Membership(_Wire):
    """What the bot is in a chat now, and what it may do there."""

    status: str
    can_invite_users: bool = False
    can_restrict_members: bool = False

    @property
    def is_gatekeeper(self) -> bool:
        """Whether the bot may let people in and take them out (core.telegram.org/bots/api#chatmemberadministrator)."""
        return self.status == "administrator" and self.can_invite_users and self.can_restrict_members


class MembershipChange(_Wire):
    """The bot was blocked, unblocked, added or removed."""

    chat: Chat
    date: AwareDatetime
    sender: User = Field(alias="from")
    new_chat_member: Membership


class JoinRequest(_Wire):
    """Somebody asks to enter a group chat (core.telegram.org/bots/api#chatjoinrequest)."""

    chat: Chat
    sender: User = Field(alias="from")
    date: AwareDatetime


class Update(_Wire):
    """One update; exactly one of the optional fields is there, or one that is not named here."""

    model_config = ConfigDict(hide_input_in_errors=True, frozen=True, extra="allow")

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: MembershipChange | None = None
    chat_join_request: JoinRequest | None = None
