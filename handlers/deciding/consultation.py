"""A draft that both sides are to answer, as the other side's coordinators decide whether it opens."""

from __future__ import annotations

from handlers.audience_choice import describe, names
from handlers.consultations import consult_cards
from handlers.deciding.kind import Kind, Settled
from handlers.language import _
from handlers.practices import pages
from handlers.talk import Option, Talk
from network import consultations
from network.approvals import Decision
from network.requests import Request


async def _show(talk: Talk, request: Request) -> None:
    """Show the whole draft, and for whom it is."""
    found = request.what
    every = await talk.look(consultations.sections, consultation=found.id)
    lines = [consult_cards.draft(found, len(every))]
    lines += [consult_cards.section(each, None) for each in every]
    await pages.read_through(talk, pages.packed(talk, lines), place=f"draft {request.id}")
    for line in describe(found.audience, talk.language, await names(talk)):
        await talk.say(line)


async def _tell(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    """Tell its author that it is open, or why not."""
    title = request.what.title
    if settled["state"] == Decision.APPROVED:
        text = _("The other side agrees: “{title}” is open, and both sides hear of it.", title=title)
        # Translators: button, max:20
        option = Option(f"consult:{request.what.id}", _("Open the draft"))
        await talk.tell("tell", [settled["tell"]], text, [option])
        return
    text = _("The other side does not open “{title}”. What they say: {reason}", title=title, reason=reason)
    await talk.tell("tell", [settled["tell"]], text)


kind = Kind(
    listed=lambda request: request.what.title,
    note=_("a draft for both sides to answer"),
    show=_show,
    tell=_tell,
)


async def _show_extract(talk: Talk, request: Request) -> None:
    await talk.say(
        _("“{title}”: the other host asks for one file with all that was written.", title=request.what.title)
    )
    await talk.say(
        _(
            "It has the words and the side of whoever wrote them, no name. A file can be passed on by whoever has it; "
            "in the chat everybody who was asked reads the same."
        )
    )


async def _tell_extract(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    """Tell whoever asked that they can take the file, or why not."""
    title = request.what.title
    if settled["state"] == Decision.APPROVED:
        text = _("Both sides agree: you can take the table of “{title}”.", title=title)
        await talk.tell("tell", [settled["tell"]], text, [Option(f"consult:{request.what.id}", _("Open the draft"))])
        return
    text = _("The other side does not let the table of “{title}” out: {reason}", title=title, reason=reason)
    await talk.tell("tell", [settled["tell"]], text)


extract = Kind(
    listed=lambda request: request.what.title,
    note=_("all words on a draft as a file"),
    show=_show_extract,
    tell=_tell_extract,
)
