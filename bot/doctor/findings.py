"""Findings: what the doctor says of one thing, and what is to be done about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How a thing stands."""

    OK = "ok"
    NOTE = "note"  # it works; somebody may want to know
    TODO = "todo"  # something must be done


@dataclass(frozen=True)
class Finding:
    """What was found about a subject. ``advice`` says what to do, or why to care."""

    level: Level
    subject: str
    says: str
    advice: str = ""

    def lines(self) -> list[str]:
        """Return the lines to print."""
        first = f"{self.level.value:<5} {self.subject:<16} {self.says}"
        return [first, f"{'':<22} → {self.advice}"] if self.advice else [first]


def ok(subject: str, says: str) -> Finding:
    """Return a finding that needs nothing."""
    return Finding(Level.OK, subject, says)


def note(subject: str, says: str, advice: str = "") -> Finding:
    """Return a finding to know about."""
    return Finding(Level.NOTE, subject, says, advice)


def todo(subject: str, says: str, advice: str) -> Finding:
    """Return a finding that asks for an act."""
    return Finding(Level.TODO, subject, says, advice)


def to_do(findings: Iterable[Finding]) -> int:
    """Return how many findings ask for an act."""
    return sum(finding.level is Level.TODO for finding in findings)
