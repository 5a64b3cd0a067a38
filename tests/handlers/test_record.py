from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.record import Entry, Given, Record, RepeatedKey


def walked(record: Record, *keys: str) -> Record:
    """Run through ``keys`` as questions, recording those that have no answer, and end the run."""
    record.begin()
    for key in keys:
        if record.step(key, "text") is None:
            record.keep(Entry(key, "text", key))
    record.finish()
    return record


def test_back_takes_the_last_answer_that_was_reached():
    """An answer that was set aside is not what Back means."""
    record = walked(Record(), "a", "b", "c")
    walked(record, "a", "c")
    assert record.back() == "c"
    assert record.back() == "a"
    assert record.back() == ""
    record.begin()
    assert record.step("b", "text") is not None


def test_nobody_goes_back_behind_an_act():
    """An act ends what can be taken back; a refused one does not."""
    record = walked(Record(), "a")
    record.keep(Entry("try", "do", None, "Conflict"))
    record.begin()
    for key, form in (("a", "text"), ("try", "do")):
        record.step(key, form)
    record.finish()
    assert record.can_go_back()
    record.keep(Entry("act", "do", 1))
    record.begin()
    for key, form in (("a", "text"), ("try", "do"), ("act", "do")):
        record.step(key, form)
    record.finish()
    assert not record.can_go_back()
    assert record.back() == ""


def test_a_key_comes_once_in_a_run():
    """The second time it raises, in the next run it does not."""
    record = walked(Record(), "a")
    record.begin()
    record.step("a", "text")
    with pytest.raises(RepeatedKey):
        record.step("a", "text")
    record.begin()
    record.step("a", "text")


def test_an_answer_of_another_form_is_not_an_answer():
    """A text never answers a number."""
    record = walked(Record(), "a")
    record.begin()
    assert record.step("a", "number") is None


KEYS = st.sampled_from(list("abcdef"))


@given(
    runs=st.lists(st.lists(KEYS, unique=True), max_size=4),
    actions=st.lists(st.sampled_from(["back", "revise", "store"]), max_size=6),
)
def test_whatever_happens_an_answer_stays_under_its_key(runs: list[list[str]], actions: list[str]):
    """Runs in any order, going back, revising and storing never move an answer to another key."""
    record = Record()
    for keys in runs:
        walked(record, *keys)
        for action in actions:
            if action == "back":
                record.back()
            elif action == "revise" and keys:
                record.revise(keys[0])
            else:
                record.held["h"] = Given("h", "words", "h")
                record = Record.from_json(json.loads(json.dumps(record.to_json())))
        record.begin()
        for key in "abcdef":
            entry = record.step(key, "text")
            assert entry is None or entry.value == key
        record.begin()
