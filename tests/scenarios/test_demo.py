"""``jisr demo`` as a newcomer runs it."""

import asyncio
import json
import os
import re
import signal
import sys
import time
from pathlib import Path

import httpx
import pytest

from bot.sandbox import demo
from bot.sandbox.serving import free_port

READY_S = 6  # on an idle machine; the test allows a busy one four times as long


async def test_three_phones_and_a_clean_end(tmp_path: Path):
    """One line with the address, three greeted members on the page, and Ctrl-C ends it all with status 0."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("JISR_")}
    began = time.monotonic()
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from bot.sandbox.demo import main; main(port=0, browser=False)",
        env=environment | {"JISR_HOME": str(tmp_path / "demo")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None
    line = (await asyncio.wait_for(program.stdout.readline(), 4 * READY_S)).decode()
    assert time.monotonic() - began < 4 * READY_S
    url = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert url, line
    async with httpx.AsyncClient(base_url=url[0]) as page, page.stream("GET", "/sandbox/events") as news:
        state = json.loads([text async for text in _lines(news, 2)][1].removeprefix("data: "))
    assert [(phone["app"], phone["country"], phone["language"]) for phone in state["phones"]] == [
        ("whatsapp", "NE", "fr"),
        ("telegram", "TN", "ar"),
        ("telegram", "SN", "fr"),
    ]
    for phone in state["phones"]:
        assert phone["name"] in re.sub("[\u2066-\u2069]", "", phone["messages"][-1]["text"])
    program.send_signal(signal.SIGINT)
    rest, errors = await asyncio.wait_for(program.communicate(), 20)
    assert (program.returncode, rest, errors) == (0, b"", b"")


async def _lines(news: httpx.Response, count: int):
    async for line in news.aiter_lines():
        yield line
        count -= 1
        if not count:
            return


def test_the_demo_evades_a_port_that_is_taken(monkeypatch: pytest.MonkeyPatch):
    """Where another program has the usual port, the page takes any free one instead of giving up."""
    with free_port() as taken:
        monkeypatch.setattr(demo, "PORT", taken.getsockname()[1])
        assert demo.usual_port() == 0
    assert demo.usual_port() == demo.PORT
