"""My groups: who coordinates them, and how many we are where that number can point at nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import reduce

from handlers.labels import SIDES
from handlers.language import Text, _, n_
from handlers.registry import Capability, Room
from handlers.talk import Talk
from network import countries, moderation, rolls
from network.moderation import Figures
from network.rolls import Coordinator, Roll

RANKS: dict[tuple[str, str], Text] = {
    ("official", "coordinator"): _("Coordinator, official side"),
    ("official", "deputy"): _("Deputy, official side"),
    ("civil", "coordinator"): _("Coordinator, civil society"),
    ("civil", "deputy"): _("Deputy, civil society"),
}


async def groups(talk: Talk) -> None:
    """Show the member's groups."""
    found = await talk.look(rolls.of, person=talk.person)
    if not found:
        await talk.say(_("You are in no group yet."))
    for roll in found:
        await talk.say(reduce(_below, _lines(roll, talk.language)))
    if any(len(roll.counts) < len(SIDES) for roll in found):
        await talk.say(_("A number of members is shown once a side has at least ten."))
    figures = await talk.look(moderation.figures)
    if figures is not None:
        await talk.say(reduce(_below, _moderation(figures)))


def _moderation(figures: Figures) -> Iterator[Text]:
    """Yield how the practices of the network were decided on: figures that point at nobody."""
    yield _(
        "What became of practices in the whole network: {approved} published, {changed} given back for a change, "
        "{refused} refused, {appealed} looked at again.",
        approved=figures.approved,
        changed=figures.changed,
        refused=figures.refused,
        appealed=figures.appealed,
    )
    days = max(1, -(-figures.half_within // timedelta(days=1)))
    yield n_("Half of them were decided within {count} day.", "Half of them were decided within {count} days.", days)
    for side, words in figures.by_side.items():
        # Translators: {side} is "Official" or "Civil society".
        yield n_(
            "Answers of coordinators, {side}: {count}",
            "Answers of coordinators, {side}: {count}",
            words,
            side=SIDES[side],
        )


def _lines(roll: Roll, language: str) -> Iterator[Text]:
    yield _("Group: {name}", name=countries.name(roll.country, language))
    if not roll.coordinators:
        yield _("Nobody coordinates it yet.")
    for coordinator in roll.coordinators:
        yield _coordinator(coordinator)
    for side, count in roll.counts.items():
        # Translators: {side} is "Official" or "Civil society".
        yield n_("{side}: {count} member", "{side}: {count} members", count, side=SIDES[side])


def _below(above: Text, line: Text) -> Text:
    return _("{above}\n{line}", above=above, line=line)


def _coordinator(coordinator: Coordinator) -> Text:
    rank = RANKS[coordinator.side, coordinator.rank]
    return _("{rank}: {name}", rank=rank, name=coordinator.name) if coordinator.name else rank


capability = Capability(
    name="groups",
    command="groups",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24
    title=_("My groups"),
    # Translators: words that start this, separated by |.
    words=_("groups|my groups"),
    converse=groups,
    lasting=False,
)
