"""News of problems: one is hidden, several countries name the same and might meet, one waits for a national answer."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence

from handlers import people
from handlers.audience_choice import below
from handlers.language import OFFERED, Text, Translator, Voice, _
from handlers.messages import Letter, write
from handlers.questions import Option
from handlers.registry import Errand, Occasion
from handlers.series import problem_cards
from network import board, contents, costs, escalations, invitees, mailings, problems
from network.board import Shared
from network.costs import OverBudget
from network.store import Tx

Act = Callable[[Tx, str], Awaitable[None]]
REMINDER, BROADCAST = 2, 3  # which goes first (the ranks of ``handlers.messages.Urgency``)
FALLBACK = "fr"  # for those who read none of the offered languages


def acts(translator: Translator) -> dict[str, Act]:
    """Return what the clock does for the board, by the kind of its due row."""

    async def named(tx: Tx, topic: str) -> None:
        """Suggest an exchange on a topic that several countries name."""
        found = await board.suggest(tx, topic=topic)
        if found is not None:
            await suggest(tx, found[0], found[1], translator)

    async def remind(tx: Tx, escalation: str) -> None:
        """Remind the coordinators of a country of what waits for its answer."""
        if coordinators := await escalations.waiting(tx, escalation=escalation):
            await tell_waiting(tx, escalation, coordinators, translator)

    return {problems.NAMED: named, escalations.REMIND: remind}


async def tell_waiting(tx: Tx, escalation: str, coordinators: list[str], translator: Translator) -> None:
    """Tell the coordinators of a country, once, that a dialogue still waits for its answer."""
    text = _(
        "Two weeks ago a local dialogue said: this needs a national answer. It still waits for one. You can answer it, "
        "hand it to a national series, or close it with a reason."
    )
    # Translators: button, max:20
    options = [Option(f"national:{escalation}", _("Read it"))]
    await _mail(tx, f"escalation|{escalation}", coordinators, _bodies(translator, lambda _to: text, options), REMINDER)


async def suggest(tx: Tx, found: Shared, coordinators: list[str], translator: Translator) -> None:
    """Tell the coordinators of the countries that a topic is theirs together; nobody, where that costs too much."""
    try:
        await costs.check(tx, people=invitees.these(coordinators))
    except OverBudget:
        return
    options = [
        # Translators: button, max:20. A meeting of both sides.
        Option(f"exchange:topic.{found.topic}", _("Plan an exchange")),
        # Translators: button, max:20. What goes wrong in several countries.
        Option(f"board:{found.topic}", _("See the board")),
    ]
    bodies = _bodies(translator, lambda language: _suggestion(found, language), options)
    await _mail(tx, f"board|{found.topic}|{board.quarter(tx.now)}", coordinators, bodies, BROADCAST)


def _bodies(translator: Translator, said: Callable[[str], Text], options: Sequence[Option]) -> dict[str, str]:
    return {each: write(people.notice(Voice(translator, each), said(each), options)) for each in OFFERED}


async def _mail(tx: Tx, what: str, coordinators: list[str], bodies: Mapping[str, str], urgency: int) -> None:
    kept = {language: await contents.keep(tx, body) for language, body in bodies.items()}
    await mailings.send(
        tx,
        mailing=hashlib.sha256(what.encode()).hexdigest()[:32],
        people=invitees.these(coordinators),
        contents=kept,
        fallback=FALLBACK,
        urgency=urgency,
    )


async def hidden(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Tell whoever named a problem that it is shown no more, and why."""
    found = await problems.why_hidden(tx, problem=occasion.subject)
    if found is None:
        return []
    text, reason = found
    said = below(
        _("What you named is shown no more: “{text}”", text=text),
        _("Why: {text}\n\nNobody learnt that it was you.", text=reason),
    )
    return await people.letters(tx, [occasion.who.id], said, [], occasion.who.voice.translator)


def _suggestion(found: Shared, language: str) -> Text:
    shared = problem_cards.shared(found, language)
    return _("Members of several countries name the same.\n{shared}\n\nWould an exchange help?", shared=shared)


errands: Mapping[str, Errand] = {problems.HIDDEN: hidden}
