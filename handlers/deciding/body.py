"""An organisation of the directory, as coordinators decide on it."""

from __future__ import annotations

from handlers.deciding.kind import Kind, Settled
from handlers.directory import directory_cards as cards
from handlers.language import _
from handlers.talk import Talk
from network.approvals import Decision
from network.requests import Request


async def _show(talk: Talk, request: Request) -> None:
    await talk.say(cards.organisation(request.what, talk.language))
    await talk.say(_("If you agree, every member may read it in the directory."))


async def _tell(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    """Tell who entered it what became of it."""
    name = request.what.name
    text = _(
        "Thank you for “{name}”. The coordinators did not take it into the directory. What they say: {reason}",
        name=name,
        reason=reason,
    )
    if settled["state"] == Decision.APPROVED:
        text = _("Good news: “{name}” is in the directory now.", name=name)
    await talk.tell("tell", [settled["tell"]], text)


kind = Kind(
    listed=lambda request: request.what.name,
    note=_("an organisation to look at"),
    show=_show,
    tell=_tell,
)
