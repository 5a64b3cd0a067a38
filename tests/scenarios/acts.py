"""What people do in the scenarios, said shortly."""

from __future__ import annotations

import asyncio
from datetime import datetime

from sqlalchemy import select

from bot.sandbox.harness import Sandbox
from bot.sandbox.phones import App, Phone
from network import addresses, due, groups, inbox, invitations, jobs, members, outbox
from network.outbox import Stage

PROBLEM = "Les habitants n’osaient pas parler aux gendarmes du marché, et personne ne savait à qui dire ses soucis."
DONE = "Nous avons tenu une permanence chaque jeudi au marché, avec une association, et publié les suites données."
TITLE = "Une permanence des gendarmes au marché"


async def invitation(sandbox: Sandbox, *, country: str, side: str, seat: str = "") -> str:
    """Return the code of a fresh invitation from the steward."""
    async with sandbox.app.store.transaction(sandbox.clock.now()) as tx:
        return await invitations.create(tx, by="steward", country=country, side=side, seat=seat)


async def talk(phone: Phone, *turns: tuple[str, str]) -> None:
    """Play turns: what is tapped (``[label]``) or typed, and a part of the answer to wait for."""
    for act, answer in turns:
        if act.startswith("["):
            await phone.taps(act[1:-1])
        else:
            await phone.says(act)
        await phone.hears(answer)


async def join_in_french(phone: Phone, code: str, *, service: str, name: str, official: bool) -> None:
    """Join by invitation, tapping, in French."""
    await phone.starts(code if phone.app == "telegram" else f"JISR {code}")
    await phone.hears("Choisissez votre langue")
    await talk(phone, ("[Français]", "1 sur 3"), ("[Suite]", "2 sur 3"), ("[Suite]", "3 sur 3"))
    await talk(phone, ("[J’accepte]", "Où travaillez-vous"))
    if official:
        await talk(phone, (f"[{service}]", "votre rôle"), ("[Je sers en unité]", "droit de participer"))
        await talk(phone, ("[J’en ai le droit]", "Quel nom"))
    else:
        await talk(phone, (f"[{service}]", "Quel nom"))
    await talk(phone, (name, "Bienvenue dans Jisr"), ("[Plus tard]", "Volontiers"))


async def join_in_arabic(phone: Phone, code: str, *, service: str, name: str) -> None:
    """Join by invitation, tapping, in Arabic, as civil society."""
    await phone.starts(code if phone.app == "telegram" else f"JISR {code}")
    await phone.hears("اختاروا لغتكم")
    await talk(phone, ("[العربية]", "1 من 3"), ("[التالي]", "2 من 3"), ("[التالي]", "3 من 3"))
    await talk(phone, ("[أوافق]", "أين تعملون"), (f"[{service}]", "بأي اسم"))
    await talk(phone, (name, "أهلًا بكم في جسر"), ("[لاحقًا]", ""))


async def member(
    sandbox: Sandbox, app: App, language: str, *, country: str = "NE", side: str = "civil", name: str = "Amina"
) -> Phone:
    """Let somebody write once, and be a member in the group of their country."""
    phone = sandbox.phone(app=app, country=country, language=language, name=name)
    await phone.says("👋")
    await phone.hears()
    await phone.says("cancel")
    await phone.hears()
    async with sandbox.app.store.transaction(sandbox.clock.now()) as tx:
        home = await addresses.find(tx, channel=app, account="main", external=phone.number)
        assert home is not None
        await members.enrol(tx, person=home.person, language=language, consent_version="test")
        about = {"side": side, "service": "association" if side == "civil" else "police", "name": name}
        await members.change(tx, person=home.person, country=country, **about)
        await members.set_state(tx, person=home.person, state="active")
        await groups.join(tx, group=(await groups.by_country(tx, country=country)).id, person=home.person)
    return phone


async def drained(sandbox: Sandbox) -> None:
    """Wait until nothing is to be sent now."""
    table = outbox.outbox.c
    under_way = (table.stage.in_((Stage.QUEUED, Stage.SENDING)), table.ready_at <= sandbox.clock.now())
    while True:
        async with sandbox.app.store.reading(sandbox.clock.now()) as tx:
            if await tx.first(select(table.id).where(*under_way)) is None:
                return
        await sandbox.clock.wait(asyncio.Event(), 0.05)


async def settled(sandbox: Sandbox) -> None:
    """Wait until all that was to happen by now has happened, and what follows from it is sent."""
    while True:
        now = sandbox.clock.now()
        async with sandbox.app.store.reading(now) as tx:
            nexts = [await due.next_at(tx), await inbox.next_at(tx)]
            at_work = await tx.first(select(jobs.jobs.c.id).where(jobs.jobs.c.ready_at <= now))
        if at_work is None and not any(at is not None and at <= now for at in nexts):
            break
        await sandbox.clock.wait(asyncio.Event(), 0.05)
    await drained(sandbox)


async def lives(sandbox: Sandbox, until: datetime) -> None:
    """Let time pass until an instant, stopping at each at which something is due or to be sent."""
    await settled(sandbox)
    while (now := sandbox.clock.now()) < until:
        async with sandbox.app.store.reading(now) as tx:
            nexts = [at for at in (await due.next_at(tx), await outbox.next_at(tx)) if at is not None]
        sandbox.advance(max(0.0, (min([*nexts, until]) - now).total_seconds()))
        await settled(sandbox)
