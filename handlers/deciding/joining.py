"""A wish to join, as coordinators decide on it."""

from __future__ import annotations

from handlers.deciding.kind import Kind, Settled
from handlers.labels import service_label, side_label
from handlers.language import Text, _
from handlers.talk import Option, Talk
from network import countries
from network.approvals import Decision
from network.members import Member
from network.requests import Request


def shown(who: Member, language: str) -> dict[str, Text | str]:
    """Return what coordinators may see of an applicant."""
    return {
        "name": who.name,
        "side": side_label(who.side),
        "service": service_label(who.service),
        "country": countries.name(who.country, language),
    }


async def _show(talk: Talk, request: Request) -> None:
    await talk.say(_("{name} asks to join.\n{side}, {service}\n{country}", **shown(request.what, talk.language)))


async def _tell(talk: Talk, _request: Request, settled: Settled, reason: str) -> None:
    """Welcome the applicant, or tell them kindly that they are not."""
    if settled["state"] == Decision.APPROVED:
        # Translators: button, max:20
        option = Option("menu", _("Begin"))
        await talk.tell("tell", [settled["tell"]], _("Good news: the coordinators welcome you in Jisr."), [option])
        return
    text = _(
        "Thank you for your patience. The coordinators could not welcome you in Jisr for now. What they say: "
        "{reason}\n\nYou can ask again with “join”, or write “delete me” to erase what is kept about you.",
        reason=reason,
    )
    await talk.tell("tell", [settled["tell"]], text)


kind = Kind(listed=lambda request: request.what.name, note=_("asks to join"), show=_show, tell=_tell)
