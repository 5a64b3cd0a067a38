"""The verdicts on accounts, as tables: what a provider said, what is found, what is to be done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.channels import Remedy, SendError
from bot.channels.standing import Number, Template, Webhook
from bot.doctor import accounts
from bot.doctor.accounts import TelegramFacts, WhatsAppFacts
from bot.doctor.findings import Finding, Level
from bot.settings import TelegramAccount, TemplateWords, WhatsAppAccount

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
THERE = "https://jisr.example.org/telegram/main"
POLLING = TelegramAccount(token=SecretStr("1:t"))
HOOKED = TelegramAccount(token=SecretStr("1:t"), mode="webhook", secret=SecretStr("s"))
WHATSAPP = WhatsAppAccount(token=SecretStr("t"), phone_id="1", app_secret=SecretStr("s"), app_id="7", business_id="9")
NAME = "jisr_waiting"
TEMPLATES = tuple(Template(language, "APPROVED", "UTILITY", 1, NAME) for language in ("ar", "en", "fr"))
GOOD = WhatsAppFacts(Number(THERE, "CONNECTED", "GREEN", 250), TEMPLATES, ("7",))


def refusal(code: str) -> SendError:
    """Return a refusal with this code."""
    return SendError(Remedy.STOP, code)


def worst(findings: list[Finding]) -> tuple[Level, str]:
    """Return the level and the words of the finding that matters most."""
    order = (Level.TODO, Level.NOTE, Level.OK)
    first = min(findings, key=lambda one: order.index(one.level))
    return first.level, f"{first.says} {first.advice}"


@pytest.mark.parametrize(
    ("account", "facts", "level", "says"),
    [
        (POLLING, TelegramFacts("Bot", Webhook("")), "ok", "The token is good"),
        (POLLING, TelegramFacts("Bot", Webhook("https://x")), "note", "polling"),
        (POLLING, TelegramFacts("Bot", Webhook("", waiting=101)), "note", "101 messages wait"),
        (POLLING, TelegramFacts(fault=refusal("401")), "todo", "@BotFather"),
        (POLLING, TelegramFacts(fault=refusal("404")), "todo", "not one"),
        (POLLING, TelegramFacts(fault=refusal("network")), "todo", "cannot be reached"),
        (POLLING, TelegramFacts(fault=refusal("5xx")), "todo", "code 5xx"),
        (HOOKED, TelegramFacts("Bot", Webhook(THERE)), "ok", "token is good"),
        (HOOKED, TelegramFacts("Bot", Webhook("")), "todo", "nowhere. jisr webhook set"),
        (HOOKED, TelegramFacts("Bot", Webhook("https://old")), "todo", "another address. jisr webhook set"),
        (HOOKED, TelegramFacts("Bot", Webhook(THERE, 0, "502", NOW - timedelta(minutes=5))), "todo", "502"),
        (HOOKED, TelegramFacts("Bot", Webhook(THERE, 3, "502", NOW - timedelta(hours=5))), "todo", "TLS front"),
        (HOOKED, TelegramFacts("Bot", Webhook(THERE, 0, "502", NOW - timedelta(hours=5))), "ok", ""),
        (HOOKED, TelegramFacts("Bot", Webhook(THERE, 500)), "note", "500 messages wait"),
    ],
)
def test_telegram(account: TelegramAccount, facts: TelegramFacts, level: str, says: str) -> None:
    """What Telegram says of a bot decides what is to be done about it."""
    found = list(accounts.telegram(account, facts, address=THERE, now=NOW))
    assert worst(found)[0] == level
    assert says in worst(found)[1]


def test_telegram_without_a_public_address() -> None:
    """A webhook needs an address; without one the advice names both ways out."""
    facts = TelegramFacts("Bot", Webhook(""))
    level, words = worst(list(accounts.telegram(HOOKED, facts, address="", now=NOW)))
    assert (level, "JISR_PUBLIC_URL" in words, "polling" in words) == (Level.TODO, True, True)


@pytest.mark.parametrize(
    ("facts", "level", "says"),
    [
        (GOOD, "ok", "token is good"),
        (WhatsAppFacts(fault=refusal("190")), "todo", "expired"),
        (WhatsAppFacts(fault=refusal("200")), "todo", "whatsapp_business_management"),
        (WhatsAppFacts(fault=refusal("network")), "todo", "cannot be reached"),
        (WhatsAppFacts(fault=refusal("99")), "todo", "code 99"),
        (replace(GOOD, number=Number("")), "todo", "nowhere. jisr webhook set"),
        (replace(GOOD, number=Number("https://old")), "todo", "another address"),
        (replace(GOOD, number=Number(THERE, "PENDING")), "todo", "not connected (PENDING)"),
        (replace(GOOD, number=Number(THERE, quality="RED")), "note", "quality"),
        (replace(GOOD, number=Number(THERE, reach=50)), "todo", "reach_per_day = 50"),
        (replace(GOOD, number=Number(THERE, reach=2000)), "note", "may be raised"),
        (replace(GOOD, apps=()), "todo", "not subscribed"),
        (replace(GOOD, apps=("8",)), "todo", "not subscribed"),
        (replace(GOOD, templates=None), "note", "business_id"),
        (replace(GOOD, templates=None, business_fault=refusal("10")), "todo", "system user"),
    ],
)
def test_whatsapp(facts: WhatsAppFacts, level: str, says: str) -> None:
    """What Meta says of a number, its templates and its app decides what is to be done."""
    found = list(accounts.whatsapp(WHATSAPP, facts, address=THERE))
    assert worst(found)[0] == level
    assert says in worst(found)[1]


def in_french(status: str, category: str = "UTILITY", numbers: int = 1, reason: str = "") -> WhatsAppFacts:
    """Return good facts, but for the French template."""
    french = Template("fr", status, category, numbers, NAME, reason)
    return replace(GOOD, templates=(*TEMPLATES[:2], french))


OTHERS = WHATSAPP.model_copy(update={"templates": {"fr": TemplateWords(name="jisr_fr", code="fr_FR", parameters=())}})


PLAINLY = {language: TemplateWords(parameters=()) for language in ("ar", "en", "fr")}


def test_a_template_without_a_place_is_proposed_without_one() -> None:
    """What is to be pasted at Meta has the place for the number in every language, or in none."""
    plain = WHATSAPP.model_copy(update={"templates": PLAINLY})
    for account, places in ((WHATSAPP, 3), (plain, 0)):
        found = list(accounts.whatsapp(account, replace(GOOD, templates=()), address=THERE))
        proposed = [finding.advice for finding in found if "body" in finding.advice]
        assert (len(proposed), sum("{{1}}" in advice for advice in proposed)) == (3, places)


@pytest.mark.parametrize(
    ("account", "facts", "level", "says"),
    [
        (WHATSAPP, GOOD, "ok", ""),
        (
            WHATSAPP,
            replace(GOOD, templates=TEMPLATES[:2]),
            "todo",
            "jisr_waiting (fr) does not exist. It is there in: ar",
        ),
        (WHATSAPP, replace(GOOD, templates=TEMPLATES[:2]), "todo", 'language code fr, body "Jisr. Messages en attente'),
        (WHATSAPP, replace(GOOD, templates=()), "todo", "[whatsapp.main.templates.ar]"),
        (WHATSAPP, in_french("PENDING"), "todo", "is pending. Wait"),
        (WHATSAPP, in_french("IN_APPEAL"), "todo", "is in appeal"),
        (WHATSAPP, in_french("REJECTED", reason="PROMOTIONAL"), "todo", "is rejected (promotional). Edit it"),
        (WHATSAPP, in_french("PAUSED"), "todo", "is paused. People blocked or reported it"),
        (WHATSAPP, in_french("DISABLED"), "todo", "is disabled. Make one of another name"),
        (WHATSAPP, in_french("LIMIT_EXCEEDED"), "todo", "delete others"),
        (WHATSAPP, in_french("SOMETHING_NEW"), "todo", "is something new. See why"),
        (
            WHATSAPP,
            in_french("APPROVED", numbers=0),
            "todo",
            "has 0 parameters. Its body is to take exactly one: {{1}}",
        ),
        (WHATSAPP, in_french("APPROVED", "MARKETING"), "note", "marketing"),
        (WHATSAPP, in_french("APPROVED", "AUTHENTICATION"), "todo", "category authentication"),
        (WHATSAPP, replace(GOOD, templates=(*TEMPLATES, Template("ha", "REJECTED", "UTILITY", 1, NAME))), "ok", ""),
        (OTHERS, GOOD, "todo", "jisr_fr (fr_FR) does not exist."),
        (
            OTHERS,
            replace(GOOD, templates=(*TEMPLATES, Template("fr_FR", "APPROVED", "UTILITY", 1, "jisr_fr"))),
            "todo",
            "Its body is to take none",
        ),
        (
            OTHERS,
            replace(GOOD, templates=(*TEMPLATES, Template("fr_FR", "APPROVED", "UTILITY", 0, "jisr_fr"))),
            "ok",
            "",
        ),
    ],
)
def test_templates(account: WhatsAppAccount, facts: WhatsAppFacts, level: str, says: str) -> None:
    """Each language of the template is looked for by its name and code; each state of it says what to do."""
    found = list(accounts.whatsapp(account, facts, address=THERE))
    assert worst(found)[0] == level
    assert any(says in f"{finding.says} {finding.advice}" for finding in found)


def test_whatsapp_without_a_public_address() -> None:
    """WhatsApp has no polling: without a public address it cannot work, and that is said."""
    level, words = worst(list(accounts.whatsapp(WHATSAPP, GOOD, address="")))
    assert (level, "JISR_PUBLIC_URL" in words) == (Level.TODO, True)
