"""What the WhatsApp Cloud API refuses, with its true codes.

https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.sandbox.bubbles import Tap

TEXT = 4096
BODY = 1024  # of an interactive message, and of a caption
SMALL = 60  # header and footer
BUTTONS, BUTTON_TITLE, BUTTON_ID = 3, 20, 256
ROWS, SECTIONS, ROW_TITLE, ROW_NOTE, ROW_ID = 10, 10, 24, 72, 200
TRACKER = 512
DOCUMENTS = {  # developers.facebook.com/docs/whatsapp/cloud-api/reference/media, "Supported media types"
    "text/plain",
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
MEDIA = {"image": 5 * 2**20, "audio": 16 * 2**20, "video": 16 * 2**20, "document": 100 * 2**20}

TITLES = {
    0: "Authentication Error",
    100: "Invalid parameter",
    190: "Access token has expired",
    130429: "Rate limit hit",
    131000: "Something went wrong",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    131051: "Unsupported message type",
    131052: "Media download error",
    131053: "Media upload error",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    132000: "Number of parameters does not match the expected number of params",
    132001: "Template name does not exist in the translation",
}


class RefusedError(Exception):
    """The Cloud API refuses a call: ``code`` is its own."""

    def __init__(self, code: int, details: str = "", status: int = 400) -> None:
        super().__init__(f"{code} {details}")
        self.code = code
        self.status = status
        self.details = details

    def body(self) -> dict[str, Any]:
        """Return the error as the API words it."""
        title = TITLES.get(self.code, "Error")
        error = {"message": f"(#{self.code}) {title}", "type": "OAuthException", "code": self.code}
        data = {"messaging_product": "whatsapp", "details": self.details or title}
        return {"error": error | {"error_data": data, "fbtrace_id": "Asandbox"}}

    def status_error(self) -> dict[str, Any]:
        """Return the error as a failed status carries it."""
        title = TITLES.get(self.code, "Error")
        return {"code": self.code, "title": title, "message": title, "error_data": {"details": self.details or title}}


@dataclass(frozen=True)
class Template:
    """An approved template: its text in each language, with {{1}} for each parameter."""

    bodies: Mapping[str, str]
    buttons: Mapping[str, Sequence[str]] | None = None  # quick replies, by language
    category: str = "UTILITY"


@dataclass(frozen=True)
class Content:
    """What a message shows."""

    text: str = ""
    taps: tuple[Tap, ...] = ()
    look: Literal["", "buttons", "list"] = ""
    opener: str = ""
    media: str = ""


def need(value: Any, name: str, most: int, code: int = 131009) -> str:
    """Return a text of 1 to ``most`` characters, or refuse."""
    text = str(value or "")
    if not text.strip():
        raise RefusedError(131008, f"{name} is required")
    if len(text) > most:
        raise RefusedError(code, f"{name} length invalid. Min length: 1, Max length: {most}")
    return text


def content(message: Mapping[str, Any], templates: Mapping[str, Template]) -> Content:
    """Return what a message would show, or refuse it."""
    kind = message.get("type") or "text"
    part = message.get(kind)
    if not isinstance(part, Mapping):
        raise RefusedError(131008, f"Parameter '{kind}' is required")
    if kind == "text":
        return Content(need(part.get("body"), "text.body", TEXT, 100))
    if kind == "interactive":
        return _interactive(part)
    if kind == "template":
        return _template(part, templates)
    if kind in MEDIA:
        return _media(kind, part)
    raise RefusedError(131051, f"unsupported type {kind}")


def _interactive(part: Mapping[str, Any]) -> Content:
    body = need((part.get("body") or {}).get("text"), "interactive.body.text", BODY)
    for name in ("header", "footer"):
        if name in part and len(str(part[name].get("text", ""))) > SMALL:
            raise RefusedError(131009, f"interactive.{name} is too long")
    action = part.get("action") or {}
    if part.get("type") == "button":
        return Content(body, _buttons(action.get("buttons") or []), "buttons")
    if part.get("type") == "list":
        opener = need(action.get("button"), "interactive.action.button", BUTTON_TITLE)
        return Content(body, _rows(action.get("sections") or []), "list", opener)
    raise RefusedError(131009, "interactive.type must be button or list")


def _buttons(buttons: Sequence[Mapping[str, Any]]) -> tuple[Tap, ...]:
    if not 1 <= len(buttons) <= BUTTONS:
        raise RefusedError(131009, f"Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: {BUTTONS}")
    replies = [button.get("reply") or {} for button in buttons]
    taps = tuple(
        Tap(need(reply.get("title"), "button title", BUTTON_TITLE), need(reply.get("id"), "button id", BUTTON_ID))
        for reply in replies
    )
    _distinct([tap.data for tap in taps], "button ids")
    _distinct([tap.label for tap in taps], "button titles")
    return taps


def _rows(sections: Sequence[Mapping[str, Any]]) -> tuple[Tap, ...]:
    rows = [row for section in sections for row in section.get("rows") or []]
    if not 1 <= len(sections) <= SECTIONS or not 1 <= len(rows) <= ROWS:
        raise RefusedError(131009, f"Total row count exceed max allowed count: {ROWS}")
    if len(sections) > 1:
        for section in sections:
            need(section.get("title"), "section title", ROW_TITLE)
    for row in rows:
        if len(str(row.get("description") or "")) > ROW_NOTE:
            raise RefusedError(131009, f"Row description is too long. Max length: {ROW_NOTE}")
    taps = tuple(
        Tap(
            need(row.get("title"), "row title", ROW_TITLE),
            need(row.get("id"), "row id", ROW_ID),
            note=str(row.get("description") or ""),
        )
        for row in rows
    )
    _distinct([tap.data for tap in taps], "row ids")
    return taps


def _distinct(values: Sequence[str], name: str) -> None:
    if len(set(values)) != len(values):
        raise RefusedError(131009, f"Duplicated {name}")


def _template(part: Mapping[str, Any], templates: Mapping[str, Template]) -> Content:
    name, language = str(part.get("name", "")), str((part.get("language") or {}).get("code", ""))
    template = templates.get(name)
    if template is None or language not in template.bodies:
        raise RefusedError(132001, f"template name ({name}) does not exist in {language}", 404)
    text = template.bodies[language]
    given: list[str] = []
    payloads: dict[int, str] = {}
    for component in part.get("components") or []:
        parameters = component.get("parameters") or []
        if component.get("type") == "body":
            given = [str(each.get("text", "")) for each in parameters]
        elif component.get("type") == "button" and parameters:
            payloads[int(component.get("index", 0))] = str(parameters[0].get("payload", ""))
    if len(given) != text.count("{{"):
        raise RefusedError(132000, f"body: number of localizable_params ({len(given)}) does not match")
    for place, value in enumerate(given, 1):
        text = text.replace(f"{{{{{place}}}}}", value)
    labels = (template.buttons or {}).get(language, ())
    taps = tuple(Tap(label, payloads.get(place) or label) for place, label in enumerate(labels))
    return Content(text, taps, "buttons" if taps else "")


def _media(kind: str, part: Mapping[str, Any]) -> Content:
    caption = str(part.get("caption") or "")
    if len(caption) > BODY:
        raise RefusedError(131009, f"Caption is too long. Max length: {BODY}")
    if kind == "audio" and caption:
        raise RefusedError(100, "Unexpected key 'caption' on param 'audio'")
    if not part.get("id"):
        raise RefusedError(131008, f"{kind}.id is required")
    return Content(caption, media=str(part["id"]))
