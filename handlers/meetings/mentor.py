"""Mentoring: find a mentor or offer to be one, say every month how it goes, and end with thanks (R027)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import people
from handlers.language import _
from handlers.meetings import allies, pseudonyms
from handlers.messages import Letter
from handlers.registry import Capability, Occasion, Room
from handlers.talk import Option, Talk
from network import mentoring
from network.allies import Kind

if TYPE_CHECKING:
    from network.store import Tx


async def mentor(talk: Talk) -> None:
    """Find a mentor, or offer to be one."""
    await allies.home(talk, Kind.MENTOR)


async def check(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Ask one of the two how it goes, a month later."""
    relay = await mentoring.asked(tx, subject=occasion.subject)
    if relay is None:
        return []
    text = _(
        "{number}. {name} · another month of your mentoring has passed. How does it go with the goal?\n“{goal}”",
        number=relay.number,
        name=pseudonyms.shown(relay.other),
        goal=relay.goal,
    )
    # Translators: button, max:20
    options = [
        Option(f"to:how {relay.number}", _("Tell how it goes")),
        Option(f"to:{relay.number}", _("Write to them")),
    ]
    return await people.letters(tx, [occasion.who.id], text, options, occasion.who.voice.translator)


async def time_over(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Tell one of the two that the time that they agreed on is over, and let them say thank you."""
    relay = await mentoring.asked(tx, subject=occasion.subject)
    if relay is None:
        return []
    text = _(
        "{number}. {name} · the time that you agreed on for your mentoring is over. Thank you for it. You can write to "
        "each other for two weeks more, to say thank you and goodbye.",
        number=relay.number,
        name=pseudonyms.shown(relay.other),
    )
    # Translators: button, max:20
    options = [Option(f"to:thank {relay.number}", _("Say thank you")), Option(f"to:{relay.number}", _("Write to them"))]
    return await people.letters(tx, [occasion.who.id], text, options, occasion.who.voice.translator)


capability = Capability(
    name="mentor",
    command="mentor",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24
    title=_("Mentoring"),
    # Translators: words that start this, separated by |.
    words=_("mentor|mentoring|find a mentor"),
    converse=mentor,
    contributes=True,
)

errands = {mentoring.CHECK: check, mentoring.TIME: time_over}
