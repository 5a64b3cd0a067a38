"""Resolutions: what the coordinators of a country, one of each side, agree on for the country itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from network import approvals, groups, regimes
from network.approvals import Approval, Decision
from network.errors import Conflict, Forbidden, Invalid
from network.members import SIDES
from network.regimes import Standing
from network.store import Tx

KIND = "regime"  # the kind of request
LONGEST_SPELL = 120  # days


@dataclass(frozen=True)
class Resolution:
    """What one side's coordinator wishes for a country: a standing, quiet days, or that there be none."""

    country: str
    standing: Standing | None = None
    begins: date | None = None
    ends: date | None = None
    loud: bool = False


async def propose(tx: Tx, *, country: str, by: str, wish: Mapping[str, str]) -> dict[str, Any]:
    """Ask the other side's coordinators of a country to agree; return the ``approval`` and its ``deciders``.

    ``wish`` has ``standing``; or ``begins`` and ``ends``, the first and the last quiet day (ISO); or ``loud``
    ("yes"), to end quiet days. Raise Forbidden, Invalid, Missing, and Conflict while another wish waits. Audited.
    """
    group = await groups.by_country(tx, country=country)
    side = next((seat.side for seat in await groups.seated(tx, group=group.id) if seat.person == by), "")
    if not side:
        raise Forbidden
    _check(_read(country, wish), wish)
    if await approvals.is_pending(tx, kind=KIND, subject=country):
        raise Conflict
    other = next(each for each in SIDES if each != side)
    asked: dict[str, Any] = {
        "kind": KIND,
        "subject": country,
        "by": by,
        "country": country,
        "side": other,
        "group": group.id,
    }
    approval = await approvals.ask(tx, **asked, wish=wish)
    return {"approval": approval, "deciders": await approvals.deciders(tx, approval=approval)}


async def pending(tx: Tx, *, country: str) -> Approval | None:
    """Return what waits for the other side's word on a country, or None."""
    return await approvals.pending_about(tx, subject=country, kind=KIND)


async def wished(tx: Tx, approval: Approval, _language: str) -> Resolution | None:
    """Return what is decided on, or None when it is gone."""
    wish = await approvals.wish(tx, approval=approval.id)
    return _read(approval.country, wish) if wish else None


async def settle(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Do what both sides agreed on; return who asked."""
    wanted = await wished(tx, approval, "")
    if wanted is None:
        return ""
    await approvals.forget_wish(tx, approval=approval.id)
    if state is Decision.APPROVED:
        await _do(tx, wanted, approval.by)
    return approval.by


async def _do(tx: Tx, wanted: Resolution, by: str) -> None:
    if wanted.standing is not None:
        await regimes.put(tx, country=wanted.country, to=wanted.standing, by=by)
    elif wanted.loud:
        await regimes.end_spells(tx, country=wanted.country, by=by)
    elif wanted.begins is not None and wanted.ends is not None:
        await regimes.quieten(tx, country=wanted.country, begins=wanted.begins, ends=wanted.ends, by=by)


def _read(country: str, wish: Mapping[str, str]) -> Resolution:
    try:
        standing = Standing(wish["standing"]) if "standing" in wish else None
        begins, ends = (date.fromisoformat(wish[key]) if key in wish else None for key in ("begins", "ends"))
    except ValueError as error:
        raise Invalid from error
    return Resolution(country, standing, begins, ends, bool(wish.get("loud")))


def _check(wanted: Resolution, wish: Mapping[str, str]) -> None:
    """Raise Invalid unless one thing is wished, and can be done."""
    spell = wanted.begins is not None and wanted.ends is not None
    if spell and not 0 <= (wanted.ends - wanted.begins).days < LONGEST_SPELL:  # type: ignore[operator]
        raise Invalid
    if sum((wanted.standing is not None, spell, wanted.loud)) != 1 or not set(wish) <= {
        "standing",
        "begins",
        "ends",
        "loud",
    }:
        raise Invalid
