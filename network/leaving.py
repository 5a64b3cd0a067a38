"""Leaving: every way out of the network. What is asked here is done by the jobs, within a minute."""

from __future__ import annotations

from network import addresses, jobs, members, outbox
from network.members import State
from network.store import Tx

ERASE = "erase"  # kind of job: {"keep_practices": bool}
EXPORT = "export"  # kind of job: {}
FAREWELL_S = 5.0  # time for the last words to be sent before the address is gone
TIDY_S = 10.0  # time for messages to be taken back


async def stop(tx: Tx, *, person: str) -> None:
    """Send the member nothing more, until they come back."""
    await members.set_state(tx, person=person, state=State.STOPPED)


async def come_back(tx: Tx, *, person: str) -> str:
    """Let a member who stopped take part again where they were; return their state."""
    member = await members.get(tx, person=person)
    if member.state is not State.STOPPED:
        return member.state.value
    before = State.ACTIVE if member.joined_at else State.WAITING if member.name else State.JOINING
    await members.set_state(tx, person=person, state=before)
    return before.value


async def leave(tx: Tx, *, person: str, keep_practices: bool) -> None:
    """Lock the person, and erase everything about them as soon as the last words are sent."""
    await _lock(tx, person)
    await _erase(tx, person, keep_practices=keep_practices, after_s=FAREWELL_S)


async def vanish(tx: Tx, *, person: str) -> None:
    """Lock the person in this very step, and erase everything, what they shared included."""
    await _lock(tx, person)
    await _erase(tx, person, keep_practices=False, after_s=TIDY_S)


async def ask_copy(tx: Tx, *, person: str) -> None:
    """Ask for the file of everything that is kept about the person."""
    await jobs.ask(tx, kind=EXPORT, person=person, argument={})


async def _lock(tx: Tx, person: str) -> None:
    """Let nothing more go out than what this step says."""
    if await members.find(tx, person=person) is not None:
        await members.set_state(tx, person=person, state=State.LOCKED)
    for address in await addresses.of(tx, person=person):
        await outbox.fail_all(tx, address=address.id, code="locked")


async def _erase(tx: Tx, person: str, *, keep_practices: bool, after_s: float) -> None:
    await jobs.ask(tx, kind=ERASE, person=person, argument={"keep_practices": keep_practices}, after_s=after_s)
