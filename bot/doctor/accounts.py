"""What the doctor says of the accounts, decided purely from what the providers said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.accounts import openers
from bot.channels import SendError
from bot.channels.standing import Number, Template, Webhook
from bot.channels.whatsapp_openers import BODIES, PLAIN, Opener
from bot.doctor.findings import Finding, note, ok, todo
from bot.settings import TelegramAccount, WhatsAppAccount

FRESH = timedelta(minutes=15)  # a delivery that failed later than that ago still matters
MANY = 100  # updates that wait

_EDIT = "See why in WhatsApp Manager, Message templates; edit it and send it in again."
_REMAKE = "Make one of another name, category Utility, and set that name in jisr.toml."
# developers.facebook.com/docs/whatsapp/message-templates/guidelines, on status and on pausing
_STATES: Mapping[str, str] = {
    "PENDING": "Wait, minutes to a day; then look again.",
    "IN_APPEAL": "Wait for Meta's answer to the appeal; then look again.",
    "REJECTED": "Edit it in WhatsApp Manager, Message templates, and send it in again: a plain notice, no offer.",
    "PAUSED": "People blocked or reported it. It goes on after 3 hours, then 6; the third time it is disabled.",
    "DISABLED": _REMAKE,
    "PENDING_DELETION": _REMAKE,
    "DELETED": _REMAKE,
    "LIMIT_EXCEEDED": "The business account has as many templates as it may: delete others.",
    "ARCHIVED": "Bring it back from the archive in WhatsApp Manager, Message templates.",
}

_TELEGRAM_SAYS: Mapping[str, tuple[str, str]] = {
    "401": ("Telegram does not know the token.", "Copy it again from @BotFather (/mybots, API Token)."),
    "404": ("The token is not one.", "Copy it again from @BotFather (/mybots, API Token): digits, a colon, letters."),
}
_WHATSAPP_SAYS: Mapping[str, tuple[str, str]] = {
    "190": (
        "The token has expired, or is none.",
        "Make a lasting one: Business settings, System users, Generate token, never to expire.",
    ),
    "10": (
        "The token may not use this number.",
        "Give the system user whatsapp_business_messaging and whatsapp_business_management, and the account.",
    ),
    "100": ("There is no such phone number id, or the token may not see it.", "See WhatsApp Manager, Phone numbers."),
    "368": ("Meta has blocked the account.", "See Business support home at business.facebook.com."),
    "131031": ("Meta has locked the account.", "See Business support home at business.facebook.com."),
}
_WHATSAPP_SAYS = {**_WHATSAPP_SAYS, "200": _WHATSAPP_SAYS["10"], "3": _WHATSAPP_SAYS["10"], "33": _WHATSAPP_SAYS["100"]}
_UNREACHED = (
    "The provider cannot be reached.",
    "Look at this machine's network, its firewall, and whether the country blocks the provider.",
)
_HOOK = "jisr webhook set"


@dataclass(frozen=True)
class TelegramFacts:
    """What Telegram says of a bot; ``fault`` when it does not answer as it should."""

    username: str = ""
    webhook: Webhook | None = None
    fault: SendError | None = None


@dataclass(frozen=True)
class WhatsAppFacts:
    """What Meta says of a number; None is what was not asked, for want of a business id."""

    number: Number | None = None
    templates: Sequence[Template] | None = None
    apps: Sequence[str] | None = None
    fault: SendError | None = None
    business_fault: SendError | None = None


def telegram(account: TelegramAccount, facts: TelegramFacts, *, address: str, now: datetime) -> Iterator[Finding]:
    """Yield what is found of a bot; ``address`` is where its updates should go in webhook mode."""
    subject = f"telegram/{account.name}"
    if facts.fault is not None or facts.webhook is None:
        yield _refused(subject, facts.fault, _TELEGRAM_SAYS)
        return
    yield ok(subject, f"The token is good: it is @{facts.username}.")
    if account.mode == "polling":
        yield from _polled(subject, facts.webhook)
    else:
        yield from _hooked(subject, facts.webhook, address, now)


def whatsapp(account: WhatsAppAccount, facts: WhatsAppFacts, *, address: str) -> Iterator[Finding]:
    """Yield what is found of a number; its template must be there in every language that is offered."""
    subject = f"whatsapp/{account.name}"
    if facts.fault is not None or facts.number is None:
        yield _refused(subject, facts.fault, _WHATSAPP_SAYS)
        return
    yield ok(subject, "The token is good, and the number is there.")
    yield from _number(subject, account, facts.number)
    yield _delivered(subject, facts.number.webhook, address)
    if facts.business_fault is not None:
        yield _refused(subject, facts.business_fault, _WHATSAPP_SAYS)
    elif facts.templates is None or facts.apps is None:
        advice = "Set business_id (of the WhatsApp Business Account) in jisr.toml, and the doctor looks."
        yield note(subject, f"Whether the template {account.template} is approved is not known.", advice)
    else:
        yield _subscribed(subject, account, facts.apps)
        yield from _templates(subject, openers(account), facts.templates)


def _refused(subject: str, fault: SendError | None, says: Mapping[str, tuple[str, str]]) -> Finding:
    if fault is None or fault.code == "network":
        return todo(subject, *_UNREACHED)
    other = (f"The provider refuses, code {fault.code}.", "Look the code up in the provider's documentation.")
    return todo(subject, *says.get(fault.code, other))


def _polled(subject: str, webhook: Webhook) -> Iterator[Finding]:
    if webhook.url:
        advice = "The program drops it when it starts. Is another installation using the same bot? Then make a second."
        yield note(subject, "It is set to polling, but Telegram delivers to a webhook.", advice)
    elif webhook.waiting > MANY:
        yield note(subject, f"{webhook.waiting} messages wait at Telegram.", "Is the program running? (jisr run)")
    else:
        yield ok(subject, "It polls; no webhook is in the way.")


def _hooked(subject: str, webhook: Webhook, address: str, now: datetime) -> Iterator[Finding]:
    if not address:
        yield todo(subject, "It is set to webhook, without JISR_PUBLIC_URL.", "Set it, or set the account to polling.")
    elif webhook.url != address:
        where = "to another address" if webhook.url else "nowhere"
        yield todo(subject, f"Telegram delivers {where}.", _HOOK)
    elif webhook.failed_at is not None and (webhook.waiting or now - webhook.failed_at < FRESH):
        when = f"{webhook.failed_at:%Y-%m-%d %H:%M} UTC"
        advice = "Look at the TLS front (its certificate, the way from the internet) and at `jisr status`."
        yield todo(subject, f"Telegram could not deliver at {when}: {webhook.error}", advice)
    elif webhook.waiting > MANY:
        yield note(subject, f"{webhook.waiting} messages wait at Telegram.", "Is the program running?")
    else:
        yield ok(subject, "Telegram delivers to the webhook.")


def _number(subject: str, account: WhatsAppAccount, number: Number) -> Iterator[Finding]:
    if number.status not in {"", "CONNECTED"}:
        advice = "Register the number: WhatsApp Manager, Phone numbers; it needs its PIN."
        yield todo(subject, f"The number is not connected ({number.status}).", advice)
    if number.quality == "RED":
        yield note(subject, "Meta rates the number's quality low.", "People block or report it: write less, ask first.")
    if number.reach is not None and number.reach < account.reach_per_day:
        advice = f"Set reach_per_day = {number.reach} in jisr.toml, or Meta refuses the rest."
        yield todo(subject, f"It may reach {number.reach} people a day, not {account.reach_per_day}.", advice)
    elif number.reach is not None and number.reach > account.reach_per_day:
        yield note(subject, f"It may reach {number.reach} people a day.", "reach_per_day in jisr.toml may be raised.")


def _delivered(subject: str, webhook: str, address: str) -> Finding:
    if not address:
        return todo(subject, "WhatsApp needs a public https address.", "Set JISR_PUBLIC_URL (docs/operations.md).")
    if webhook != address:
        return todo(subject, f"WhatsApp delivers {'to another address' if webhook else 'nowhere'}.", _HOOK)
    return ok(subject, "WhatsApp delivers to the webhook.")


def _subscribed(subject: str, account: WhatsAppAccount, apps: Sequence[str]) -> Finding:
    if not apps or (account.app_id and account.app_id not in apps):
        return todo(subject, "The app is not subscribed to the WhatsApp Business Account.", _HOOK)
    return ok(subject, "The app is subscribed to the business account.")


def _templates(subject: str, openers: Mapping[str, Opener], templates: Sequence[Template]) -> Iterator[Finding]:
    found = {(template.name, template.language): template for template in templates}
    for language, opener in sorted(openers.items()):
        named = f"{opener.name} ({opener.code})"
        template = found.get((opener.name, opener.code))
        if template is None:
            others = ", ".join(sorted(code for name, code in found if name == opener.name))
            there = f" It is there in: {others}." if others else ""
            body = (BODIES if opener.parameters else PLAIN)[language]
            advice = (
                f"Make it in WhatsApp Manager, Message templates: category Utility, language code {opener.code}, body "
                f'"{body}" Is it called otherwise? Say so in [{subject.replace("/", ".")}.templates.{language}].'
            )
            yield todo(subject, f"The template {named} does not exist.{there}", advice)
        else:
            yield _template(subject, named, opener, template)


def _template(subject: str, named: str, opener: Opener, template: Template) -> Finding:
    if template.status != "APPROVED":
        why = f" ({template.reason.lower()})" if template.reason else ""
        said = template.status.lower().replace("_", " ") or "not approved"
        return todo(subject, f"The template {named} is {said}{why}.", _STATES.get(template.status, _EDIT))
    if template.numbers != len(opener.parameters):
        wanted = "exactly one: {{1}}, how many messages wait" if opener.parameters else "none"
        advice = f"Its body is to take {wanted}; or set parameters in [{subject.replace('/', '.')}.templates]."
        return todo(subject, f"The template {named} has {template.numbers} parameters.", advice)
    if template.category == "MARKETING":
        advice = "Meta limits marketing per person, and bills it: word it as a notice, category Utility."
        return note(subject, f"The template {named} counts as marketing.", advice)
    if template.category != "UTILITY":
        return todo(subject, f"The template {named} has the category {template.category.lower()}.", _REMAKE)
    return ok(subject, f"The template {named} is approved.")
