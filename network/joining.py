"""Joining: the steps from a first message to membership."""

from __future__ import annotations

from contextlib import suppress

from network import addresses, approvals, audit, groups, invitations, leaving, members
from network.errors import Conflict
from network.members import State
from network.store import Tx

CONSENT = "2026-11"  # the version of the cards that people agree to
MARK = "JISR"  # stands before a code that is typed or pasted
GOOD, WRONG, SLOW, NONE = "good", "wrong", "slow", "none"  # what became of a code


async def standing(tx: Tx, *, person: str) -> str:
    """Return the state of a member, or "" for somebody who has not consented."""
    member = await members.find(tx, person=person)
    return "" if member is None else member.state.value


async def speak(tx: Tx, *, person: str, language: str) -> None:
    """Speak ``language`` with a person from now on, in each of their apps."""
    for address in await addresses.of(tx, person=person):
        await addresses.set_language(tx, address=address.id, language=language)
    if await members.find(tx, person=person) is not None:
        await members.change(tx, person=person, language=language)


async def check(tx: Tx, *, person: str, code: str) -> dict[str, str]:
    """Look at the code that somebody came with, or at the one they came with earlier.

    Words that look like no code are a greeting.
    Returns ``state`` (GOOD, WRONG, SLOW after too many tries, or NONE) and, of a good one, its
    ``id`` and the ``country`` and ``side`` that it presets ("" where it leaves them open).
    """
    marked = code.strip()[: len(MARK)].upper() == MARK
    code = code.strip()[len(MARK) :] if marked else code
    if not marked and invitations.typed(code) is None:
        return await _kept(tx, person)
    if await invitations.too_many(tx, person=person):
        return {"state": SLOW}
    found = await invitations.find(tx, code=code)
    if found is None:
        await invitations.wrong(tx, person=person)
        return {"state": WRONG}
    for address in await addresses.of(tx, person=person):
        await addresses.set_invitation(tx, address=address.id, invitation=found.id)
    return _good(found)


async def agree(tx: Tx, *, person: str, language: str) -> None:
    """Note the consent: from here on the person may be known."""
    await members.enrol(tx, person=person, language=language, consent_version=CONSENT)
    await audit.record(tx, act="consent", actor=person, subject=person, detail=CONSENT)


async def refuse(tx: Tx, *, person: str) -> None:
    """Forget a person who does not consent, as soon as the goodbye is sent."""
    await leaving.leave(tx, person=person, keep_practices=False)


async def admit(tx: Tx, *, person: str, invitation: str) -> bool:
    """Make an invited person a member of the group of their country.

    Returns False when the invitation was used up or expired meanwhile: then nothing changed.
    """
    found = await invitations.get(tx, invitation=invitation)
    try:
        await invitations.use(tx, invitation=invitation, person=person)
    except Conflict:
        return False
    await approvals.withdraw(tx, subject=person)
    for address in await addresses.of(tx, person=person):
        await addresses.set_invitation(tx, address=address.id, invitation=None)
    await activate(tx, person=person)
    if found is not None and found.group:
        await groups.join(tx, group=found.group, person=person)
    if found is not None and found.seat:
        await _seat(tx, person, found.seat)
    return True


async def activate(tx: Tx, *, person: str) -> None:
    """Let a person take part, in the group of their country; whoever stopped meanwhile still gets no messages."""
    member = await members.get(tx, person=person)
    await members.set_state(tx, person=person, state=State.ACTIVE)
    if member.state is State.STOPPED:
        await members.set_state(tx, person=person, state=State.STOPPED)
    group = await groups.by_country(tx, country=member.country)
    await groups.join(tx, group=group.id, person=person)


async def ask(tx: Tx, *, person: str) -> str:
    """Ask the coordinators of the person's country to decide; return the approval's id."""
    member = await members.get(tx, person=person)
    await members.set_state(tx, person=person, state=State.WAITING)
    return await approvals.ask(tx, kind="join", subject=person, by=person, country=member.country)


async def cross(tx: Tx, *, person: str, **wish: str) -> str:
    """Ask the coordinators to let a member change sides; return the approval's id.

    ``wish`` names the new side, service, role and visibility. Until a yes nothing changes.
    """
    member = await members.get(tx, person=person)
    await approvals.withdraw(tx, subject=person)
    return await approvals.ask(tx, kind="side", subject=person, by=person, country=member.country, wish=wish)


async def move(tx: Tx, *, person: str, country: str) -> None:
    """Take a member from the group of one country to that of another; a seat stays behind."""
    member = await members.get(tx, person=person)
    if member.country == country:
        return
    if member.country:
        left = await groups.by_country(tx, country=member.country)
        await groups.leave(tx, group=left.id, person=person)
    await members.change(tx, person=person, country=country)
    if member.state is State.ACTIVE:
        reached = await groups.by_country(tx, country=country)
        await groups.join(tx, group=reached.id, person=person)


async def _seat(tx: Tx, person: str, rank: str) -> None:
    """Give the seat that came with the invitation; a seat taken meanwhile stays with its holder."""
    member = await members.get(tx, person=person)
    group = await groups.by_country(tx, country=member.country)
    with suppress(Conflict):
        async with tx.savepoint():
            await groups.seat(tx, group=group.id, person=person, rank=rank)


async def _kept(tx: Tx, person: str) -> dict[str, str]:
    """Return the invitation that the person came with earlier, if it still holds."""
    for address in await addresses.of(tx, person=person):
        if address.invitation:
            found = await invitations.get(tx, invitation=address.invitation)
            return {"state": NONE} if found is None else _good(found)
    return {"state": NONE}


def _good(found: invitations.Invitation) -> dict[str, str]:
    return {"state": GOOD, "id": found.id, "country": found.country, "side": found.side}
