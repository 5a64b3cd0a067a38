"""Rates: how much may be sent, decided purely, and remembered across restarts.

The rule is GCRA (the "virtual scheduling" form of ITU-T I.371): one number for each key, the
theoretical arrival time. Over any span of ``seconds`` it lets through at most
``messages + burst - 1``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Column, Double, String, Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from network.among import among
from network.store import Tx, metadata

IDLE_S = 86_400  # a row this long past its time decides nothing any more
ROUNDING_S = 1e-6  # seconds since 1970 have 16 digits
PACES_AT_MOST = 10_000
SKEW_S = 60.0  # by which the clocks of two machines may differ

rates = Table(
    "rates",
    metadata,
    Column("key", String(96), primary_key=True),
    Column("tat", Double, nullable=False),  # seconds since 1970, UTC
)


@dataclass(frozen=True)
class Limit:
    """At most ``messages`` in ``seconds`` on average, ``burst`` of them at once."""

    messages: int
    seconds: float
    burst: int = 1

    @property
    def each_s(self) -> float:
        """Seconds that one message uses up."""
        return self.seconds / self.messages


@dataclass(frozen=True)
class Verdict:
    """When one message may go (seconds since 1970), and what to remember if it goes then."""

    at: float
    tat: float


def decide(limit: Limit, tat: float, now: float) -> Verdict:
    """Return when the next message may go, ``tat`` being remembered of those before (0: nothing)."""
    at = tat - (limit.burst - 1) * limit.each_s
    if at < now + ROUNDING_S:
        at = now
    return Verdict(at=at, tat=max(at, tat) + limit.each_s)


def sane(limit: Limit, tat: float, now: float) -> float:
    """Return ``tat``, or ``now`` when it lies further ahead than it can: the clock was set back since."""
    most = now + limit.burst * limit.each_s
    return now if tat > most + SKEW_S else tat


@dataclass
class Paces:
    """The paces of the people who write to us, kept by one process: a flood is spread over time.

    Nothing is refused: what comes faster than ``limit`` gets a later instant to be handled at.
    """

    limit: Limit = Limit(messages=2, seconds=1.0, burst=30)
    _tats: dict[str, float] = field(default_factory=dict, repr=False)
    _latest: float = 0.0

    def next(self, person: str, now: datetime) -> datetime:
        """Return the instant at which the next item of ``person`` (a keyed index) is to be handled."""
        instant = now.timestamp()
        if instant < self._latest - SKEW_S:  # the clock was set back
            self._tats.clear()
        self._latest = instant
        verdict = decide(self.limit, self._tats.get(person, 0.0), instant)
        self._tats[person] = verdict.tat
        if len(self._tats) > PACES_AT_MOST:
            self._tats = {key: tat for key, tat in self._tats.items() if tat > instant}
        return now if verdict.at <= instant else now + timedelta(seconds=verdict.at - instant)


async def load(tx: Tx, *, keys: Iterable[str]) -> dict[str, float]:
    """Return what is remembered for ``keys``; nothing for a key that was never used."""
    rows = await tx.all(_LOAD, {"keys": list(keys)})
    return {row.key: row.tat for row in rows}


async def save(tx: Tx, *, tats: Mapping[str, float]) -> None:
    """Remember ``tats``."""
    if tats:
        values = [{"key": key, "tat": tat} for key, tat in sorted(tats.items())]
        await tx.run(_SAVE_SQLITE if tx.is_sqlite else _SAVE_POSTGRESQL, values)


async def extend(tx: Tx, *, key: str, tat: float) -> None:
    """Remember ``tat`` of one key, unless what is remembered is later."""
    statement = _INSERT_SQLITE if tx.is_sqlite else _INSERT_POSTGRESQL
    later = (func.max if tx.is_sqlite else func.greatest)(rates.c.tat, statement.excluded.tat)
    await tx.run(statement.on_conflict_do_update(index_elements=["key"], set_={"tat": later}), {"key": key, "tat": tat})


async def sweep(tx: Tx) -> int:
    """Forget the keys that decide nothing any more, and return how many."""
    return await tx.run(delete(rates).where(rates.c.tat < tx.now.timestamp() - IDLE_S))


_LOAD = select(rates).where(among(rates.c.key, "keys"))
_INSERT_SQLITE = sqlite.insert(rates)
_SAVE_SQLITE = _INSERT_SQLITE.on_conflict_do_update(index_elements=["key"], set_={"tat": _INSERT_SQLITE.excluded.tat})
_INSERT_POSTGRESQL = postgresql.insert(rates)
_SAVE_POSTGRESQL = _INSERT_POSTGRESQL.on_conflict_do_update(
    index_elements=["key"], set_={"tat": _INSERT_POSTGRESQL.excluded.tat}
)
