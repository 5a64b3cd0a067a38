"""The page for operators names what there is: commands, options, settings, metrics, files."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from prometheus_client import Metric
from typer.main import get_command

from bot.channels.whatsapp_openers import BODIES
from bot.cli import app
from bot.metrics import Metrics
from bot.sandbox.standins import OPENER
from bot.settings import Settings, WhatsAppAccount

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
BLOCK = re.compile(r"^ *(?:\d\. )?```console$(.*?)^ *```$", flags=re.DOTALL | re.MULTILINE)
GROUPS = "list|replay|drop|set|resume|verify"
TYPED = re.compile(rf"(?:^ *|bin/|app )jisr ([a-z][a-z-]*)(?: ({GROUPS})\b)?", flags=re.MULTILINE)


def test_every_command_exists() -> None:
    """Each `jisr ...` on the page is a command of the program."""
    commands = get_command(app).commands  # type: ignore[attr-defined]
    typed = [*BLOCK.findall(PAGE), *re.findall(r"`(jisr [^`]*)`", PAGE)]
    named = [match.groups() for text in typed for match in TYPED.finditer(text)]
    assert len(named) > 15
    for first, second in named:
        assert first in commands, first
        assert second is None or second in commands[first].commands, (first, second)


def test_every_metric_is_named_and_no_other() -> None:
    """The table of metrics is that of the program: names, and their labels."""
    found: dict[str, str] = {}
    metrics = Metrics()
    for metric in metrics.registry.collect():
        assert isinstance(metric, Metric)
        name = f"{metric.name}_total" if metric.type == "counter" else metric.name
        found[name] = metric.documentation
    shown = dict(re.findall(r"^\| `(jisr_\w+)` \| ([\w, ]*)\|", PAGE, flags=re.MULTILINE))
    assert shown.keys() == found.keys()
    for name, labels in shown.items():
        collector = metrics.registry._names_to_collectors[name]
        assert tuple(filter(None, labels.strip().split(", "))) == collector._labelnames, name


def test_every_setting_exists() -> None:
    """Each variable, and each setting of the examples, is one that the program reads."""
    known = {f"JISR_{name}".upper() for name in Settings.model_fields} | {"JISR_DOMAIN"}
    assert set(re.findall(r"\bJISR_[A-Z_]+\b", PAGE)) <= known
    for example in re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL):
        for line in tomllib.loads(re.sub(r"(?m)^   ", "", example)).get("whatsapp", {}).get("main", {}):
            assert line in WhatsAppAccount.model_fields


def test_the_template_is_the_one_that_is_tested() -> None:
    """The words of the template are those that the stand-in approves and that `jisr doctor` asks for."""
    assert OPENER.bodies == BODIES
    assert all(f"| {body} |" in PAGE for body in BODIES.values())


@pytest.mark.parametrize("body", BODIES.values())
def test_the_template_fits_one_message_and_many(body: str) -> None:
    """It has one place, neither first nor last (Meta refuses those), and no word that bends with the number."""
    assert re.findall(r"\{\{(.*?)\}\}", body) == ["1"]
    before, after = body.split("{{1}}")
    assert before.endswith(": ")
    assert after.startswith(". ")
    assert "(" not in body


def test_every_link_leads_somewhere() -> None:
    """Links to files of the repository and to headings of the page are whole."""
    headings = {
        re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")
        for heading in re.findall(r"^## (.*)$", PAGE, flags=re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        if target.startswith("#"):
            assert target[1:] in headings, target
        else:
            assert (ROOT / "docs" / target).exists(), target
