"""The systemd unit: accepted by systemd, and hardened."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.settings import Settings

UNIT = Path(__file__).parents[2] / "deploy" / "jisr.service"
EXPOSURE_AT_MOST = 20  # of 100, by systemd's own reckoning

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """Return the unit with a program that is there on any machine."""
    copy = tmp_path / "jisr.service"
    copy.write_text(re.sub(r"(?m)^ExecStart=.*$", "ExecStart=/bin/true", UNIT.read_text("utf-8")))
    return copy


@needs_systemd
def test_systemd_accepts_it(unit: Path) -> None:
    """Every line is one that systemd knows."""
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
def test_systemd_finds_it_hardened(unit: Path) -> None:
    """By systemd's own reckoning the exposure is low."""
    ask = ["systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={EXPOSURE_AT_MOST}", unit]
    done = subprocess.run(ask, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-400:]


def test_it_names_what_there_is() -> None:
    """It runs `jisr run` as an ordinary user, in a closed folder, with settings that exist."""
    text = UNIT.read_text("utf-8")
    assert "ExecStart=/opt/jisr/bin/jisr run\n" in text
    assert "User=jisr\n" in text
    assert "StateDirectoryMode=0700\n" in text
    known = {f"JISR_{name}".upper() for name in Settings.model_fields}
    assert set(re.findall(r"\bJISR_[A-Z_]+(?==)", text)) <= known
