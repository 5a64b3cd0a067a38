"""The doctor's round over a running installation, against the stand-ins over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import cli
from bot.doctor import round as rounds
from bot.doctor.findings import Level
from bot.sandbox.harness import Sandbox
from bot.sandbox.standins import ACCOUNT, TOKEN
from bot.settings import Settings
from bot.webhooks import arrange
from network.keyring import KeyRing
from network.store import open_engine

KEEPER = '[keeper]\nname = { en = "The team in Dakar" }\nplace = { en = "in Dakar" }\n'
IDS = f'[whatsapp.main]\napp_id = "{ACCOUNT.app_id}"\nbusiness_id = "{ACCOUNT.business_id}"\n'


def present() -> datetime:
    """Return the time of this machine."""
    return datetime.now(UTC)


@pytest.fixture(autouse=True)
def faults_of_catalogues(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what the check of the catalogues (which takes a second, and has its own tests) is to find."""
    faults: list[str] = []
    monkeypatch.setattr(rounds.check, "check", lambda: faults)
    return faults


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """The program, running by webhook between the stand-ins, with everything set up as it should be."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "jisr.toml").write_text(KEEPER + IDS)
    (home / "jisr.toml").chmod(0o600)
    async with Sandbox(home, telegram="webhook") as running:
        running.settings = running.settings.model_copy(update={"public_url": f"http://127.0.0.1:{running.app.port}"})
        yield running


async def found(settings: Settings, now: Callable[[], datetime] = present) -> dict[str, list[str]]:
    """Return what is not in order, by subject."""
    bad: dict[str, list[str]] = {}
    async for finding in rounds.examine(settings, now):
        if finding.level is not Level.OK:
            bad.setdefault(finding.subject, []).append(f"{finding.level.value}: {finding.says} {finding.advice}")
    return bad


async def test_all_is_well_once_the_webhooks_are_set(sandbox: Sandbox) -> None:
    """`jisr webhook set` does all that the doctor asks of a fresh installation, but for the seats."""
    before = await found(sandbox.settings)
    assert "delivers to another address" not in str(before["whatsapp/main"])
    assert "not subscribed" in str(before["whatsapp/main"])
    lines, failed = await arrange(sandbox.settings)
    assert not failed
    assert [line.partition(":")[0] for line in lines] == ["telegram/main", "whatsapp/main"]
    assert (await found(sandbox.settings)).keys() == {"seats"}


async def test_messages_arrive_after_the_webhooks_were_set(sandbox: Sandbox) -> None:
    """Where the webhooks point after the command is where messages are taken in."""
    sandbox.standins.whatsapp.webhook.url = ""
    sandbox.standins.telegram.queue.hook("", "")
    await arrange(sandbox.settings)
    issa = sandbox.phone(app="whatsapp", country="NE", language="fr", name="Issa")
    await issa.says("Bonjour")
    await issa.hears()
    salma = sandbox.phone(app="telegram", country="TN", language="ar", name="Salma")
    await salma.starts()
    await salma.hears()


async def test_what_is_wrong_at_the_providers(sandbox: Sandbox) -> None:
    """A template in review, a number that is down, a webhook elsewhere: each is found over HTTP."""
    await arrange(sandbox.settings)
    business = sandbox.standins.whatsapp.business
    business.pending, business.status = {"ar"}, "DISCONNECTED"
    business.addresses = {"application": "https://elsewhere.example"}
    sandbox.standins.telegram.queue.webhook.last_error = ("Connection timed out", present())
    bad = await found(sandbox.settings)
    assert "Connection timed out" in str(bad["telegram/main"])
    assert all(words in str(bad["whatsapp/main"]) for words in ("(ar) is pending", "DISCONNECTED", "another address"))


async def test_a_wrong_clock_and_open_files(sandbox: Sandbox) -> None:
    """The provider's own time shows a clock that is wrong; modes show what others may read."""
    home = sandbox.settings.home
    home.chmod(0o755)
    (home / "keys.json").chmod(0o644)
    bad = await found(sandbox.settings, lambda: present() - timedelta(minutes=10))
    assert "behind" in bad["clock"][0]
    assert f"chmod 700 {home}" in bad["folder"][0]
    assert "chmod 600" in bad["keys"][0]


async def test_the_key_file_is_gone_or_another(sandbox: Sandbox) -> None:
    """Once somebody's address is kept, the doctor sees that its key file is gone, broken, or another's."""
    issa = sandbox.phone(app="telegram", country="NE", language="fr", name="Issa")
    await issa.starts()
    await issa.hears()
    keys = sandbox.settings.keys
    keys.unlink()
    assert "is gone" in (await found(sandbox.settings))["keys"][0]
    KeyRing.fresh().save(keys)
    assert "not that of this database" in (await found(sandbox.settings))["keys"][0]
    keys.write_text("{}")
    assert "not a key ring" in (await found(sandbox.settings))["keys"][0]


async def test_nothing_is_said_of_secrets_or_people(sandbox: Sandbox) -> None:
    """No token, secret, name or number of a person stands in what the doctor says."""
    issa = sandbox.phone(app="whatsapp", country="NE", language="fr", name="Issa Unheard")
    await issa.says("Bonjour")
    await issa.hears()
    said = [str(finding) async for finding in rounds.examine(sandbox.settings, present)]
    secrets = (TOKEN, ACCOUNT.token, ACCOUNT.app_secret, ACCOUNT.verify_token, "Unheard", issa.number)
    assert not [secret for secret in secrets if secret in str(said)]


async def test_nothing_is_there_yet(tmp_path: Path, faults_of_catalogues: list[str]) -> None:
    """Before the first start the doctor says what is to be done, and makes nothing itself."""
    faults_of_catalogues.append("fr: missing")
    home = tmp_path / "none"
    bad = await found(Settings(home=home, telegram_token="", whatsapp_token="", whatsapp_phone_id=""))
    assert "No account is set up" in bad["settings"][0]
    assert "jisr migrate" in bad["database"][0]
    assert "fr: missing" in bad["languages"][0]
    assert not home.exists()


async def test_a_database_of_another_time(database_url: str, tmp_path: Path) -> None:
    """On both stores an empty database is told from a migrated one, without a key."""
    settings = Settings(home=tmp_path, database_url=database_url)
    assert "database" not in await found(settings)
    engine = open_engine(database_url)
    async with engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    await engine.dispose()
    assert "later version" in (await found(settings))["database"][0]


async def test_a_database_that_does_not_answer(tmp_path: Path) -> None:
    """A server that is not there is a finding, not a traceback."""
    settings = Settings(home=tmp_path, database_url="postgresql+asyncpg://jisr:hush@127.0.0.1:1/jisr")
    assert "does not answer" in (await found(settings))["database"][0]


def test_the_command_fails_when_there_is_something_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is 1 when anything is to be done, and each line says how it stands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JISR_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("JISR_TELEGRAM_TOKEN", "")
    answer = CliRunner().invoke(cli.app, ["doctor"])
    assert answer.exit_code == 1
    assert "todo  database" in answer.output
    assert answer.output.rstrip().endswith("to do.")
