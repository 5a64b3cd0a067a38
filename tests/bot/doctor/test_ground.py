"""The verdicts on folder, keys, clock, database, address, languages and seats, as tables."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.doctor import ground
from bot.doctor.findings import Finding, Level
from bot.doctor.ground import Database, Place
from network.darkness import Darkness
from network.groups import Staffing
from network.stops import Stop

HERE = Path("var/x")
BOTH = frozenset({"official", "civil"})


def said(finding: Finding) -> tuple[str, str]:
    """Return the level and all the words of a finding."""
    return finding.level.value, f"{finding.says} {finding.advice}"


@pytest.mark.parametrize(("mode", "level"), [(0o700, "ok"), (0o750, "todo"), (0o701, "todo"), (None, "note")])
def test_folder(mode: int | None, level: str) -> None:
    """The data folder is closed to others; one that is not there yet is no fault."""
    assert said(ground.folder(Place(HERE, mode)))[0] == level


@pytest.mark.parametrize(
    ("mode", "opens", "fault", "level", "says"),
    [
        (0o600, True, "", "ok", "copy elsewhere"),
        (0o400, True, "", "ok", "copy elsewhere"),
        (0o640, True, "", "todo", "chmod 600 var/x"),
        (None, False, "", "todo", "Put its copy back"),
        (None, True, "", "note", "first starts"),
        (0o600, True, "It is no key ring.", "todo", "no key ring"),
        (0o600, False, "", "todo", "not that of this database"),
    ],
)
def test_key_file(mode: int | None, opens: bool, fault: str, level: str, says: str) -> None:
    """A key file that others may read, that is gone, or that belongs to another database, asks for an act."""
    found = said(ground.key_file(Place(HERE, mode), opens=opens, fault=fault))
    assert (found[0], says in found[1]) == (level, True)


@pytest.mark.parametrize(("mode", "found"), [(0o600, 0), (None, 0), (0o644, 1)])
def test_settings_file(mode: int | None, found: int) -> None:
    """A file of settings that others may read is worth a note, nothing else is."""
    assert len(list(ground.settings_file(Place(HERE, mode)))) == found


@pytest.mark.parametrize(
    ("skew", "level"),
    [(0.0, "ok"), (-5.0, "ok"), (5.5, "note"), (-60.0, "note"), (61.0, "todo"), (-3600.0, "todo"), (None, "note")],
)
def test_clock(skew: float | None, level: str) -> None:
    """Seconds are nothing, a minute is too much; nobody to ask is no fault."""
    assert said(ground.clock(skew))[0] == level


@pytest.mark.parametrize(
    ("facts", "level", "says"),
    [
        (Database("0001", "0001"), "ok", "0001"),
        (Database("", "0001"), "todo", "is empty. jisr migrate"),
        (Database("0001", "0002"), "todo", "0001, not 0002. jisr migrate"),
        (Database("0009", "0002", known=False), "todo", "later version"),
        (Database(newest="0001", fault="ConnectionRefusedError"), "todo", "ConnectionRefusedError"),
    ],
)
def test_database(facts: Database, level: str, says: str) -> None:
    """A database that is old, too new, empty or silent is told apart."""
    found = said(ground.database(facts))
    assert (found[0], says in found[1]) == (level, True)


@pytest.mark.parametrize(
    ("url", "needed", "answers", "levels"),
    [
        ("", True, None, []),
        ("http://x", True, True, ["todo"]),
        ("http://x", False, None, []),
        ("https://x", True, False, ["todo"]),
        ("https://x", True, True, ["ok"]),
    ],
)
def test_public_address(url: str, needed: bool, answers: bool | None, levels: list[str]) -> None:
    """A public address is https where a provider delivers, and answers."""
    assert [said(one)[0] for one in ground.public_address(url, needed=needed, answers=answers)] == levels


@pytest.mark.parametrize(
    ("groups", "found"),
    [
        ([Staffing("NE", 0, frozenset())], [("note", "--seat coordinator")]),
        ([Staffing("NE", 3, BOTH), Staffing("ML", 0, frozenset())], [("ok", "every group")]),
        ([Staffing("NE", 3, frozenset({"civil"}))], [("todo", "--country NE --side official --seat coordinator")]),
        ([Staffing("NE", 3, frozenset())], [("todo", "nobody holds a seat")]),
        (
            [Staffing("NE", 3, BOTH), Staffing("ML", 1, frozenset({"official"}))],
            [("todo", "--country ML --side civil")],
        ),
    ],
)
def test_seats(groups: list[Staffing], found: list[tuple[str, str]]) -> None:
    """Every group with members needs a seat held from each side; the advice is the command to run."""
    got = [said(one) for one in ground.seats(groups)]
    assert [level for level, _ in got] == [level for level, _ in found]
    assert all(words in said_words for (_, words), (_, said_words) in zip(found, got, strict=True))


def test_catalogues_and_keeper() -> None:
    """A fault of a catalogue is shown, with how many more there are; an unnamed keeper is worth a note."""
    assert said(ground.catalogues([]))[0] == "ok"
    assert "one (and 1 more)" in said(ground.catalogues(["one", "two"]))[1]
    assert (said(ground.keeper(named=True))[0], said(ground.keeper(named=False))[0]) == ("ok", "note")


@pytest.mark.parametrize(
    ("url", "levels"),
    [
        ("", []),
        ("http://127.0.0.1:5000", ["ok"]),
        ("http://[::1]:5000", ["ok"]),
        ("https://translate.example.org/path", ["ok"]),
        ("http://translate.example.org", ["todo"]),
    ],
)
def test_translator(url: str, levels: list[str]) -> None:
    """A machine translator elsewhere is reached sealed; the doctor says where published texts go."""
    assert [said(finding)[0] for finding in ground.translator(url)] == levels


def test_stopped_accounts() -> None:
    """A stopped account is the first thing to put right, and says how; people are told where else to write."""
    stop = Stop("telegram", "main", "401", datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    assert list(ground.stopped([])) == []
    first, second = ground.stopped([stop])
    assert (first.level, first.subject) == (Level.TODO, "telegram/main")
    assert "code 401" in first.advice
    assert first.advice.endswith("jisr account resume telegram/main")
    assert (second.level, "jisr account profile" in second.advice) == (Level.NOTE, True)


def test_dark_countries() -> None:
    """A country that is cut off is noted, with how to say that it is back."""
    [finding] = ground.dark([Darkness("NE", datetime(2026, 11, 23, 9, 0, tzinfo=UTC))])
    assert finding.level is Level.NOTE
    assert "NE is cut off since 2026-11-23 09:00 UTC" in finding.says
    assert "jisr country light NE" in finding.advice
