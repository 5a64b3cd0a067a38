"""Leaving: every way out of the network. What is asked here is done by the jobs, within a minute."""

from __future__ import annotations

from network import addresses, approvals, digests, jobs, members, outbox, topics
from network.members import State
from network.store import Tx

ERASE = "erase"  # kind of job: {"keep_practices": bool}
EXPORT = "export"  # kind of job: {"text": str}
FORGET = "media.forget"  # kind of job: {"ref": str}
FAREWELL_S = 5.0  # time for the last words to be sent before the address is gone
TIDY_S = 10.0  # time for messages to be taken back
COPY_KEPT_S = 24 * 3600.0


async def stop(tx: Tx, *, person: str) -> None:
    """Send the member nothing more, until they come back: news on its way to them is taken back."""
    await members.set_state(tx, person=person, state=State.STOPPED)
    await digests.disarm(tx, person=person)
    for address in await addresses.of(tx, person=person):
        await outbox.silence(tx, address=address.id)


async def opt_out(tx: Tx, *, address: str) -> None:
    """Stop for a person who said so to their app: they hear no more from any of their apps, until they want to.

    Before consent nothing goes to them but answers; what waits is taken back.
    """
    found = await addresses.get(tx, address=address)
    await outbox.silence(tx, address=address)
    member = await members.find(tx, person=found.person)
    if member is not None and member.state not in {State.STOPPED, State.LOCKED}:
        await stop(tx, person=found.person)


async def opt_in(tx: Tx, *, address: str) -> None:
    """Take part again, for a person who said so to their app."""
    found = await addresses.get(tx, address=address)
    if await members.find(tx, person=found.person) is not None:
        await come_back(tx, person=found.person)


async def come_back(tx: Tx, *, person: str) -> str:
    """Let a member who stopped take part again where they were; return their state."""
    member = await members.get(tx, person=person)
    if member.state is not State.STOPPED:
        return member.state.value
    waits = await approvals.is_pending(tx, kind="join", subject=person)
    before = State.ACTIVE if member.joined_at else State.WAITING if waits else State.JOINING
    await members.set_state(tx, person=person, state=before)
    await topics.arrange(tx, person=person)
    return before.value


async def leave(tx: Tx, *, person: str, keep_practices: bool) -> None:
    """Lock the person, and erase everything about them as soon as the last words are sent."""
    await _lock(tx, person)
    await _erase(tx, person, keep_practices=keep_practices, after_s=FAREWELL_S)


async def vanish(tx: Tx, *, person: str) -> None:
    """Lock the person in this very step, and erase everything, what they shared included."""
    await _lock(tx, person)
    await _erase(tx, person, keep_practices=False, after_s=TIDY_S)


async def ask_copy(tx: Tx, *, person: str, text: str) -> None:
    """Ask for a file with ``text``, everything that is kept about the person."""
    await jobs.ask(tx, kind=EXPORT, person=person, argument={"text": text})


async def forget_copy(tx: Tx, *, person: str, ref: str) -> None:
    """Let a copy that was sent be deleted here a day later, when no provider asks for it any more."""
    await jobs.ask(tx, kind=FORGET, person=person, argument={"ref": ref}, after_s=COPY_KEPT_S)


async def _lock(tx: Tx, person: str) -> None:
    """Let nothing more go out than what this step says, to the person or about them."""
    await outbox.forget_about(tx, person=person)
    if await members.find(tx, person=person) is not None:
        await members.set_state(tx, person=person, state=State.LOCKED)
    for address in await addresses.of(tx, person=person):
        await outbox.fail_all(tx, address=address.id, code="locked")


async def _erase(tx: Tx, person: str, *, keep_practices: bool, after_s: float) -> None:
    await jobs.ask(tx, kind=ERASE, person=person, argument={"keep_practices": keep_practices}, after_s=after_s)
