"""Canaries: what would betray a person is in no byte that the program leaves behind."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import httpx

from bot import logs
from bot.sandbox import samples
from bot.sandbox.harness import Sandbox
from bot.sandbox.phones import Phone
from handlers.messages import Incoming
from tests.scenarios.acts import invitation, join_in_french, talk

NAME = "Zarafacanari"
ORGANISATION = "Ligue du canari"
TITLE = "Le canari du marché central"
PROBLEM = "Un canari chantait au marché et personne ne l’écoutait jamais."
POISON = "le canari empoisonné"


def _left_behind(home: Path) -> bytes:
    """Return every byte of the data folder but for the key ring, which is what protects the rest."""
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file() and path.name != "keys.json")


def _canaries(*phones: Phone) -> list[str]:
    found = [NAME, ORGANISATION, TITLE, PROBLEM, POISON, "canari"]
    for phone in phones:
        found += [phone.number, phone.user_id, phone.name]
    return [canary for canary in found if canary]


async def _leave_traces(sandbox: Sandbox, phone: Phone) -> None:
    """Join, tell about oneself, begin a draft, send a file, and write a message that cannot be handled."""
    await join_in_french(
        phone, await invitation(sandbox, country="NE", side="official"), service="Police", name=NAME, official=True
    )
    await talk(phone, ("profil", "Votre profil"), ("[Organisation]", ""), (ORGANISATION, ORGANISATION))
    await talk(phone, ("partager", "souhaitez-vous partager"), ("1", "titre court"))
    await talk(phone, (TITLE, "Quel était le problème"), (PROBLEM, "Qu’est-ce qui"))
    await phone.sends(samples.voice())
    await phone.hears()
    await talk(phone, (POISON, "un problème est survenu"))


def _poisoned(sandbox: Sandbox) -> None:
    """Make one message impossible to handle, with an error that says it aloud."""
    handle: Any = sandbox.app.desk.handle

    async def broken(tx: Any, incoming: Incoming) -> Any:
        if incoming.text == POISON:
            raise ValueError(incoming.text, incoming.external, NAME)
        return await handle(tx, incoming)

    sandbox.app.desk.handle = broken  # type: ignore[method-assign]


async def test_no_canary_is_left_in_store_log_metrics_or_errors(tmp_path: Path) -> None:
    """Phone, ids, names and drafts are in no byte of database, write-ahead log, logs at DEBUG, errors or metrics."""
    written = io.StringIO()
    home = tmp_path / "home"
    async with Sandbox(home, telegram="webhook", more={"log_level": "DEBUG"}) as sandbox:
        logs.set_up(level="DEBUG", stream=written)
        _poisoned(sandbox)
        issa = sandbox.phone(app="whatsapp", country="NE", language="fr", name="Canarissa")
        awa = sandbox.phone(app="telegram", country="NE", language="fr", name="Canariawa")
        await _leave_traces(sandbox, issa)
        await _leave_traces(sandbox, awa)
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:  # noqa: S501 - plain HTTP
            metrics = (await client.get(f"http://127.0.0.1:{sandbox.app.port}/metrics")).text
        while_running = _left_behind(home)
        canaries = _canaries(issa, awa)
    after = _left_behind(home)
    assert len(canaries) >= 11
    assert "batch_again" in written.getvalue()
    assert "jisr" in metrics
    everything = while_running + after + written.getvalue().encode() + metrics.encode()
    for canary in canaries:
        for shape in (canary, canary.casefold()):
            assert shape.encode() not in everything
            assert shape.encode("utf-16-le") not in everything
