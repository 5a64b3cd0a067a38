"""The part of the Cloud API's webhooks that Jisr reads.

developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components, and of the business-scoped
user id: developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids.
Declared again rather than taken from pywa, whose models read the first message of a batch only.
Fields that are not named here are dropped; errors quote no input.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from handlers.messages import Media, MediaKind


class _Wire(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, fields: Any) -> Any:
        """A phone number that is not shared may be missing or null."""
        if isinstance(fields, dict):
            return {name: value for name, value in fields.items() if value is not None}
        return fields


class Metadata(_Wire):
    """To which of our numbers it was sent."""

    phone_number_id: str = ""


class Contact(_Wire):
    """Who wrote: the phone number may be missing, and so may the business-scoped user id."""

    wa_id: str = ""
    user_id: str = ""


class Value(_Wire):
    """What changed; its items are checked one by one, so that a bad one does not hide the rest."""

    metadata: Metadata = Metadata()
    contacts: list[Contact] = []
    messages: list[dict[str, Any]] = []
    statuses: list[dict[str, Any]] = []
    user_preferences: list[dict[str, Any]] = []


class Change(_Wire):
    """One change; only those of the fields ``messages`` and ``user_preferences`` are read."""

    field: str
    value: dict[str, Any]


class Entry(_Wire):
    """The changes of one business account."""

    changes: list[Change]


class Delivery(_Wire):
    """One POST of the webhook."""

    object: Literal["whatsapp_business_account"]
    entry: list[Entry]


class Text(_Wire):
    """What was typed."""

    body: str


class File(_Wire):
    """Any file: the fields that image, audio, video, document and sticker share."""

    id: str
    mime_type: str = ""
    filename: str = ""
    caption: str = ""
    voice: bool = False

    def as_media(self, kind: MediaKind) -> Media:
        """Return the file as a neutral value; the webhook does not say its size."""
        shown = MediaKind.VOICE if kind is MediaKind.AUDIO and self.voice else kind
        return Media(kind=shown, ref=self.id, mime=self.mime_type, name=self.filename)


class Reply(_Wire):
    """A pressed button or a chosen row."""

    id: str


class Interactive(_Wire):
    """The answer to buttons or to a list."""

    button_reply: Reply | None = None
    list_reply: Reply | None = None


class TemplateButton(_Wire):
    """A pressed quick-reply button of a template; without a payload of ours it repeats the text."""

    text: str = ""
    payload: str = ""


class Context(_Wire):
    """The message that was answered."""

    id: str = ""


class System(_Wire):
    """A person changed the number, and the user id with it."""

    type: str = ""
    customer: str = ""
    wa_id: str = ""
    new_wa_id: str = ""
    user_id: str = ""


class Edited(_Wire):
    """An earlier message as it reads now."""

    original_message_id: str
    message: dict[str, Any]


class Message(_Wire):
    """A message from a person, or a line about one."""

    id: str
    type: str
    at: AwareDatetime = Field(alias="timestamp")
    sender: str = Field(default="", alias="from")
    from_user_id: str = ""
    group_id: str = ""
    context: Context = Context()
    text: Text | None = None
    image: File | None = None
    audio: File | None = None
    video: File | None = None
    document: File | None = None
    sticker: File | None = None
    interactive: Interactive | None = None
    button: TemplateButton | None = None
    system: System | None = None
    edit: Edited | None = None

    @property
    def file(self) -> tuple[File, MediaKind] | None:
        """The file of the message and what it is."""
        files = (
            (self.image, MediaKind.PICTURE),
            (self.audio, MediaKind.AUDIO),
            (self.video, MediaKind.VIDEO),
            (self.document, MediaKind.DOCUMENT),
            (self.sticker, MediaKind.PICTURE),
        )
        return next(((file, kind) for file, kind in files if file is not None), None)


class Error(_Wire):
    """Why a message failed."""

    code: int = 0


class Status(_Wire):
    """What became of a message that we sent."""

    id: str
    status: str
    at: AwareDatetime = Field(alias="timestamp")
    biz_opaque_callback_data: str = ""
    errors: list[Error] = []


class Preference(_Wire):
    """A person stopped or resumed messages in the app's own settings."""

    value: str
    at: AwareDatetime = Field(alias="timestamp")
    wa_id: str = ""
    user_id: str = ""


class Item(_Wire):
    """What ``RawItem.body`` holds: one of the three, and who wrote it."""

    contact: Contact = Contact()
    message: Message | None = None
    status: Status | None = None
    preference: Preference | None = None
