"""Faults on demand: what a provider does on a bad day."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random


class FaultKind(StrEnum):
    """The ways in which a provider fails."""

    RATE = "rate"  # refuses the call: too many (429, or 130429)
    SERVER = "server"  # 500, nothing done
    LOST = "lost"  # does the act, then drops the connection without an answer
    SLOW = "slow"  # does the act, answers late
    DUPLICATE = "duplicate"  # delivers an update twice
    REORDER = "reorder"  # delivers two updates in the wrong order


CALLS = frozenset({FaultKind.RATE, FaultKind.SERVER, FaultKind.LOST, FaultKind.SLOW})
DELIVERIES = frozenset({FaultKind.DUPLICATE, FaultKind.REORDER})


@dataclass
class Fault:
    """One fault that is laid on calls or deliveries.

    ``channel`` and ``method`` narrow it ("": every channel; every method that sends). ``times`` is
    how often it strikes yet (None: until it is lifted), ``share`` how likely it strikes each time.
    ``seconds`` is the ``retry_after`` of RATE and the delay of SLOW.
    """

    kind: FaultKind
    channel: str = ""
    method: str = ""
    times: int | None = 1
    share: float = 1.0
    seconds: float = 1.0


class Faults:
    """The faults laid on at present."""

    def __init__(self, seed: int = 0) -> None:
        self.laid: list[Fault] = []
        self._chance = Random(seed)

    def lay(self, fault: Fault) -> Fault:
        """Lay a fault on; return it, so that it can be lifted."""
        self.laid.append(fault)
        return fault

    def lift(self, kind: FaultKind | None = None) -> None:
        """Lift every fault of a kind, or all."""
        self.laid = [fault for fault in self.laid if kind is not None and fault.kind is not kind]

    def strike(self, channel: str, method: str, kinds: frozenset[FaultKind], *, sends: bool = True) -> Fault | None:
        """Return the fault that strikes this call or delivery, counted down, or None."""
        for fault in self.laid:
            if fault.kind in kinds and self._fits(fault, channel, method, sends=sends):
                if fault.times is not None:
                    fault.times -= 1
                self.laid = [each for each in self.laid if each.times is None or each.times > 0]
                return fault
        return None

    def _fits(self, fault: Fault, channel: str, method: str, *, sends: bool) -> bool:
        here = fault.channel in {"", channel}
        this = fault.method.casefold() == method.casefold() if fault.method else sends
        return here and this and (fault.share >= 1 or self._chance.random() < fault.share)
