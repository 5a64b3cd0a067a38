"""The business behind a stand-in's number: its app, its webhooks, its templates.

https://developers.facebook.com/docs/graph-api/reference/whats-app-business-account
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.delivery import Delivery
from bot.sandbox.forms import read
from bot.sandbox.whatsapp_checks import RefusedError, Template

APP_TOKEN = "sandbox-app-token"  # noqa: S105 - of the stand-in
OBJECT = "whatsapp_business_account"

Answer = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Account:
    """A business number: what the program must know to use it."""

    token: str
    phone_id: str
    app_secret: str
    verify_token: str
    app_id: str = "634974688087057"
    business_id: str = "102290129340398"


class Business:
    """What the operator of a number sets up at Meta, and may ask about."""

    def __init__(self, account: Account, webhook: Delivery, templates: Mapping[str, Template]) -> None:
        self._account, self._webhook, self._templates = account, webhook, templates
        self.addresses: dict[str, str] = {}  # of the app, and of the number, which wins
        self.subscribed = False
        self.fields: set[str] = set()  # of the webhook
        self.pending: set[str] = set()  # languages whose templates wait for review
        self.status = "CONNECTED"
        self.quality = "GREEN"

    def routes(self) -> list[Route]:
        """Return the HTTP routes."""
        version, account = "/v{version:float}", self._account
        own, app = f"Bearer {account.token}", f"Bearer {APP_TOKEN}"
        business = f"{version}/{account.business_id}"
        return [
            Route(f"{version}/oauth/access_token", self._door("", self._app_token)),
            Route(f"{version}/{account.app_id}/subscriptions", self._door(app, self._subscribe_app), methods=["POST"]),
            Route(f"{business}/subscribed_apps", self._door(own, self._apps), methods=["GET"]),
            Route(f"{business}/subscribed_apps", self._door(own, self._subscribe), methods=["POST"]),
            Route(f"{business}/message_templates", self._door(own, self._list), methods=["GET"]),
            Route(f"{version}/{account.phone_id}/", self._door(own, self._override), methods=["POST"]),
        ]

    def number(self) -> dict[str, Any]:
        """Return what the number's own page says of it."""
        addresses = dict(self.addresses)
        if self._webhook.url and not addresses:
            addresses["application"] = self._webhook.url
        return {
            "status": self.status,
            "quality_rating": self.quality,
            "webhook_configuration": addresses,
            "whatsapp_business_manager_messaging_limit": "TIER_250",
        }

    def _door(self, proof: str, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def answered(request: Request) -> Response:
            fields = (await read(request)).fields
            given = f"Bearer {fields['access_token']}" if "access_token" in fields else ""
            try:
                _admit(proof, given or request.headers.get("authorization", ""))
                return JSONResponse(await answer(fields))
            except RefusedError as refusal:
                return JSONResponse(refusal.body(), refusal.status)

        return answered

    async def _app_token(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        wanted = (self._account.app_id, self._account.app_secret)
        if (str(fields.get("client_id")), fields.get("client_secret")) != wanted:
            raise RefusedError(1, "Error validating client secret.")
        return {"access_token": APP_TOKEN, "token_type": "bearer"}

    async def _subscribe_app(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        self.fields = set(str(fields.get("fields")).split(","))
        if fields.get("object") != OBJECT or "messages" not in self.fields:
            raise RefusedError(100, "object and fields are required")
        await self._hook("application", str(fields.get("callback_url", "")), str(fields.get("verify_token", "")))
        return {"success": True}

    async def _override(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        wanted = fields.get("webhook_configuration") or {}
        await self._hook("phone_number", str(wanted.get("override_callback_uri", "")), str(wanted.get("verify_token")))
        return {"success": True}

    async def _hook(self, level: str, url: str, verify_token: str) -> None:
        """Deliver to ``url`` once it has proved that it knows the token."""
        challenge = secrets.token_hex(8)
        asked = {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": challenge}
        try:
            async with httpx.AsyncClient(timeout=10, trust_env=False, verify=False) as client:  # noqa: S501 - plain HTTP
                answer = await client.get(url, params=asked)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise RefusedError(2200, "Callback verification failed: no answer") from error
        if answer.text != challenge:
            raise RefusedError(2200, f"Callback verification failed: HTTP {answer.status_code}")
        self.addresses[level] = url
        self._webhook.url = self.addresses.get("phone_number") or url
        self._webhook.look()

    async def _apps(self, _fields: Mapping[str, Any]) -> dict[str, Any]:
        app = {"id": self._account.app_id, "name": "Jisr", "link": "https://www.facebook.com/games/"}
        return {"data": [{"whatsapp_business_api_data": app}] if self.subscribed else []}

    async def _subscribe(self, _fields: Mapping[str, Any]) -> dict[str, Any]:
        self.subscribed = True
        return {"success": True}

    async def _list(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        name = str(fields.get("name", ""))
        template = self._templates.get(name)
        bodies = template.bodies.items() if template else ()
        return {"data": [self._shown(name, template, language, text) for language, text in bodies if template]}

    def _shown(self, name: str, template: Template, language: str, text: str) -> dict[str, Any]:
        return {
            "name": name,
            "language": language,
            "status": "PENDING" if language in self.pending else "APPROVED",
            "category": template.category,
            "components": [{"type": "BODY", "text": text}],
        }


def _admit(proof: str, given: str) -> None:
    if proof not in {"", given}:
        raise RefusedError(190, "Invalid OAuth access token", 401)
