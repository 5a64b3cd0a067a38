"""The installation: several accounts, secrets that stand elsewhere, and the keeper."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from bot.accounts import openers, reaches
from bot.channels.whatsapp_openers import Opener
from bot.settings import Misconfigured, Settings, TelegramAccount, WhatsAppAccount
from network.reach import Reach

ROOT = Path(__file__).parents[2]
TUNIS = """
[telegram.tunis]
token = "2:tunis"
"""
DAKAR = """
[whatsapp.dakar]
token = "dakar token"
phone_id = "77"
app_secret = "dakar secret"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the data folder of an installation, in an environment without other settings of ours."""
    for name in [name for name in os.environ if name.startswith("JISR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    monkeypatch.setenv("JISR_HOME", str(tmp_path))
    return tmp_path


def write(home: Path, text: str) -> Settings:
    """Write ``jisr.toml``, and return the settings."""
    (home / "jisr.toml").write_text(text, "utf-8")
    return Settings()


def test_several_accounts(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file adds accounts to the one of the environment, which is called main and comes first."""
    monkeypatch.setenv("JISR_TELEGRAM_TOKEN", "1:main")
    main, tunis, dakar = write(home, TUNIS + DAKAR + 'template = "ouvrir"\nreach_per_day = 2000\n').accounts()
    assert isinstance(main, TelegramAccount)
    assert isinstance(tunis, TelegramAccount)
    assert isinstance(dakar, WhatsAppAccount)
    assert (main.name, main.token.get_secret_value()) == ("main", "1:main")
    assert (tunis.name, tunis.token.get_secret_value(), tunis.mode) == ("tunis", "2:tunis", "polling")
    assert (dakar.phone_id, dakar.template, dakar.reach_per_day) == ("77", "ouvrir", 2000)


def test_the_environment_has_the_last_word(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What both say of main is as the environment says; what only the file says stands."""
    monkeypatch.setenv("JISR_TELEGRAM_TOKEN", "1:environment")
    [main] = write(home, '[telegram.main]\ntoken = "1:file"\nmode = "webhook"\nsecret = "s"\n').accounts()
    assert isinstance(main, TelegramAccount)
    assert (main.token.get_secret_value(), main.mode) == ("1:environment", "webhook")


def test_another_place_for_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """JISR_CONFIG says where the file is, when it is not in the data folder."""
    elsewhere = home / "elsewhere.toml"
    elsewhere.write_text(TUNIS)
    monkeypatch.setenv("JISR_CONFIG", str(elsewhere))
    assert [account.name for account in Settings().accounts()] == ["tunis"]


@pytest.mark.parametrize("given", ["env:TUNIS_TOKEN", "file:{home}/token", "2:tunis"])
def test_secrets_stand_elsewhere(home: Path, monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    """A secret is given as it is, by the name of a variable, or by the path of a file; in both places."""
    monkeypatch.setenv("TUNIS_TOKEN", "2:tunis")
    (home / "token").write_text("2:tunis\n")
    given = given.format(home=home)
    monkeypatch.setenv("JISR_TELEGRAM_TOKEN", given)
    accounts = write(home, TUNIS.replace("2:tunis", given)).accounts()
    assert {account.token.get_secret_value() for account in accounts} == {"2:tunis"}


def test_the_database_s_password_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The URL of the store may stand in a file, and does not show."""
    (home / "url").write_text("postgresql+asyncpg://jisr:hush@db/jisr\n")
    monkeypatch.setenv("JISR_DATABASE_URL", f"file:{home / 'url'}")
    assert Settings().database == "postgresql+asyncpg://jisr:hush@db/jisr"
    monkeypatch.setenv("JISR_DATABASE_URL", "postgresql+asyncpg://jisr:hush@db/jisr")
    assert "hush" not in repr(Settings())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (TUNIS.replace("token", "tokn"), "token in [telegram.tunis] of jisr.toml"),
        (TUNIS + 'colour = "red"\n', "telegram/tunis: colour: Extra inputs are not permitted"),
        (TUNIS + 'mode = "webhook"\n', "secret in [telegram.tunis]"),
        (TUNIS + 'mode = "webhook"\nsecret = "not a header"\n', "1 to 256 characters"),
        (DAKAR.replace("app_secret", "verify_token"), "app_secret in [whatsapp.dakar]"),
        (TUNIS.replace("2:tunis", "env:NOWHERE"), "the variable NOWHERE is not set"),
        (TUNIS.replace("2:tunis", "file:/no/where"), "the file /no/where cannot be read"),
        (TUNIS.replace("telegram.tunis", "telegram.Tunis"), "telegram.Tunis"),
        (DAKAR + '[whatsapp.dakar.templates.ha]\nname = "x"\n', "templates.ha"),
        (DAKAR + '[whatsapp.dakar.templates.fr]\nparameters = ["name"]\n', "templates.fr.parameters.0"),
        ("[signal.main]\n", "signal: Extra inputs are not permitted"),
        ("[telegram.main\n", "jisr.toml cannot be read"),
        ('[keeper]\nname = { fr = "X" }\nplace = { fr = "Y" }\n', "English"),
        ('[keeper]\nname = { en = "X" }\nplace = { en = "Y" }\npartner = { fr = "Z" }\n', "partner"),
    ],
)
def test_what_cannot_be_is_said(home: Path, text: str, says: str) -> None:
    """A fault in the file is refused in one sentence that says where, and quotes no secret."""
    settings = write(home, text)
    with pytest.raises(Misconfigured, match=re.escape(says)) as caught:
        (settings.accounts(), settings.keeper())
    assert "2:tunis" not in str(caught.value)


