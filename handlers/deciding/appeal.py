"""An appeal: a practice that was refused, as others decide on it for good."""

from __future__ import annotations

from handlers.deciding import practice
from handlers.deciding.kind import Kind, Settled
from handlers.language import _
from handlers.talk import Talk
from network.approvals import Decision
from network.requests import Request


async def _show(talk: Talk, request: Request) -> None:
    """Show the practice, what was said against it, and what its author answers."""
    await practice.show(talk, request.what, place=f"read {request.id}")
    for said in request.what.refused:
        await talk.say(_("It was refused. What was said: {reason}", reason=said))
    await talk.say(_("The author asks for a second look: {why}", why=request.what.why))
    await talk.say(_("What you decide together is final."))


async def _tell(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    found, state = request.what.practice, settled["state"]
    if state == Decision.PENDING:
        await practice.tell_half(talk, settled, found.title)
    elif state == Decision.APPROVED:
        text = _("A second look was taken: “{title}” is now open to the network. Thank you.", title=found.title)
        await practice.tell_published(talk, settled, found.id, text)
    else:
        text = _(
            "A second look was taken at “{title}”, by others. It stays unpublished, and that is final. "
            "What they say: {reason}\n\nThank you for your patience. Another practice is welcome at any time.",
            title=found.title,
            reason=reason,
        )
        await talk.tell("tell", [settled["tell"]], text)


kind = Kind(
    listed=lambda request: request.what.practice.title,
    note=_("a second look at a refusal"),
    show=_show,
    tell=_tell,
)
