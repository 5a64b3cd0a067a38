"""Charts: the pictures of polls at phone size, in each language, as they were looked at by people.

The references in ``tests/data/charts`` are drawn anew by ``python -m tests.bot.test_charts``; look at each then:
the direction of reading, the digits, nothing cut or over another.
"""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from bot import drawing
from bot.drawing import Sheet
from bot.works import Works
from handlers.exchanges import agreeing
from handlers.language import OFFERED, Translator, Voice
from handlers.polls import poll_pictures
from network import blueprints, exchanges, poll_files, timing
from network.blueprints import Blueprint
from network.exchanges import Exchange
from network.jobs import Job
from network.media import MediaFolder
from network.poll_options import Choice
from network.polls import Kind, Plan, Poll, State
from network.rankings import Place
from network.results import Line, Part, Results
from network.slots import ANSWERS, MOST, Slot
from tests.bot.stopped_clock import StoppedClock

REFERENCES = Path(__file__).resolve().parents[1] / "data" / "charts"
PHONE = 360  # pixels across: the width of a small phone
NEAR = 2.0  # of 255, the mean difference of a pixel: another version of a font library moves an edge
CLOSED = datetime(2026, 11, 22, tzinfo=UTC)
KINDS = ("bars", "ranking", "trend", "times")


def _poll(found: Blueprint, *, closed_at: datetime = CLOSED) -> Poll:
    choices = tuple(
        Choice(number, dict(words), apart=number - 1 in found.apart) for number, words in enumerate(found.options, 1)
    )
    plan = Plan(closes_at=closed_at, kind=Kind(found.kind), most=found.most)
    return Poll("p", None, None, State.CLOSED, plan, dict(found.question), {}, choices, "p", 1, None, closed_at, "")


def _results(poll: Poll, votes: list[int], *, sides: bool = False, **more: Any) -> Results:
    answered = sum(votes)
    lines = tuple(Line(number, many, many / answered) for number, many in enumerate(votes, 1))
    parts = ()
    if sides:  # officials are surer than civil society
        official = {number: round(many * (0.3 + 0.1 * number)) for number, many in enumerate(votes, 1)}
        civil = {number: max(0, many - official[number]) for number, many in enumerate(votes, 1)}
        parts = (Part("official", "", sum(official.values()), official), Part("civil", "", sum(civil.values()), civil))
    return Results("p", poll.plan.kind, True, answered + 4, answered, 4, lines, sides=parts, **more)


def _slots() -> list[Slot]:
    """Return as many times as there can be, the last of which may be in Ramadan, with what was said to each."""
    said = ((14, 3, 6), (9, 12, 2), (22, 5, 0), (0, 2, 31), (31, 0, 4), (117, 9, 11), (18, 1, 9), (0, 0, 0))
    rows = []
    for number, counts in enumerate(said):
        at = datetime(2027, 1, 20, 9, 30, tzinfo=UTC) + timedelta(days=3 * number, hours=number % 3)
        rows.append(Slot(f"s{number}", at, dict(zip(ANSWERS, counts, strict=True)), "", timing.in_ramadan(at.date())))
    assert [row.in_ramadan for row in rows] == [False] * 6 + [True] * 2
    assert len(rows) == MOST
    return rows


def _planned() -> Exchange:
    """Return an exchange whose time is still open."""
    words = {"title": "Le thé du marché", "purpose": "", "host": "", "partner": "", "rules": ""}
    given = {
        "id": "x",
        "by": "p",
        "partner_by": None,
        "kind": exchanges.Kind.DIALOGUE,
        "state": exchanges.State.AGREEING,
    }
    given |= {"group": "g", "audience": None, "capacity": 0, "sides": (), "languages": (), "topics": (), "minutes": 90}
    given |= {"starts_local": None, "zone": "UTC", "starts_at": None, "series": None, "rule": "", "exceptions": {}}
    return Exchange(**words, **given, sequence=0, telling=exchanges.Rule.OPEN, published=False)


