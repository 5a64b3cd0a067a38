"""How long a picture of a poll takes to draw: in the process that draws, and with that process started for it alone."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from statistics import median

from benchmarks.tables import table
from bot import drawing
from bot.drawing import Sheet
from handlers.language import OFFERED, Translator, Voice
from tests.bot import test_charts

GOAL_MS = 100
TIMES = 9


async def report(rounds: int) -> str:
    """Return the table of every kind of chart in every language; ``rounds`` of each beside the bare process."""
    translator = Translator.load()
    rows = []
    empty = Sheet("", "", (), (), "")
    for kind in test_charts.KINDS:
        for language in OFFERED:
            given = test_charts.sheet(kind, Voice(translator, language))
            for number, chart in enumerate(given["charts"], start=1):
                sheet = Sheet.of(json.loads(json.dumps({**given, "charts": [chart]})))
                drawn = _timed(sheet, TIMES if rounds > 1 else 2)
                whole = [await _started(sheet) for _round in range(rounds)]
                bare = [await _started(empty) for _round in range(rounds)]
                name = f"{kind}, {language}, {number} of {len(given['charts'])}"
                passed, busy = zip(*drawn, strict=True)
                rows.append([name, _ms(passed), _ms(busy), _ms(whole), _ms(bare)])
    return table(["chart", "drawn, ms", "CPU, ms", "with its process, ms", "an empty sheet with its process, ms"], rows)


def _timed(sheet: Sheet, times: int) -> list[tuple[float, float]]:
    """Return the seconds that passed and those of the processor, each time."""
    drawing.png(sheet)  # the first time fonts are read
    found = []
    for _time in range(times):
        start, busy = time.perf_counter(), time.process_time()
        drawing.png(sheet)
        found.append((time.perf_counter() - start, time.process_time() - busy))
    return found


async def _started(sheet: Sheet) -> float:
    start = time.perf_counter()
    await drawing.draw(sheet)
    return time.perf_counter() - start


def _ms(seconds: Sequence[float]) -> str:
    return f"{median(seconds) * 1000:.0f}"


async def _main() -> None:
    print(await report(1))


if __name__ == "__main__":
    asyncio.run(_main())
