"""Elsewhere: how people reach the network when one of its accounts does not work."""

from __future__ import annotations

from handlers.groups.invite import Links
from handlers.language import Translator, Words, _

APPS = {"telegram": "Telegram", "whatsapp": "WhatsApp"}
LONGEST_PROFILE = 512  # https://developers.facebook.com/docs/whatsapp/cloud-api/reference/business-profiles


def notice(translator: Translator, channel: str, links: Links) -> dict[str, str]:
    """Return, by language, what is said once to whoever used an account of ``channel`` that was stopped."""
    text: Words = _(
        "Jisr does not work on {app} at the moment, at the number or name that you used. What waited for you there "
        "comes here. Write here: all that you could do there, you can do here.",
        app=APPS.get(channel, channel),
    )
    more: Words = _("Tell those who look for us there: {link}", link=" ".join(_addresses(links)))
    return {
        language: "\n\n".join(
            translator.render(each, language) for each in ([text, more] if _addresses(links) else [text])
        )
        for language in translator.languages
    }


def profile(translator: Translator, links: Links) -> str:
    """Return a text for the number's profile at WhatsApp, in every language: where else Jisr is found."""
    where = " ".join(_addresses(links))
    text: Words = _("If you do not reach Jisr here, it is here too: {link}", link=where)
    lines = [translator.render(text, language) for language in translator.languages] if where else []
    return "\n".join(lines)[:LONGEST_PROFILE]


def _addresses(links: Links) -> list[str]:
    """Return where people find us: an address of each app that works."""
    digits = "".join(filter(str.isdigit, links.whatsapp))
    telegram = [f"https://t.me/{links.telegram.lstrip('@')}"] if links.telegram else []
    return [*telegram, *([f"https://wa.me/{digits}"] if digits else [])]
