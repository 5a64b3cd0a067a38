"""The Dockerfile, as far as it can be judged without an engine; and what it installs, installed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def stages() -> list[list[tuple[str, str]]]:
    """Return the instructions of each stage, each as its name and the rest."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text("utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    found: list[list[tuple[str, str]]] = []
    for line in lines:
        name, _, rest = line.partition(" ")
        if name == "FROM":
            found.append([])
        found[-1].append((name, rest))
    return found


def of(stage: list[tuple[str, str]], name: str) -> list[str]:
    """Return what follows the instructions of this name."""
    return [rest for found, rest in stage if found == name]


def test_the_last_stage_only_runs(stages: list[list[tuple[str, str]]]) -> None:
    """What builds stays behind: the last stage installs nothing, and copies only what was built."""
    assert len(stages) > 1
    assert not any("pip" in run or "apt" in run for run in of(stages[-1], "RUN"))
    assert all(copied.startswith("--from=build ") for copied in of(stages[-1], "COPY"))


def test_it_runs_as_an_ordinary_user(stages: list[list[tuple[str, str]]]) -> None:
    """The user is a number that is not root's, set after everything that needs root."""
    names = [name for name, _ in stages[-1]]
    [user] = of(stages[-1], "USER")
    assert user == "10001:10001"
    assert names.index("USER") > max(index for index, name in enumerate(names) if name in {"RUN", "COPY"})


def test_everything_is_pinned(stages: list[list[tuple[str, str]]]) -> None:
    """Bases have a version, libraries their hashes; nothing is fetched by ADD."""
    for stage in stages:
        [base] = of(stage, "FROM")
        assert re.match(r"\S+:\d", base), base
        assert not of(stage, "ADD")
        for run in of(stage, "RUN"):
            for install in re.findall(r"pip install ([^&]*)", run):
                assert "--require-hashes" in install or "--no-index" in install, install
    locks = [(ROOT / "requirements" / name).read_text("utf-8") for name in ("run.txt", "build.txt")]
    assert all("--hash=sha256:" in lock and "index-url" not in lock for lock in locks)


def test_it_is_started_and_asked_properly(stages: list[list[tuple[str, str]]]) -> None:
    """It is started without a shell (signals reach it), asked whether it is ready, and its settings exist."""
    [entry], [command] = of(stages[-1], "ENTRYPOINT"), of(stages[-1], "CMD")
    assert (entry, command) == ('["jisr"]', '["run"]')
    assert "/readyz" in of(stages[-1], "HEALTHCHECK")[0]
    settings = {f"JISR_{name}".upper() for name in Settings.model_fields}
    assert set(re.findall(r"\bJISR_[A-Z_]+(?==)", " ".join(of(stages[-1], "ENV")))) <= settings


def test_only_what_is_built_is_sent(stages: list[list[tuple[str, str]]]) -> None:
    """Everything is left out but what the stages copy, so that no key, data or setting gets into an image."""
    kept = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    }
    copied = {source for copy in of(stages[0], "COPY") for source in copy.split()[:-1]}
    assert copied == kept
    assert all((ROOT / source).exists() for source in copied)
    assert "*" in (ROOT / ".dockerignore").read_text("utf-8").splitlines()


def test_what_is_installed_works_elsewhere(tmp_path: Path) -> None:
    """The wheel carries what the program reads: away from the source it migrates, and its doctor finds it whole."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = (tmp_path / "dist").glob("jisr-*.whl")
    place, home = tmp_path / "installed", tmp_path / "home"
    unpack = [sys.executable, "-m", "zipfile", "-e", str(wheel), str(place)]
    subprocess.run(unpack, check=True, capture_output=True)
    whole = sorted(place.rglob("*"))
    clean = {name: value for name, value in os.environ.items() if not name.startswith("JISR_")}
    environment = clean | {"PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1", "JISR_HOME": str(home)}

    def jisr(*command: str) -> str:
        started = [sys.executable, "-c", "import bot, bot.cli; print(bot.__file__); bot.cli.app()", *command]
        done = subprocess.run(started, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    assert str(place) in jisr("migrate")
    said = jisr("doctor")
    assert "ok    database" in said
    assert "ok    languages" in said
    assert sorted(place.rglob("*")) == whole, "it writes into its own folder"
