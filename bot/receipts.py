"""Receipts: what providers say afterwards about what they took, applied to the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot import envelopes
from bot.channels import Channel, Remedy, SendError
from bot.remedies import Next, after
from handlers.messages import DeliveryState, Receipt
from network import addresses, dispatch, leaving, outbox, stops
from network.outbox import Report, Stage
from network.store import Tx

DAY = timedelta(hours=24)

Account = tuple[str, str]


async def apply(tx: Tx, given: Sequence[Receipt], channels: Mapping[Account, Channel]) -> set[Account]:
    """Move deliveries forward; return the accounts that have something to send because of it."""
    posted: set[Account] = set()
    reports: list[Report] = []
    for receipt in given:
        report = envelopes.report(receipt)
        if receipt.state is DeliveryState.FAILED and receipt.error:
            here = (receipt.channel, receipt.account)
            remedy = channels[here].remedy(receipt.error)
            if await _refused(tx, here, report, remedy):
                posted.add(here)
                continue
        reports.append(report)
    await outbox.advance(tx, reports=reports)
    return posted


async def _refused(tx: Tx, here: Account, report: Report, remedy: Remedy) -> bool:
    """Do what a late refusal asks for; return whether the call waits to be made again."""
    channel, account = here
    step: Next = after(SendError(remedy, report.error), 1, tx.now)
    if step.pause_until is not None:
        await dispatch.pause(tx, channel=channel, account=account, until=step.pause_until)
    if step.stopped:
        await stops.stop(tx, channel=channel, account=account, code=step.code)
    if step.unreachable or step.opted_out:
        await _leave_alone(tx, report, step)
        return False
    if step.stage not in (Stage.HELD, Stage.QUEUED):
        return False
    address = await outbox.take_back(tx, report=report, stage=step.stage, ready_at=step.ready_at or tx.now)
    if address is not None and step.opener:
        await dispatch.open_later(tx, channel=channel, account=account, which=[address])
    return address is not None


async def _leave_alone(tx: Tx, report: Report, step: Next) -> None:
    """Send nothing more to an address that cannot be reached, or to a person who wants no more."""
    address = await outbox.address_of(tx, report=report)
    if address is None:
        return
    if step.opted_out:
        await leaving.opt_out(tx, address=address)
        return
    await addresses.set_reachable(tx, address=address, reachable=False)
    await outbox.fail_all(tx, address=address, code=step.code)
