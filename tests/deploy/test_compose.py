"""compose.yaml: valid by the Compose specification, and closed where it should be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.main import get_command

from bot.cli import app
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
OURS = ("migrate", "app", "courier")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """Return the file, its merges resolved."""
    read: dict[str, Any] = YAML(typ="safe").load(ROOT / "compose.yaml")
    return read


def test_it_is_valid_by_the_specification() -> None:
    """The schema of the Compose specification (that check-jsonschema carries) accepts the file."""
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_schema_would_notice(tmp_path: Path) -> None:
    """A misspelt key is refused, so that the test above means something."""
    wrong = tmp_path / "compose.yaml"
    wrong.write_text((ROOT / "compose.yaml").read_text("utf-8").replace("read_only: true", "readonly: true"))
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(wrong)]
    assert subprocess.run(check, capture_output=True, check=False).returncode != 0


def test_every_service_is_closed(compose: dict[str, Any]) -> None:
    """Each service has a read-only root, no capability that it does not name, and no way to gain one."""
    for name, service in compose["services"].items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name
        assert service["logging"]["options"]["max-file"], name
    for name in OURS:
        assert compose["services"][name]["user"] == "10001:10001"
        assert "cap_add" not in compose["services"][name]


def test_only_the_front_is_reached_from_outside(compose: dict[str, Any]) -> None:
    """No other service publishes a port; the database is on one network, which leads nowhere."""
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["front"]
    assert compose["services"]["database"]["networks"] == ["store"]
    assert "store" not in compose["services"]["front"]["networks"]
    assert compose["networks"]["store"]["internal"]


def test_every_lasting_service_says_how_it_does(compose: dict[str, Any]) -> None:
    """Those that run for good have a health check, their own or the image's, and start again by themselves."""
    for name, service in compose["services"].items():
        if name == "migrate":
            assert service["restart"] == "no"
            continue
        assert service["restart"] == "unless-stopped", name
        assert "healthcheck" in service or service["image"].startswith("jisr:"), name


def test_the_program_is_called_as_it_is(compose: dict[str, Any]) -> None:
    """Each command and each setting exists in the program."""
    commands = get_command(app).commands  # type: ignore[attr-defined]
    known = {f"JISR_{name}".upper() for name in Settings.model_fields}
    for name in OURS:
        service = compose["services"][name]
        assert service["command"][0] in commands
        assert service["environment"].keys() <= known


def test_secrets_stand_in_files(compose: dict[str, Any]) -> None:
    """Every secret is a file outside the image, used by some service; none stands in the file itself."""
    declared = compose["secrets"]
    assert all(secret["file"].startswith("./secrets/") for secret in declared.values())
    used = {name for service in compose["services"].values() for name in service.get("secrets", ())}
    assert used == declared.keys()
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if any(word in name for word in ("TOKEN", "SECRET", "PASSWORD", "DATABASE_URL")):
                assert str(value).removeprefix("file:").startswith("/run/secrets/"), name
    assert "secrets/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def test_volumes_and_networks_are_declared(compose: dict[str, Any]) -> None:
    """Whatever a service names is declared, and what is declared is used."""
    services = compose["services"].values()
    mounted = {volume.partition(":")[0] for service in services for volume in service.get("volumes", ())}
    assert {name for name in mounted if not name.startswith(".")} == compose["volumes"].keys()
    assert {name for service in services for name in service["networks"]} == compose["networks"].keys()
    assert all((ROOT / name).exists() for name in mounted if name.startswith("."))
