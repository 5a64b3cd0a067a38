"""An official act for a practice, as somebody seated decides whether it is so."""

from __future__ import annotations

from handlers.deciding.kind import Kind, Settled
from handlers.language import _
from handlers.practices.pages import act_line
from handlers.talk import Option, Talk
from network.approvals import Decision
from network.requests import Request


async def _show(talk: Talk, request: Request) -> None:
    """Show the act and the practice that it is for; not who entered it."""
    await talk.say(_("This is to stand on “{title}”:", title=request.what.practice.title))
    await talk.say(act_line(request.what.act))
    await talk.say(_("Please agree only if you know that it is so, or can look it up."))


async def _tell(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    """Tell the one who entered it what became of it."""
    practice = request.what.practice
    if settled["state"] == Decision.APPROVED:
        text = _("The official act that you entered now stands on “{title}”.", title=practice.title)
        # Translators: button, max:20
        await talk.tell("tell", [settled["tell"]], text, [Option(f"practice:{practice.id}", _("Read it"))])
        return
    text = _(
        "Thank you. The official act that you entered for “{title}” is not shown. What they say: {reason}",
        title=practice.title,
        reason=reason,
    )
    await talk.tell("tell", [settled["tell"]], text)


kind = Kind(
    listed=lambda request: request.what.practice.title, note=_("an official act for it"), show=_show, tell=_tell
)
