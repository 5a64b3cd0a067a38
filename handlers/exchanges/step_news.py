"""News of steps: at the host's tap each goes to those who come, and so does that replies can be read."""

from __future__ import annotations

import hashlib

from handlers import people
from handlers.exchanges import step_cards
from handlers.language import OFFERED, Text, Translator, Voice, _
from handlers.messages import write
from handlers.questions import Option
from network import attendance, contents, exchanges, invitees, mailings, steps
from network.steps import Step
from network.store import Tx

NOTICE = 1  # which goes first (the ranks of ``handlers.messages.Urgency``)
FALLBACK = "fr"  # for those who read none of the offered languages


async def send_next(tx: Tx, *, exchange: str, by: str, translator: Translator) -> int:
    """Send the next step to those who come; return its number. Raise Missing, Conflict."""
    step = await steps.send_next(tx, exchange=exchange, by=by)
    facilitators = await steps.facilitated_by(tx, exchange=exchange) if step.kind in steps.ROUNDS else {}
    # Translators: button, max:20. To a question of a meeting that is being held.
    label = _("Reply") if step.takes_replies else _("Open it")
    await _mail(tx, step, "sent", translator, step_cards.card(step, facilitators), label=label)
    return step.number


async def show(tx: Tx, *, step: str, by: str, translator: Translator) -> None:
    """Tell those who come that they can read what both sides replied. Raise Missing, Conflict."""
    found = await steps.show(tx, step=step, by=by)
    text = _("{name}: you can read what both sides replied.", name=step_cards.name(found))
    # Translators: button, max:20. What both sides replied.
    await _mail(tx, found, "shown", translator, text, label=_("Read the replies"))


async def _mail(tx: Tx, step: Step, what: str, translator: Translator, text: Text, *, label: Text) -> None:
    """Queue one mailing to those who come, at once: it is of the meeting in which they are."""
    found = await exchanges.get(tx, exchange=step.exchange)
    kept: dict[str, str] = {}
    for language in OFFERED:
        notice = people.notice(Voice(translator, language), text, [Option(f"steps:{found.id}", label)])
        kept[language] = await contents.keep(tx, write(notice), about=found.by)
    await mailings.send(
        tx,
        mailing=hashlib.sha256(f"step|{step.id}|{what}".encode()).hexdigest()[:32],
        people=invitees.these(await attendance.coming(tx, exchange=found.id)),
        contents=kept,
        fallback=FALLBACK,
        urgency=NOTICE,
        expires_at=found.ends_at + steps.LATE if found.ends_at else None,
        quiet=False,
        about=found.by,
    )
