"""A dialogue: one conversation under way, between its stored form and its run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from handlers.language import Voice
from handlers.prompts import Prompt, Shown
from handlers.questions import Choose, Number, Several, Telling, Written
from handlers.record import Record
from handlers.registry import Capability
from handlers.talk import Waits
from network.conversations import Conversation, State
from network.ids import new_id
from network.store import Tx

NONCE_ID = 8  # characters of the conversation's id in the marks of its buttons


@dataclass(eq=False)
class Dialogue:
    """One conversation of a person, as this message finds it and leaves it.

    ``questions`` counts the prompts put so far. ``last`` is the provider's id of the message with
    the last answer, ``refused`` that of the message that did not fit: editing either means something.
    """

    id: str
    person: str
    capability: Capability
    argument: str = field(repr=False)
    record: Record = field(repr=False)
    prompt: Prompt | None = field(default=None, repr=False)
    deadline: datetime | None = None
    questions: int = 0
    last: str = field(default="", repr=False)
    refused: str = field(default="", repr=False)
    is_new: bool = False
    about: str = ""  # the secret poll whose ballot is filled in here

    @classmethod
    def fresh(cls, person: str, capability: Capability, argument: str) -> Dialogue:
        """Return a conversation that is about to begin."""
        return cls(new_id(), person, capability, argument, Record(), is_new=True)

    @classmethod
    def load(cls, stored: Conversation, capability: Capability) -> Dialogue:
        """Return a stored conversation, of this version of the program or an earlier one."""
        raw = stored.answers
        return cls(
            id=stored.id,
            person=stored.person,
            capability=capability,
            argument=raw.get("argument", ""),
            record=Record.from_json(raw),
            prompt=Prompt.from_json(stored.prompt) if stored.prompt else None,
            deadline=stored.deadline,
            questions=int(raw.get("questions", 0)),
            last=raw.get("last", ""),
            refused=raw.get("refused", ""),
            about=stored.about,
        )

    def stored(self, tx: Tx, *, state: State = State.ACTIVE) -> Conversation:
        """Return it as it is stored."""
        return Conversation(
            id=self.id,
            person=self.person,
            name=self.capability.name,
            state=state,
            answers=self._answers(),
            prompt=self.prompt.to_json() if self.prompt else {},
            deadline=self.deadline,
            updated_at=tx.now,
            about=self.about,
        )

    @property
    def is_worth_parking(self) -> bool:
        """Whether something would be lost if it simply ended."""
        kept = self.capability.lasting and not self.capability.anew
        return kept and (self.record.has_answers or bool(self.argument))

    def put(self, waits: Waits, voice: Voice) -> bool:
        """Make the question of ``waits`` the present prompt; return whether it was so already."""
        options, at_least, at_most = _options(waits, voice)
        former = self.prompt
        same = former is not None and (former.key, former.form) == (waits.key, waits.form.form)
        if former is None or not same or former.options != options:
            self.questions += 1
            former = Prompt(waits.key, waits.form.form, f"{self.id[:NONCE_ID]}.{self.questions}", "")
        self.prompt = Prompt(
            key=waits.key,
            form=waits.form.form,
            nonce=former.nonce,
            question=voice.say(waits.question),
            options=options,
            skip=voice.say(waits.skip) if waits.skip else "",
            search=waits.search,
            at_least=at_least,
            at_most=at_most or 0,
            back=self.record.can_go_back(),
            cancel=self.capability.lasting and waits.cancel,
            files=isinstance(waits.form, Telling),
            page=former.page,
            filter=former.filter,
            picked=former.picked,
        )
        return same

    def _answers(self) -> Mapping[str, Any]:
        marks = {"argument": self.argument, "last": self.last, "refused": self.refused, "questions": self.questions}
        return {"v": 1, **self.record.to_json(), **{name: value for name, value in marks.items() if value}}


def _options(waits: Waits, voice: Voice) -> tuple[tuple[Shown, ...], int, int | None]:
    form = waits.form
    if not isinstance(form, Choose | Several):
        counted = int(isinstance(form, Number) and form.low > 0)
        return (), (form.at_least if isinstance(form, Written) else counted), None
    shown = tuple(Shown(o.key, voice.say(o.label), voice.say(o.note)) for o in form.options)
    return (shown, form.at_least, form.at_most) if isinstance(form, Several) else (shown, 0, None)