def sheet(kind: str, voice: Voice) -> dict[str, Any]:
    """Return a picture of one kind as it is drawn: bars, a ranking, a trend of both sides, or times to agree on."""
    if kind == "times":
        return agreeing.sheet(_planned(), _slots(), "MA", voice)
    if kind == "bars":
        poll = _poll(blueprints.get("barriers"))
        return poll_pictures.sheet(poll, _results(poll, [14, 41, 22, 9, 17, 30, 4, 0]), [], voice)
    if kind == "ranking":
        poll = _poll(blueprints.get("attributes"))
        points = [88, 61, 61, 40, 33, 21, 12, 9, 3]
        places = tuple(
            Place(number, 1 + sum(other > each for other in points), each, each // 4, points.count(each) > 1)
            for number, each in enumerate(points, 1)
        )
        return poll_pictures.sheet(poll, _results(poll, [30] * 9, places=places, method="points"), [], voice)
    rounds = []
    for back, votes in (
        (18, [40, 30, 20, 10, 6]),
        (12, [30, 34, 26, 12, 6]),
        (6, [24, 30, 34, 20, 8]),
        (0, [16, 28, 44, 30, 8]),
    ):
        poll = _poll(blueprints.get("trust_pulse"), closed_at=CLOSED - timedelta(days=back * 30.5))
        rounds.append((poll, _results(poll, votes, sides=True, mean=2.4)))
    return poll_pictures.sheet(*rounds[-1], rounds, voice)


def drawn(kind: str, language: str) -> Image.Image:
    """Return a picture as a small phone shows it; in Arabic with the digits of the East."""
    voice = Voice(Translator.load(), language, "arab" if language == "ar" else "latn")
    png = drawing.png(Sheet.of(json.loads(json.dumps(sheet(kind, voice)))))
    assert len(png) <= drawing.PNG_AT_MOST
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.height <= drawing.LONGEST_PICTURE
        size = (PHONE, round(picture.height * PHONE / picture.width))
        return picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)


@pytest.mark.parametrize("language", OFFERED)
@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_looks_as_it_was_reviewed(kind: str, language: str) -> None:
    """Every picture is the one that was looked at, but for the edges of letters."""
    picture = drawn(kind, language)
    with Image.open(REFERENCES / f"{kind}-{language}.png") as reference:
        expected = reference.convert("RGB")
    assert picture.size == expected.size
    difference = ImageStat.Stat(ImageChops.difference(picture, expected)).mean
    assert max(difference) <= NEAR


def test_the_comparison_can_fail() -> None:
    """Another language, or one bar that is a tenth longer, is seen."""
    with Image.open(REFERENCES / "bars-fr.png") as reference, Image.open(REFERENCES / "bars-en.png") as other:
        size = reference.size
        difference = ImageStat.Stat(ImageChops.difference(reference.convert("RGB"), other.convert("RGB").resize(size)))
    assert max(difference.mean) > NEAR


def test_times_are_drawn_with_the_digits_of_their_reader() -> None:
    """Hours and figures are in the digits that somebody reads; what may be in Ramadan is marked, and only that."""
    drawn_as = sheet("times", Voice(Translator.load(), "ar", "arab"))
    [chart] = drawn_as["charts"]
    written = "".join([bar["label"] + "".join(bar["figures"]) for bar in chart["bars"]])
    assert not any(letter in "0123456789" for letter in written)
    assert [bar["label"].endswith("*") for bar in chart["bars"]] == [False] * 6 + [True] * 2
    assert [line.startswith("*") for line in drawn_as["lines"]] == [True]


async def test_the_picture_and_the_table_are_made_by_the_workers(sqlite_store, now, tmp_path) -> None:
    """What the conversation asks for comes out as a picture with its text, and as a file of its name."""
    media = MediaFolder(tmp_path, sqlite_store.sealer)
    works = Works(sqlite_store, StoppedClock(now), {}, media, tmp_path / "tombstones").table()
    given = json.loads(json.dumps(sheet("bars", Voice(Translator.load(), "ar"))))
    made = await works[poll_files.DRAW](Job("j", poll_files.DRAW, "a" * 32, {"text": "Jisr", "sheet": given}, 1, now))
    assert made is not None
    assert (made["text"], made["kind"], made["mime"]) == ("Jisr", "picture", "image/png")
    asked = {"text": "of,side\n", "name": "poll-1.csv"}
    written = await works[poll_files.TABLE](Job("k", poll_files.TABLE, "a" * 32, asked, 1, now))
    assert written is not None
    assert written["name"] == "poll-1.csv"
    assert await media.open(written["ref"]) == b"of,side\n"


if __name__ == "__main__":
    REFERENCES.mkdir(parents=True, exist_ok=True)
    for each in KINDS:
        for tongue in OFFERED:
            drawn(each, tongue).save(REFERENCES / f"{each}-{tongue}.png", optimize=True)
