"""News of problems: one is hidden, which its author hears; several countries name the same, and might meet."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping

from handlers import people
from handlers.audience_choice import below
from handlers.language import OFFERED, Text, Translator, Voice, _
from handlers.messages import Letter, write
from handlers.questions import Option
from handlers.registry import Errand, Occasion
from handlers.series import problem_cards
from network import board, contents, costs, invitees, mailings, problems
from network.board import Shared
from network.costs import OverBudget
from network.store import Tx

Act = Callable[[Tx, str], Awaitable[None]]
BROADCAST = 3  # the rank of ``handlers.messages.Urgency``
FALLBACK = "fr"  # for those who read none of the offered languages


def acts(translator: Translator) -> dict[str, Act]:
    """Return what the clock does for the board, by the kind of its due row."""

    async def named(tx: Tx, topic: str) -> None:
        """Suggest an exchange on a topic that several countries name."""
        found = await board.suggest(tx, topic=topic)
        if found is not None:
            await suggest(tx, found[0], found[1], translator)

    return {problems.NAMED: named}


async def suggest(tx: Tx, found: Shared, coordinators: list[str], translator: Translator) -> None:
    """Tell the coordinators of the countries that a topic is theirs together; nobody, where that costs too much."""
    meant = invitees.these(coordinators)
    try:
        await costs.check(tx, people=meant)
    except OverBudget:
        return
    options = [
        # Translators: button, max:20. A meeting of both sides.
        Option(f"exchange:topic.{found.topic}", _("Plan an exchange")),
        # Translators: button, max:20. What goes wrong in several countries.
        Option(f"board:{found.topic}", _("See the board")),
    ]
    kept = {
        language: await contents.keep(
            tx, write(people.notice(Voice(translator, language), _suggestion(found, language), options))
        )
        for language in OFFERED
    }
    mailing = hashlib.sha256(f"board|{found.topic}|{board.quarter(tx.now)}".encode()).hexdigest()[:32]
    await mailings.send(tx, mailing=mailing, people=meant, contents=kept, fallback=FALLBACK, urgency=BROADCAST)


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
