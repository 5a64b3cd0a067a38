"""A wish to change sides, as coordinators decide on it."""

from __future__ import annotations

from handlers.deciding.joining import shown
from handlers.deciding.kind import Kind, Settled
from handlers.language import _
from handlers.talk import Talk
from network.approvals import Decision
from network.requests import Request


async def _show(talk: Talk, request: Request) -> None:
    """Say who the member would be after a yes."""
    about = shown(request.what, talk.language)
    await talk.say(_("{name} asks to change sides. It would be:\n{side}, {service}\n{country}", **about))


async def _tell(talk: Talk, _request: Request, settled: Settled, reason: str) -> None:
    if settled["state"] == Decision.APPROVED:
        text = _("Good news: the coordinators agree, and your side is changed.")
    else:
        text = _(
            "Thank you for asking. The coordinators did not agree to change your side, so you stay as you were. "
            "What they say: {reason}",
            reason=reason,
        )
    await talk.tell("tell", [settled["tell"]], text)


kind = Kind(listed=lambda request: request.what.name, note=_("asks to change sides"), show=_show, tell=_tell)
