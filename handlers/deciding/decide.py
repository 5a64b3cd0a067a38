"""Decide: a coordinator answers wishes to join, and moderators of both sides read what was handed in."""

from __future__ import annotations

from typing import Any

from handlers.deciding import KINDS
from handlers.language import Text, Words, _, n_
from handlers.registry import Capability, ForWhom
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import approvals, requests
from network.approvals import Decision
from network.requests import Request

REASON = (5, 300)  # characters, fewest and most
NOTE = 200  # characters, at most
LISTED = 30  # requests at once, the oldest; the others come when these are decided
# Translators: button, max:20
AGREE = Option("agree", _("I agree"))
# Translators: button, max:20
CHANGE = Option("change", _("Ask for a change"))
# Translators: button, max:20
REFUSE = Option("refuse", _("I refuse"))
# Translators: button, max:20
LATER = Option("later", _("Later"))


async def decide(talk: Talk) -> None:
    """Show one request, the one that a notice led to or one of those that wait, and take the word on it."""
    request = await _pick(talk)
    if request is None:
        return
    await _show(talk, request)
    if await _answer(talk, request):
        waiting = await talk.look(approvals.pending_for, person=talk.person)
        if waiting:
            await talk.go("decide")


async def _pick(talk: Talk) -> Request | None:
    """Return the request to look at, or None when there is none to choose from."""
    mine = {"person": talk.person, "language": talk.language}
    if talk.argument:
        for request in await talk.look(requests.pending, **mine, only=[talk.argument]):
            return request
        await talk.say(_("This was decided already, or taken back. Thank you for coming."))
    listed = await talk.look(requests.pending, **mine, most=LISTED)
    if not listed:
        await talk.say(_("Nothing waits for your decision now."))
        return None
    waiting = await talk.look(approvals.pending_for, person=talk.person)
    question = n_(
        "{count} request waits for your decision.",
        "{count} requests wait for your decision. Which one?",
        len(waiting) if len(listed) == LISTED else len(listed),
    )
    chosen = await talk.choose("request", question, [_option(talk, request) for request in listed])
    return next(request for request in listed if request.id == chosen)


def _option(talk: Talk, request: Request) -> Option:
    """Return a request in the list: its name, what it is, how long it has waited, in whole days."""
    kind, days = KINDS[request.kind], (talk.now - request.approval.asked_at).days
    note: Words = kind.note
    if days:
        # Translators: {what} is such as "a practice to read".
        note = n_("{what}, waiting for {count} day", "{what}, waiting for {count} days", days, what=note)
    if request.approval.both_sides:
        # Translators: {what} is such as "a practice to read"; for those whose topic needs both sides.
        note = _("Sensitive: {what}", what=note)
    return Option(request.id, kind.listed(request), note)


async def _show(talk: Talk, request: Request) -> None:
    """Show what is decided on, and how many must agree."""
    await KINDS[request.kind].show(talk, request)
    if not request.approval.both_sides:
        return
    if len(request.approval.needs) > 1:
        await talk.say(_("It needs a yes from each side."))
    else:
        await talk.say(_("The other side has agreed. It needs your side’s yes too."))


async def _answer(talk: Talk, request: Request) -> bool:
    """Ask for the word and act on it; return whether it was given.

    The keys name the request: a word meant for one that was decided meanwhile is never used for another.
    """
    kind = KINDS[request.kind]
    offered = [
        AGREE if kind.ready(request) else None,
        CHANGE if kind.changes else None,
        REFUSE,
        kind.lead(request),
        LATER,
    ]
    ways = [way for way in offered if way is not None]
    word = await talk.choose(f"word {request.id}", _("What do you say?"), ways)
    command, colon, argument = word.partition(":")
    if colon:
        await talk.go(command, argument)
    if word == "later":
        await talk.say(_("Gladly. It waits for you."))
        return False
    reason = await _reason(talk, request, word)
    settled = await talk.do(
        f"settle {request.id}",
        requests.settle,
        approval=request.id,
        by=talk.person,
        agree=word == "agree",
        change=word == "change",
        reason=reason,
    )
    await talk.say(_result(settled))
    if settled["tell"]:
        await KINDS[request.kind].tell(talk, request, settled, reason)
    return True


async def _reason(talk: Talk, request: Request, word: str) -> str:
    """Ask why, or what should be different; of a first yes where two are needed, a word for the other side."""
    fewest, most = REASON
    if word == "refuse":
        question = _(
            "For what reason? A short and kind sentence: the person will read it, without your name.",
        )
        return await talk.text(f"reason {request.id}", question, at_least=fewest, at_most=most, check=screen)
    if word == "change":
        question = _("What should be different? A short and kind sentence: the author will read it, without your name.")
        return await talk.text(f"change {request.id}", question, at_least=fewest, at_most=most, check=screen)
    if not (request.approval.both_sides and len(request.approval.needs) > 1):
        return ""
    question = _("Is there a word for the other side’s coordinator? They read it without your name.")
    # Translators: button, max:20
    return await talk.text(f"note {request.id}", question, at_most=NOTE, skip=_("No word"), check=screen)


def _result(settled: dict[str, Any]) -> Text:
    """Return what to say to the coordinator."""
    if settled["state"] == requests.GONE:
        return _("It was taken back meanwhile. Thank you all the same.")
    if not settled["fresh"]:
        return _("Somebody else decided before you, so your word changed nothing. Thank you all the same.")
    if settled["state"] == Decision.PENDING:
        return _("Thank you. The other side’s word is still needed.")
    return _("Thank you. It is done, and the person is told.")


capability = Capability(
    name="decide",
    command="decide",
    # Translators: in the menu, max:24
    title=_("Requests to decide"),
    # Translators: words that start this, separated by |.
    words=_("decide|requests"),
    converse=decide,
    by_link=True,
    for_whom=ForWhom.COORDINATOR,
)