def test_templates_by_language(home: Path) -> None:
    """A language of the template may have a name, a code and places of its own; the others are the account's."""
    words = '[whatsapp.dakar.templates.fr]\nname = "jisr_attente"\ncode = "fr_FR"\nparameters = []\n'
    [dakar] = write(home, DAKAR + words).accounts()
    assert isinstance(dakar, WhatsAppAccount)
    found = openers(dakar)
    assert found["fr"] == Opener("jisr_attente", "fr_FR", ())
    assert found["ar"] == Opener("jisr_waiting", "ar", ("waiting",))
    assert reaches([dakar]) == {("whatsapp", "dakar"): Reach("", dakar.reach_per_day)}


def test_convener_and_partner(home: Path) -> None:
    """The file may name who convenes the network, and its partner; without, nothing is said of them."""
    assert (Settings().keeper().convener("fr"), Settings().keeper().partner("fr")) == ("", "")
    text = '[keeper]\nname = { en = "X" }\nplace = { en = "Y" }\nconvener = { en = "Institute", fr = "Institut" }\n'
    keeper = write(home, text).keeper()
    assert (keeper.convener("fr"), keeper.convener("ar"), keeper.partner("en")) == ("Institut", "Institute", "")


def test_the_keeper(home: Path) -> None:
    """The file names who runs the installation; a language it does not name gets the English words."""
    assert Settings().keeper().name("fr") == "L’équipe de coordination du réseau"
    text = '[keeper.name]\nen = "The Dakar team"\nfr = "L\'équipe de Dakar"\n[keeper.place]\nen = "in Dakar"\n'
    keeper = write(home, text).keeper()
    assert (keeper.name("fr"), keeper.name("ar"), keeper.place("fr")) == (
        "L'équipe de Dakar",
        "The Dakar team",
        "in Dakar",
    )


def test_the_example_is_right(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """jisr.example.toml, with every line in use, sets up the accounts that it describes."""
    for name in ("TUNIS_TOKEN", "TUNIS_SECRET", "DAKAR_TOKEN", "DAKAR_APP_SECRET", "DAKAR_VERIFY_TOKEN"):
        monkeypatch.setenv(name, "x")
    text = (ROOT / "jisr.example.toml").read_text("utf-8")
    settings = write(home, re.sub(r"^#(?! )", "", text, flags=re.MULTILINE))
    assert [(type(account).__name__, account.name) for account in settings.accounts()] == [
        ("TelegramAccount", "tunis"),
        ("WhatsAppAccount", "dakar"),
    ]
    assert settings.keeper().names.keys() == settings.keeper().places.keys() == {"en", "fr", "ar"}


def test_the_example_of_the_environment_names_every_setting() -> None:
    """.env.example names the settings that there are, each once, and no other."""
    text = (ROOT / ".env.example").read_text("utf-8")
    named = re.findall(r"^#?(JISR_[A-Z_]+)=", text, flags=re.MULTILINE)
    assert sorted(named) == sorted(f"JISR_{name}".upper() for name in Settings.model_fields)
