"""A dialogue of a year that is proposed, a text of one, and a link between two, as coordinators decide on them."""

from __future__ import annotations

from handlers.audience_choice import joined
from handlers.deciding.kind import Kind, Settled
from handlers.labels import SERVICES
from handlers.language import Text, _
from handlers.practices import pages
from handlers.series import series_cards
from handlers.talk import Option, Talk
from network.approvals import Decision
from network.outputs import Name
from network.requests import Request


async def _show(talk: Talk, request: Request) -> None:
    """Show what is proposed, with its ground rules and who is to be there."""
    found = request.what
    for line in series_cards.about(found, talk.language):
        await talk.say(line)
    if found.services:
        await talk.say(_("To be there: {bodies}", bodies=joined(SERVICES[each] for each in found.services)))
    await talk.say(series_cards.rules(found))
    await talk.say(_("If you agree, it begins at once, and you lead it with the other side."))


async def _tell(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    """Tell its author that it begins, or why not."""
    title = request.what.title
    if settled["state"] == Decision.APPROVED:
        text = _("Coordinators agree: “{title}” begins, and those who are invited hear of it.", title=title)
        await talk.tell("tell", [settled["tell"]], text, [_open(request.what.id)])
        return
    text = _("Your dialogue “{title}” does not begin. What they say: {reason}", title=title, reason=reason)
    await talk.tell("tell", [settled["tell"]], text)


async def _show_text(talk: Talk, request: Request) -> None:
    """Show the whole text, page by page."""
    found = request.what
    head = _("{text} of “{title}”:", text=series_cards.OUTPUTS[found.output.name], title=found.series.title)
    lines = [head, _("{text}", text=found.output.text)]
    await pages.read_through(talk, pages.packed(talk, lines), place=f"text {request.id}")
    await talk.say(_("If you agree, all who take part can read it. It must say nothing of who said what."))
    if found.output.name is Name.SUMMARY:
        await talk.say(series_cards.INSIGHTS)


async def _tell_text(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    title = request.what.series.title
    text: Text = _("Both sides agree: the text of “{title}” is published.", title=title)
    if settled["state"] != Decision.APPROVED:
        text = _("The other side does not agree to the text of “{title}”: {reason}", title=title, reason=reason)
    await talk.tell("tell", [settled["tell"]], text, [_open(request.what.series.id)])


async def _show_link(talk: Talk, request: Request) -> None:
    local, wide = request.what.local, request.what.national
    await talk.say(_("A local dialogue asks to be linked to “{title}”:", title=wide.title))
    for line in series_cards.about(local, talk.language):
        await talk.say(line)
    await talk.say(_("Once linked, those in each read the other’s title and phase, and your published texts."))


async def _tell_link(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    title = request.what.national.title
    text: Text = _("Both sides agree: your dialogue is linked to “{title}”.", title=title)
    if settled["state"] != Decision.APPROVED:
        text = _("Your dialogue is not linked to “{title}”. What they say: {reason}", title=title, reason=reason)
    await talk.tell("tell", [settled["tell"]], text, [_open(request.what.local.id)])


def _open(series: str) -> Option:
    # Translators: button, max:20. It opens a dialogue of a year.
    return Option(f"series:{series}", _("Open the dialogue"))


kind = Kind(listed=lambda request: request.what.title, note=_("a dialogue of a year"), show=_show, tell=_tell)
text = Kind(
    listed=lambda request: request.what.series.title,
    note=_("a text of a dialogue"),
    show=_show_text,
    tell=_tell_text,
)
link = Kind(
    listed=lambda request: request.what.local.title,
    note=_("a link to a national series"),
    show=_show_link,
    tell=_tell_link,
)
