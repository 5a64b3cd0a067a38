"""News of consultations: one is open, closes soon, is closed, has a new version; and a commitment falls due.

The clock brings them, for the network and not for one person, so each is one mailing in every language.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from handlers import people
from handlers.audience_choice import below
from handlers.consultations import consult_cards
from handlers.language import OFFERED, Text, Translator, Voice, _
from handlers.messages import write
from handlers.questions import Option
from network import commitments, consultations, contents, costs, invitees, mailings, remarks
from network.commitments import Outcome
from network.consultations import Consultation, State
from network.costs import OverBudget
from network.store import Tx

Act = Callable[[Tx, str], Awaitable[None]]
REMINDER, BROADCAST = 2, 3  # which goes first (the ranks of ``handlers.messages.Urgency``)
FALLBACK = "fr"  # for those who read none of the offered languages


def acts(translator: Translator) -> dict[str, Act]:
    """Return what the clock does for consultations, by the kind of its due row."""

    async def opened(tx: Tx, consultation: str) -> None:
        """Tell whoever is asked that a draft is open."""
        found = await consultations.find(tx, consultation=consultation)
        if found is not None and found.state is State.OPEN:
            await tell_open(tx, found, translator)

    async def remind(tx: Tx, consultation: str) -> None:
        """Remind those who have said nothing."""
        found = await consultations.find(tx, consultation=consultation)
        if found is not None and found.state is State.OPEN:
            await tell_reminder(tx, found, translator)

    async def closed(tx: Tx, consultation: str) -> None:
        """Close a draft, and tell those who answered."""
        await close(tx, consultation, translator)

    async def renewed(tx: Tx, consultation: str) -> None:
        """Tell those who answered of the new version."""
        found = await consultations.find(tx, consultation=consultation)
        if found is not None:
            await tell_renewed(tx, found, translator)

    async def promised(tx: Tx, commitment: str) -> None:
        """Tell of what was promised, before its day and on it."""
        await tell_promised(tx, commitment, translator)

    async def marked(tx: Tx, commitment: str) -> None:
        """Tell what became of what was promised."""
        await tell_marked(tx, commitment, translator)

    return {
        consultations.OPENED: opened,
        consultations.REMIND: remind,
        consultations.CLOSE: closed,
        consultations.RENEWED: renewed,
        commitments.DUE: promised,
        commitments.MARKED: marked,
    }


async def tell_open(tx: Tx, found: Consultation, translator: Translator) -> None:
    """Tell everybody who may answer, or only the hosts where that costs more than is left."""
    meant = consultations.meant(found, hearing_at=tx.now)
    text = _(
        "Both sides are asked about a draft: “{title}”\n{why}\n\nYou can answer section by section, as much as you "
        "like. Others read your words and your side, never your name.",
        title=found.title,
        why=found.why,
    )
    try:
        await costs.check(tx, people=meant)
    except OverBudget:
        meant = invitees.these(found.hosts)
        text = _(
            "The news of “{title}” costs more than is left of this month’s money, so it went to nobody.",
            title=found.title,
        )
    await _mail(tx, found, "open", translator, text, meant=meant, urgency=BROADCAST)


async def tell_reminder(tx: Tx, found: Consultation, translator: Translator) -> None:
    """Remind those who may answer and said nothing yet."""
    silent = remarks.silent(found, hearing_at=tx.now)
    text = _("This draft can be answered for two more days, and your word is missing: “{title}”", title=found.title)
    await _mail(tx, found, "remind", translator, text, meant=silent, urgency=REMINDER)


async def close(tx: Tx, consultation: str, translator: Translator) -> None:
    """Close a draft, and tell those who answered; a country that was dark has that much longer."""
    if await consultations.find(tx, consultation=consultation) is None:
        return
    if not await consultations.stays_open(tx, consultation=consultation):
        await consultations.close(tx, consultation=consultation)
        await tell_closed(tx, await consultations.get(tx, consultation=consultation), translator)


async def tell_closed(tx: Tx, found: Consultation, translator: Translator) -> None:
    """Tell whoever answered, and the hosts."""
    text = _("“{title}” is closed. You can read what both sides said; a new version follows.", title=found.title)
    await _mail(tx, found, "close", translator, text, meant=remarks.concerned(found), urgency=BROADCAST)


async def tell_renewed(tx: Tx, found: Consultation, translator: Translator) -> None:
    """Tell whoever answered, and the hosts, that there is a new version, and how much of it changed."""
    text = _("You were asked about “{title}”. Here is the new version, with what changed and why.", title=found.title)
    await _mail(tx, found, "new", translator, text, meant=remarks.concerned(found), urgency=BROADCAST)


async def tell_promised(tx: Tx, commitment: str, translator: Translator) -> None:
    """Remind the hosts of what was promised."""
    promised = await commitments.reminded(tx, commitment=commitment)
    if promised is None:
        return
    found = await consultations.get(tx, consultation=promised.consultation)
    text = _("A commitment of “{title}” falls due. Please say what became of it.", title=found.title)
    text = below(text, consult_cards.commitment(promised))
    what = f"due|{commitment}|{tx.now.date()}"
    await _mail(tx, found, what, translator, text, meant=invitees.these(found.hosts), urgency=REMINDER)


async def tell_marked(tx: Tx, commitment: str, translator: Translator) -> None:
    """Tell whoever answered, and both hosts, what became of what was promised (R076)."""
    promised = await commitments.find(tx, commitment=commitment)
    if promised is None or promised.outcome is Outcome.OPEN:
        return
    found = await consultations.get(tx, consultation=promised.consultation)
    text = _("You were asked about “{title}”. This was promised of it:", title=found.title)
    text = below(text, consult_cards.commitment(promised))
    what = f"marked|{commitment}|{promised.outcome.value}"
    await _mail(tx, found, what, translator, text, meant=remarks.concerned(found), urgency=BROADCAST)


async def _mail(
    tx: Tx,
    found: Consultation,
    what: str,
    translator: Translator,
    text: Text,
    *,
    meant: Any,
    urgency: int,
) -> None:
    """Queue one mailing, to each in their language."""
    # Translators: button, max:20. It opens a draft on which both sides have their say.
    options: Sequence[Option] = [Option(f"consult:{found.id}", _("Open the draft"))]
    kept: dict[str, str] = {}
    for language in OFFERED:
        kept[language] = await contents.keep(tx, write(people.notice(Voice(translator, language), text, options)))
    await mailings.send(
        tx,
        mailing=hashlib.sha256(f"consult|{found.id}|{what}".encode()).hexdigest()[:32],
        people=meant,
        contents=kept,
        fallback=FALLBACK,
        urgency=urgency,
        expires_at=found.closes_at if what in {"open", "remind"} else None,
    )
