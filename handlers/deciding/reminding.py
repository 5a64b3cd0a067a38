"""Reminding: those who may decide hear of what has waited for three days, and more of them after seven.

So it is with a translation that nobody looked at.
"""

from __future__ import annotations

from handlers import people
from handlers.deciding import KINDS
from handlers.language import _, n_
from handlers.messages import Letter
from handlers.practices.translate import asked
from handlers.questions import Option
from handlers.registry import Occasion
from network import approvals, translations
from network.store import Tx


async def remind(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Return a reminder to each who may decide now: the country's seats, then every seat of a side still needed."""
    waiting = await approvals.remind(tx, approval=occasion.subject)
    if waiting is None or waiting.kind not in KINDS:
        return []
    days = (tx.now - waiting.asked_at).days
    text = n_(
        "A request has waited for your side’s word for {count} day. The person who asked is waiting.",
        "A request has waited for your side’s word for {count} days. The person who asked is waiting.",
        days,
    )
    # Translators: button, max:20
    options = [Option(f"decide:{waiting.id}", _("Read and decide"))]
    deciders = await approvals.deciders(tx, approval=waiting.id)
    return await people.letters(tx, deciders, text, options, occasion.who.voice.translator, about=waiting.by)


async def ask_others(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Ask more members when nobody has looked at a translation for a week."""
    found = await translations.find(tx, translation=occasion.subject)
    others = await translations.ask(tx, translation=occasion.subject) if found is not None else []
    if found is None or not others:
        return []
    notice, option = asked(found.id, found.original.title, found.original.language, found.language)
    translator = occasion.who.voice.translator
    return await people.letters(tx, others, notice, [option], translator, about=found.translator or "")
