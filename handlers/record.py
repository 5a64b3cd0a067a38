"""The record of a conversation: the answers given so far, found by key.

Pure values, no store and no wire. The entries that the last run reached come first, in the order
in which it reached them; after them those that it did not reach, set aside under their own keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ACTS = frozenset({"do", "tell"})  # what changed the world: nobody goes back behind it
READ = "read"


class RepeatedKey(Exception):
    """Two steps of one conversation have the same key. In a loop, number it: f"slot[{i}]"."""


class BehindAnAct(Exception):
    """A conversation asked to revise an answer that an act already used."""


@dataclass(frozen=True)
class Entry:
    """One recorded step: its key, its form (``text``, ``choose``, ``do`` ...) and a JSON value.

    ``error`` is the name of the network's refusal, when an act was refused.
    """

    key: str
    form: str
    value: Any = field(repr=False)
    error: str = ""

    @property
    def is_act(self) -> bool:
        """Whether it changed the world."""
        return self.form in ACTS and not self.error

    @property
    def is_answer(self) -> bool:
        """Whether a person gave it."""
        return self.form not in ACTS and self.form != READ

    def to_json(self) -> list[Any]:
        """Return it as JSON: key, form, value and, if any, the error."""
        return [self.key, self.form, self.value, *([self.error] if self.error else [])]


@dataclass(frozen=True)
class Given:
    """What a person answered to the prompt ``key``, not yet accepted by its question.

    ``kind`` is ``pick`` (an option's key), ``picks`` (several), ``words``, ``media``, ``skip``, or
    ``late`` (the deadline passed).
    """

    key: str
    kind: str
    value: Any = field(default=None, repr=False)

    def to_json(self) -> list[Any]:
        """Return it as JSON."""
        return [self.key, self.kind, self.value]


class Record:
    """The recorded steps of one conversation, and the walk of the present run through them."""

    def __init__(
        self,
        entries: Sequence[Entry] = (),
        *,
        reached: int = 0,
        held: Mapping[str, Given] | None = None,
        revised: Entry | None = None,
    ) -> None:
        self._entries = {entry.key: entry for entry in entries}
        self._reached = reached
        self.held = dict(held or {})  # answers to questions that the run has not come to yet
        self.revised = revised  # the former answer of the question being asked again
        self._seen: dict[str, None] = {}
        self._settled: frozenset[str] = frozenset()
        self.begin()

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Record:
        """Read what ``to_json`` wrote, by this version of the program or an earlier one."""
        revised = raw.get("revised")
        return cls(
            [Entry(*entry) for entry in raw.get("entries", ())],
            reached=int(raw.get("reached", 0)),
            held={given[0]: Given(*given) for given in raw.get("held", ())},
            revised=Entry(*revised) if revised else None,
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        raw: dict[str, Any] = {
            "entries": [entry.to_json() for entry in self._entries.values()],
            "reached": self._reached,
        }
        if self.held:
            raw["held"] = [given.to_json() for given in self.held.values()]
        if self.revised:
            raw["revised"] = self.revised.to_json()
        return raw

    def begin(self) -> None:
        """Start a run from the top."""
        self._seen = {}
        walked = self._walked()
        acts = [at for at, entry in enumerate(walked) if entry.is_act]
        self._settled = frozenset(entry.key for entry in walked[: acts[-1]]) if acts else frozenset()

    def finish(self) -> None:
        """End a run: what it reached comes first, the rest is set aside."""
        walked = {key: self._entries[key] for key in self._seen if key in self._entries}
        self._reached = len(walked)
        self._entries = {**walked, **self._entries}

    def step(self, key: str, form: str) -> Entry | None:
        """Come to ``key``: return what is recorded for it in this form, else None.

        Raises RepeatedKey when this run was here before.
        """
        if key in self._seen:
            raise RepeatedKey(key)
        self._seen[key] = None
        entry = self._entries.get(key)
        return entry if entry is not None and entry.form == form else None

    def find(self, key: str) -> Entry | None:
        """Return what is recorded for ``key``, in any form, without coming to it."""
        return self._entries.get(key)

    def holds(self, value: str) -> bool:
        """Whether an answer is a list that begins with ``value``: the file with this id."""
        answers = (entry.value for entry in self._entries.values() if entry.is_answer)
        return any(isinstance(answer, list) and answer[:1] == [value] for answer in answers)

    def is_settled(self, key: str) -> bool:
        """Whether an act followed this step, so that its answer is no longer open to question."""
        return key in self._settled

    def keep(self, entry: Entry) -> None:
        """Record a step. A new answer makes what was read or refused after it out of date."""
        self._entries[entry.key] = entry
        if entry.is_answer:
            self.held.pop(entry.key, None)
            if self.revised and self.revised.key == entry.key:
                self.revised = None
            self._forget_stale(after=self._seen)

    def forget(self, key: str) -> None:
        """Set aside an answer that no longer fits its question."""
        self._drop(key)

    def can_go_back(self) -> bool:
        """Whether there is an answer to take back, with no act after it."""
        return self._last_answer() is not None or self.revised is not None

    @property
    def has_answers(self) -> bool:
        """Whether the person has answered anything yet."""
        return any(entry.is_answer for entry in self._walked())

    @property
    def last_form(self) -> str:
        """The form of the last answer that can be taken back, or ''."""
        entry = self._last_answer()
        return entry.form if entry else ""

    def back(self) -> str:
        """Take back the last answer (or give up revising one); return its key, or '' if it cannot be."""
        if self.revised is not None:
            entry, self.revised = self.revised, None
            self._entries[entry.key] = entry
            return entry.key
        last = self._last_answer()
        if last is None:
            return ""
        before = [entry.key for entry in self._walked()]
        self._drop(last.key)
        self._forget_stale(after=before[: before.index(last.key)])
        return last.key

    def revise(self, key: str, *, forget: Sequence[str] = ()) -> None:
        """Take back the answer ``key``, the one just given, and those in ``forget``; keep the others.

        Raises BehindAnAct when an act already used it.
        """
        self.finish()
        self.begin()
        if self.is_settled(key):
            raise BehindAnAct(key)
        last = self._last_answer()
        self.revised = self._entries.get(key)
        before = [entry.key for entry in self._walked()]
        for dropped in {key, *forget, *([last.key] if last else ())}:
            self._drop(dropped)
        self._forget_stale(after=before[: before.index(key)] if key in before else before)

    def _walked(self) -> list[Entry]:
        return list(self._entries.values())[: self._reached]

    def _last_answer(self) -> Entry | None:
        for entry in reversed(self._walked()):
            if entry.is_act:
                return None
            if entry.is_answer:
                return entry
        return None

    def _drop(self, key: str) -> None:
        at = list(self._entries).index(key) if key in self._entries else self._reached
        self._reached -= at < self._reached
        self._entries.pop(key, None)

    def _forget_stale(self, *, after: Mapping[str, None] | Sequence[str]) -> None:
        later = [entry for entry in self._entries.values() if entry.key not in after]
        stale = [entry.key for entry in later if entry.form == READ or entry.error]
        for key in stale:
            self._drop(key)
