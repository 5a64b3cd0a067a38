"""Consultation cards: what people read of a draft, of what both sides said to it, and of what came of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from handlers.audience_choice import below
from handlers.labels import SIDES
from handlers.language import Text, Words, _, n_
from handlers.prompts import cut_to
from network import sections
from network.commitments import Commitment, Outcome
from network.consultations import Consultation, Section, State
from network.remarks import Figures, Remark, Stance
from network.sections import Part

FIRST = 40  # characters of a section that has no heading

STANCES: dict[str, Text] = {
    # Translators: button, max:20. What somebody says to a section of a draft.
    Stance.AGREE: _("I agree"),
    # Translators: button, max:20. A section should read otherwise.
    Stance.AMEND: _("Change it"),
    # Translators: button, max:20
    Stance.COMMENT: _("Comment"),
}
MINE: dict[str, Text] = {
    Stance.AGREE: _("You agree with it."),
    Stance.AMEND: _("You would have it read: “{words}”"),
    Stance.COMMENT: _("Your comment: “{words}”"),
}
SAID: dict[str, Text] = {
    Stance.AMEND: _("{side}, a change: “{words}”"),
    Stance.COMMENT: _("{side}, a comment: “{words}”"),
}
STATES: dict[str, Text] = {
    State.ASKED: _("waits for the other side’s word"),
    State.REFUSED: _("the other side did not agree"),
    State.OPEN: _("open, have your say"),
    State.CLOSED: _("closed, a new version is to come"),
    State.RENEWED: _("a new version is published"),
}
OUTCOMES: dict[str, Text] = {
    Outcome.OPEN: _("under way"),
    # Translators: button, max:20. A commitment was kept.
    Outcome.DONE: _("Done"),
    # Translators: button, max:20. A commitment was not kept.
    Outcome.NOT_DONE: _("Not done"),
}
FEW = _("Fewer than ten answered: no figures, so that they point at nobody.")


def card(found: Consultation, many: int) -> Text:
    """Return what is put before people, until when, and how it stands."""
    return below(draft(found, many), _("How it stands: {state}", state=STATES[found.state]))


def draft(found: Consultation, many: int) -> Text:
    """Return what is put before people, and until when."""
    said = _("A draft: “{title}”\n{why}", title=found.title, why=found.why)
    said = below(said, n_("It has {count} section.", "It has {count} sections.", many))
    if found.state is State.OPEN and found.closes_at is not None:
        said = below(said, _("You can answer, and change your answers, until {day}.", day=found.closes_at.date()))
    return said


def section(found: Section, said: Remark | None) -> Text:
    """Return a section as people answer it, with what they said so far."""
    text = _("Section {number}", number=found.number)
    if found.heading:
        text = below(text, _("{heading}", heading=sections.unnumbered(found.heading)))
    text = _("{above}\n\n{line}", above=text, line=found.text)
    return text if said is None else _("{above}\n\n{line}", above=text, line=mine(said))


def mine(said: Remark) -> Text:
    """Return what the reader said to a section."""
    return Text(MINE[said.stance].msgid, {"words": said.text} if said.text else {})


def side_by_side(every: Sequence[Section], said: Sequence[Remark]) -> Iterator[Text]:
    """Yield what both sides wrote to each section, one of each side together."""
    for each in every:
        here = [remark for remark in said if remark.section == each.id]
        official, civil = ([remark for remark in here if remark.side == side] for side in ("official", "civil"))
        for at, pair in enumerate(zip_longest(official, civil)):
            lines = [_remark(remark) for remark in pair if remark is not None]
            text = lines[0] if len(lines) == 1 else below(*lines)
            yield text if at else below(name(each), text)


def name(found: Section) -> Text:
    """Return what a section is called in a list."""
    return _("Section {number}: {heading}", number=found.number, heading=begins(found, FIRST))


def begins(found: Section | Part, most: int) -> str:
    """Return how a section begins, cut, without the number that its author gave it: a list numbers it."""
    return cut_to(sections.unnumbered(found.heading or found.text.split("\n")[0]), most)


def figures(every: Sequence[Section], found: Mapping[str, Figures]) -> Iterator[Text]:
    """Yield how many said what, section by section, by side where that points at nobody."""
    if not any(here.answered for here in found.values()):
        yield FEW
        return
    for each in every:
        here = found.get(each.id, Figures())
        if not here.answered:
            yield below(name(each), FEW)
            continue
        said = below(name(each), _numbers(here.total))
        for side, numbers in here.by_side.items():
            said = below(said, _("{side}: {figures}", side=SIDES[side], figures=_numbers(numbers)))
        yield said


def new_version(every: Sequence[Section]) -> Iterator[Words]:
    """Yield the new version, with what changed in each section."""
    for each in every:
        head = below(name(each), renewal(each) or _("(as it was)"))
        text = each.text if each.renewed is None else each.renewed
        yield below(head, _("{text}", text=text)) if text else head


def renewal(found: Section) -> Text | None:
    """Return what becomes of a section in the new version, and why; None where it stays as it is."""
    if found.renewed is None:
        return None
    return _("(changed) {why}", why=found.why) if found.renewed else _("(taken out) {why}", why=found.why)


def commitment(found: Commitment) -> Text:
    """Return what will be done, by whom and until when, and what became of it."""
    said = _("{what}\n{who}, until {day}", what=found.what, who=found.who, day=found.due_on)
    return below(said, _("How it stands: {state}", state=OUTCOMES[found.outcome]))


def table(every: Sequence[Section], said: Sequence[Remark]) -> str:
    """Return everything that was written, as CSV (RFC 4180), of whom the side and no more."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(["section", "heading", "side", "says", "words"])
    for each in every:
        for remark in said:
            if remark.section == each.id:
                words = [each.heading, remark.side, remark.stance.value, remark.text]
                rows.writerow([each.number, *map(_inert, words)])
    return written.getvalue()


def _inert(words: str) -> str:
    """Return what a member wrote so that no spreadsheet takes it for a formula."""
    return f"'{words}" if words.startswith(("=", "+", "-", "@")) else words


def _remark(said: Remark) -> Text:
    return Text(SAID[said.stance].msgid, {"side": SIDES[said.side], "words": said.text})


def _numbers(found: Mapping[str, int]) -> Text:
    return _(
        "{agree} agree, {amend} would change it, {comment} comment",
        agree=found.get(Stance.AGREE, 0),
        amend=found.get(Stance.AMEND, 0),
        comment=found.get(Stance.COMMENT, 0),
    )
