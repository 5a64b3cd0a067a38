"""The evaluation set of the search is what it claims to be: varied, marked, labelled and balanced."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "data" / "search"
START = ROOT / "network" / "data"
TEXTS = ("title", "problem", "context", "who", "done", "result")
LANGUAGES = {"ar", "en", "fr"}
QUERY_KINDS = {"own words", "synonym", "misspelling", "cross-language", "mixed"}


def lines(name: str) -> list[dict[str, Any]]:
    """Return the objects of a file of JSON lines."""
    return [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]


def topic_codes() -> set[str]:
    """Return the codes of the topics that a practice may carry."""
    roots = json.loads((START / "topics.json").read_text("utf-8"))
    return {child["code"] for root in roots for child in root["children"]}


def starter_ids() -> set[str]:
    """Return the ids of the starter practices."""
    starters = json.loads((START / "practices.json").read_text("utf-8"))
    return {each["id"] for each in [*starters["practices"], *starters["short"]]}


def words(record: dict[str, Any]) -> Counter[str]:
    """Return the words of all texts of a record, with how often each stands there."""
    return Counter(re.findall(r"\w+", " ".join(record[name] for name in TEXTS).casefold()))


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """Return the share of equal words, 0 to 1, of the longer of two texts."""
    return (one & other).total() / max(one.total(), other.total())


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    """Return the synthetic records."""
    return lines("records.jsonl")


@pytest.fixture(scope="module")
def queries() -> list[dict[str, Any]]:
    """Return the labelled queries."""
    return lines("queries.jsonl")


def test_there_are_enough_records(records: list[dict[str, Any]]) -> None:
    """At least 500 records, each under its own id."""
    assert len(records) >= 500
    assert len({each["id"] for each in records}) == len(records)


def test_every_record_is_marked_as_invented(records: list[dict[str, Any]]) -> None:
    """No record can be taken for a real one, and the folder's page says so too."""
    assert all(each["synthetic"] is True for each in records)
    assert "invented" in (HERE / "README.md").read_text("utf-8")


def test_every_record_is_whole(records: list[dict[str, Any]]) -> None:
    """What the form asks of everybody is there: a short title, a problem, what was done, one to three topics."""
    codes = topic_codes()
    for each in records:
        assert 0 < len(each["title"]) <= 60, each["id"]
        assert each["problem"], each["id"]
        assert each["done"], each["id"]
        assert each["kind"] in {"practice", "lesson", "barrier"}, each["id"]
        assert 1 <= len(set(each["topics"])) == len(each["topics"]) <= 3, each["id"]
        assert set(each["topics"]) <= codes, each["id"]


def test_no_record_holds_a_figure(records: list[dict[str, Any]]) -> None:
    """A record holds no digit, so no telephone number, plate, date or coordinate either."""
    assert [each["id"] for each in records if re.search(r"\d", " ".join(each[name] for name in TEXTS))] == []


def test_records_are_written_in_their_language(records: list[dict[str, Any]]) -> None:
    """The Arabic records, and no others, are in Arabic letters."""
    for each in records:
        arabic = len(re.findall(r"[\u0600-\u06ff]", each["problem"])) > len(each["problem"]) / 2
        assert arabic == (each["language"] == "ar"), each["id"]


def test_the_languages_are_balanced(records: list[dict[str, Any]]) -> None:
    """About half of the records are French, a third Arabic, the rest English, as in the region."""
    count = Counter(each["language"] for each in records)
    assert count.keys() == LANGUAGES
    share = {language: number / count.total() for language, number in count.items()}
    assert 0.45 <= share["fr"] <= 0.55
    assert 0.30 <= share["ar"] <= 0.40
    assert 0.10 <= share["en"] <= 0.20


def test_every_topic_has_records(records: list[dict[str, Any]]) -> None:
    """No topic is left without two records at least."""
    count = Counter(topic for each in records for topic in each["topics"])
    assert {topic for topic in topic_codes() if count[topic] < 2} == set()


def test_no_two_records_tell_the_same(records: list[dict[str, Any]]) -> None:
    """Titles differ, and no two records share more than half of their words."""
    titles = Counter(each["title"].casefold() for each in records)
    assert [title for title, number in titles.items() if number > 1] == []
    for language in LANGUAGES:
        texts = [(each["id"], words(each)) for each in records if each["language"] == language]
        assert [(a, b) for (a, one), (b, other) in combinations(texts, 2) if likeness(one, other) > 0.5] == []


def test_likeness_sees_a_swapped_word() -> None:
    """The measure of likeness is not blind: one word changed in ten is 0.9."""
    one = Counter(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"])
    assert likeness(one, one) == 1
    assert likeness(one, one - Counter("j") + Counter("k")) == 0.9


def test_every_query_is_labelled(records: list[dict[str, Any]], queries: list[dict[str, Any]]) -> None:
    """At least 72 queries of their own words, each with one to six answers that exist."""
    known = {each["id"] for each in records} | starter_ids()
    assert len(queries) >= 72
    assert len({each["id"] for each in queries}) == len({each["text"] for each in queries}) == len(queries)
    for each in queries:
        assert 1 <= len(set(each["relevant"])) == len(each["relevant"]) <= 6, each["id"]
        assert set(each["relevant"]) <= known, each["id"]
        assert 2 <= len(each["text"].split()) <= 8, each["id"]


def test_every_language_and_kind_is_asked(queries: list[dict[str, Any]]) -> None:
    """Each kind of query is asked in each language; mixed ones are few and need not be."""
    asked = {(each["kind"], each["language"]) for each in queries}
    assert {kind for kind, _ in asked} == QUERY_KINDS
    assert {(kind, language) for kind in QUERY_KINDS - {"mixed"} for language in LANGUAGES} <= asked


def test_a_cross_language_query_has_its_answers_elsewhere(
    records: list[dict[str, Any]], queries: list[dict[str, Any]]
) -> None:
    """Most answers to a cross-language query are written in another language than the query."""
    language = {each["id"]: each["language"] for each in records}
    for each in queries:
        if each["kind"] == "cross-language":
            elsewhere = [answer for answer in each["relevant"] if language.get(answer) not in {each["language"], None}]
            assert len(elsewhere) * 2 > len([answer for answer in each["relevant"] if answer in language]), each["id"]


@pytest.mark.parametrize("of", ["kind", "language"])
def test_the_halves_are_alike(queries: list[dict[str, Any]], of: str) -> None:
    """Both halves hold as many queries of each kind and of each language, give or take two."""
    assert {each["half"] for each in queries} == {"tune", "held"}
    count = Counter((each[of], each["half"]) for each in queries)
    for value in {each[of] for each in queries}:
        assert abs(count[value, "tune"] - count[value, "held"]) <= 2, value


def test_no_answer_is_shared_by_the_halves(queries: list[dict[str, Any]]) -> None:
    """What is held out stays unseen: no record answers queries of both halves."""
    tuned, held = (
        {answer for each in queries if each["half"] == half for answer in each["relevant"]} for half in ("tune", "held")
    )
    assert tuned & held == set()
