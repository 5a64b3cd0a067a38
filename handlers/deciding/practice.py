"""A practice, as moderators decide on it."""

from __future__ import annotations

from handlers import cards
from handlers.deciding.kind import Kind, Settled
from handlers.find import OPENED
from handlers.language import _
from handlers.talk import Option, Talk
from network.approvals import Decision
from network.requests import Request


async def _show(talk: Talk, request: Request) -> None:
    """Show what everybody would see: of its author no more than that."""
    for part in cards.whole(request.what.practice, request.what.attribution, talk.language):
        await talk.say(part)


async def _tell(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    """Tell the author what became of it, and what they can do then."""
    title = request.what.practice.title
    if settled["state"] == Decision.APPROVED:
        text = _("Your practice “{title}” is now open to the network. Thank you.", title=title)
        # Translators: button, max:20
        option = Option(f"find:{OPENED}{request.what.practice.id}", _("Read it"))
    else:
        text = _(
            "Thank you for “{title}”. The coordinators did not publish it as it is. What they say: {reason}\n\n"
            "You can change it and share it again.",
            title=title,
            reason=reason,
        )
        # Translators: button, max:20
        option = Option("share", _("Share again"))
    await talk.tell("tell", [settled["tell"]], text, [option])


kind = Kind(listed=lambda request: request.what.practice.title, note=_("a practice to read"), show=_show, tell=_tell)
