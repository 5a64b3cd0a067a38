"""An exchange that is proposed, and the summary of one, as coordinators decide on them."""

from __future__ import annotations

from handlers.audience_choice import describe, names
from handlers.deciding.kind import Kind, Settled
from handlers.exchanges import exchange_cards
from handlers.language import Words, _, n_
from handlers.talk import Option, Talk
from network.approvals import Decision
from network.requests import Request


async def _show(talk: Talk, request: Request) -> None:
    """Show what is planned and for whom, but not where."""
    found = request.what
    me = await talk.member()
    await talk.say(exchange_cards.card(found, me.country, talk.language))
    await talk.say(exchange_cards.rules(found))
    if found.audience is None:
        await talk.say(_("Only who has a code is invited."))
    else:
        for line in describe(found.audience, talk.language, await names(talk)):
            await talk.say(line)
    if found.capacity:
        await talk.say(n_("There is {count} place.", "There are {count} places.", found.capacity))


async def _tell(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    """Tell whoever planned it that a time can be agreed on, or why not."""
    title = request.what.title
    if settled["state"] == Decision.APPROVED:
        text = _("Coordinators agree to your exchange “{title}”. Now a time can be agreed on.", title=title)
        # Translators: button, max:20
        await talk.tell("tell", [settled["tell"]], text, [Option(f"hosting:{request.what.id}", _("Go on"))])
        return
    text = _("Your exchange “{title}” does not take place. What they say: {reason}", title=title, reason=reason)
    await talk.tell("tell", [settled["tell"]], text)


async def _show_summary(talk: Talk, request: Request) -> None:
    await talk.say(_("The summary of “{title}”:", title=request.what.exchange.title))
    if request.what.at:
        await talk.say(exchange_cards.when(request.what.at, (await talk.member()).country))
    await talk.say(request.what.text)
    await talk.say(_("If you agree, members can read it. It must say nothing of who said what."))


async def _tell_summary(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    title = request.what.exchange.title
    day = request.what.local.date() if request.what.local else None
    if settled["state"] == Decision.APPROVED:
        text = _("Both sides agree: the summary of “{title}” is published.", title=title)
        if day:
            text = _("Both sides agree: the summary of “{title}”, held on {day}, is published.", title=title, day=day)
    else:
        text = _("The other side does not agree to the summary of “{title}”: {reason}", title=title, reason=reason)
        if day:
            text = _(
                "The other side does not agree to the summary of “{title}”, held on {day}: {reason}",
                title=title,
                day=day,
                reason=reason,
            )
    await talk.tell("tell", [settled["tell"]], text)


def _listed_summary(request: Request) -> Words:
    """Return what a summary is of, with the day of one date first: a long title is cut."""
    title, local = request.what.exchange.title, request.what.local
    return _("{day}: {title}", day=local.date(), title=title) if local else title


kind = Kind(listed=lambda request: request.what.title, note=_("an exchange"), show=_show, tell=_tell)
summary = Kind(
    listed=_listed_summary,
    note=_("the summary of an exchange"),
    show=_show_summary,
    tell=_tell_summary,
)
