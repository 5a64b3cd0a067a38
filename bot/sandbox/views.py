"""What the page is told: phones and chats as JSON."""

from __future__ import annotations

from typing import Any

from bot.sandbox.bubbles import Bubble
from bot.sandbox.phones import Phone
from bot.sandbox.shelf import countries
from bot.sandbox.standins import StandIns


def everything(standins: StandIns) -> dict[str, Any]:
    """Return all that a page shows which has just been opened."""
    places = [
        {"code": each["iso2"], "names": {code: each[code] for code in ("en", "fr", "ar")}} for each in countries()
    ]
    return {
        "clock": standins.clock.now().isoformat(),
        "faults": faults(standins),
        "countries": places,
        "phones": [phone(standins, each) for each in standins.shelf.all.values()],
    }


def faults(standins: StandIns) -> list[str]:
    """Return the kinds of the faults that are laid on."""
    return [fault.kind.value for fault in standins.faults.laid]


def phone(standins: StandIns, shown: Phone) -> dict[str, Any]:
    """Return one phone with its chat."""
    zones = {each["iso2"]: each["tz"] for each in countries()}
    commands = standins.telegram.methods.menu(shown.language) if shown.app == "telegram" else []
    return {
        "id": shown.id,
        "app": shown.app,
        "name": shown.name,
        "role": shown.role,
        "number": f"+{shown.number}" if shown.app == "whatsapp" else f"id {shown.number}",
        "country": shown.country,
        "zone": zones[shown.country],
        "language": shown.language,
        "started": shown.started,
        "blocked": shown.blocked,
        "typing_until": shown.typing_until.isoformat() if shown.typing_until else None,
        "commands": [dict(each) for each in commands],
        "messages": [_bubble(shown, bubble) for bubble in shown.messages],
    }


def _bubble(shown: Phone, bubble: Bubble) -> dict[str, Any]:
    quoted = shown.bubble(bubble.quoted) if bubble.quoted else None
    file = bubble.attachment
    return {
        "id": bubble.id,
        "mine": bubble.mine,
        "at": bubble.at.isoformat(),
        "text": bubble.text,
        "taps": [{"label": tap.label, "note": tap.note, "line": tap.line} for tap in bubble.taps],
        "look": bubble.look,
        "opener": bubble.opener,
        "state": bubble.state,
        "edited": bubble.edited and bubble.mine,
        "quoted": {"text": quoted.text, "mine": quoted.mine} if quoted else None,
        "file": file
        and {
            "kind": file.kind,
            "name": file.name,
            "mime": file.mime,
            "size": len(file.data),
            "seconds": file.seconds,
            "url": f"/sandbox/files/{shown.id}/{file.id}",
        },
    }
