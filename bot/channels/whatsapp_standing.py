"""How a WhatsApp number stands: its webhook, its templates, the apps that are told of its messages."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.channels import SendError
from bot.channels.standing import Number, Template

# Messages and what became of ours; and who wants no more of us (opt-out, which must be honoured).
# developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/user_preferences
FIELDS = ("messages", "user_preferences")
_WRONG_PARAMETER = "100"
# developers.facebook.com/docs/whatsapp/messaging-limits
_FIELDS = ("status", "quality_rating", "webhook_configuration", "whatsapp_business_manager_messaging_limit")
_REACH: Mapping[str, int] = {
    "TIER_50": 50,
    "TIER_250": 250,
    "TIER_1K": 1_000,
    "TIER_2K": 2_000,
    "TIER_10K": 10_000,
    "TIER_100K": 100_000,
}
# The nearest override wins (developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override).
_NEAREST_FIRST = ("phone_number", "whatsapp_business_account", "application")
_PARAMETER = re.compile(r"\{\{\s*\w+\s*\}\}")


class WhatsAppStanding:
    """Questions that an operator has about one number, and its webhook. Each raises SendError."""

    def __init__(self, api: Any, phone_id: str, call: Callable[..., Awaitable[Any]]) -> None:
        self._api = api
        self._phone_id = phone_id
        self._call = call

    async def number(self) -> Number:
        """Return how the number stands; so the token is good."""
        try:
            found = await self._call(self._api.get_business_phone_number(self._phone_id, _FIELDS))
        except SendError as error:
            if error.code != _WRONG_PARAMETER:
                raise
            found = await self._call(self._api.get_business_phone_number(self._phone_id))  # a field is gone
        addresses = found.get("webhook_configuration") or {}
        return Number(
            webhook=next((str(addresses[level]) for level in _NEAREST_FIRST if addresses.get(level)), ""),
            status=str(found.get("status", "")),
            quality=str(found.get("quality_rating", "")),
            reach=_REACH.get(str(found.get("whatsapp_business_manager_messaging_limit", ""))),
        )

    async def templates(self, business_id: str, name: str) -> list[Template]:
        """Return the languages of the template with this name."""
        fields = ("name", "language", "status", "category", "components", "rejected_reason")
        found = await self._call(self._api.get_templates(business_id, fields, filters={"name": name}))
        return [_template(one) for one in found.get("data", ()) if one.get("name") == name]

    async def apps(self, business_id: str) -> list[str]:
        """Return the ids of the apps that are told of the account's messages."""
        found = await self._call(self._api.get_waba_subscribed_apps(business_id))
        return [str(one.get("whatsapp_business_api_data", {}).get("id", "")) for one in found.get("data", ())]

    async def subscribe_app(self, app_id: str, app_secret: str, *, url: str, verify_token: str) -> None:
        """Have messages delivered to ``url``, by default for every number of the app.

        https://developers.facebook.com/docs/graph-api/reference/app/subscriptions. Meta asks ``url`` for
        proof at once, so the program must run.
        """
        token = await self._call(self._api.get_app_access_token(app_id, app_secret))
        await self._call(self._api.set_app_callback_url(app_id, str(token["access_token"]), url, verify_token, FIELDS))

    async def subscribe_business(self, business_id: str) -> None:
        """Have the token's app told of the account's messages.

        https://developers.facebook.com/docs/graph-api/reference/whats-app-business-account/subscribed_apps
        """
        await self._call(self._api.delete_waba_alternate_callback_url(business_id))  # the same call, without an address

    async def set_webhook(self, url: str, verify_token: str) -> None:
        """Have the messages of this one number delivered to ``url``; Meta asks it for proof at once."""
        await self._call(self._api.set_phone_alternate_callback_url(url, verify_token, self._phone_id))


def _template(found: Mapping[str, Any]) -> Template:
    bodies = [str(part.get("text", "")) for part in found.get("components", ()) if part.get("type") == "BODY"]
    return Template(
        language=str(found.get("language", "")),
        status=str(found.get("status", "")),
        category=str(found.get("category", "")),
        numbers=sum(len(set(_PARAMETER.findall(body))) for body in bodies),
        name=str(found.get("name", "")),
        reason=_reason(str(found.get("rejected_reason") or "")),
    )


def _reason(code: str) -> str:
    return "" if code == "NONE" else code
