"""What one side's coordinator wishes for a country, as the other side's decides on it."""

from __future__ import annotations

from handlers.deciding.kind import Kind, Settled
from handlers.groups import country
from handlers.language import Place, _
from handlers.talk import Talk
from network.approvals import Decision
from network.requests import Request


async def _show(talk: Talk, request: Request) -> None:
    await talk.say(country.shown(request.what))


async def _tell(talk: Talk, request: Request, settled: Settled, _reason: str) -> None:
    agreed = settled["state"] == Decision.APPROVED
    await talk.tell("tell", [settled["tell"]], country.told(agreed=agreed, country=request.what.country))


kind = Kind(
    listed=lambda request: _("Country: {country}", country=Place(request.what.country)),
    note=_("a wish for your country"),
    show=_show,
    tell=_tell,
)
