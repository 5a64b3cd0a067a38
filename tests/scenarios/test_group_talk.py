"""Group talk over both apps, and a Telegram group whose door the bot keeps."""

from __future__ import annotations

from sqlalchemy import func, select

from bot.sandbox.harness import Sandbox
from bot.sandbox.phones import Phone
from bot.sandbox.telegram_rooms import Room
from network import groups, linked, posts
from network.groups import Talk
from network.inbox import Origin, inbox
from network.store import Tx
from tests.scenarios.acts import invitation, join_in_french, talk

SAID = "Nous commençons par un thé partagé après le marché."
SECRET = "Entre nous, dans le groupe Telegram seulement."
NEWS = "Nous nous retrouvons le trois mai."


async def _people(sandbox: Sandbox) -> tuple[Phone, Phone, Phone]:
    """Let Sana coordinate Tunisia from Telegram; Amel (Telegram) and Omar (WhatsApp) are members."""
    sana = sandbox.phone(app="telegram", country="TN", language="fr", name="Sana")
    amel = sandbox.phone(app="telegram", country="TN", language="fr", name="Amel")
    omar = sandbox.phone(app="whatsapp", country="TN", language="fr", name="Omar")
    code = await invitation(sandbox, country="TN", side="civil", seat="coordinator")
    await join_in_french(sana, code, service="Association", name="Sana", official=False)
    code = await invitation(sandbox, country="TN", side="civil")
    await join_in_french(amel, code, service="Association", name="Amel", official=False)
    code = await invitation(sandbox, country="TN", side="official")
    await join_in_french(omar, code, service="Police", name="Omar", official=True)
    await _opened(sandbox, Talk.OPEN)
    return sana, amel, omar


async def _opened(sandbox: Sandbox, talk_: Talk) -> None:
    async with sandbox.app.store.transaction(sandbox.clock.now()) as tx:
        group = await groups.by_country(tx, country="TN")
        lead = (await groups.seated(tx, group=group.id))[0].person
        await posts.set_talk(tx, group=group.id, by=lead, talk=talk_)


async def _links(sandbox: Sandbox, sana: Phone) -> Room:
    """Make a Telegram group and link it."""
    room = sandbox.standins.telegram.open_room("Réseau Tunisie")
    room.add_bot(by=sana)
    code = (await _answer(sana, "/supergroup", "/jisr")).partition("/jisr ")[2][:9]
    room.says(sana, SECRET)
    room.says(sana, f"/jisr {code}")
    await sana.hears("C’est relié", timeout=60)
    return room


async def _answer(phone: Phone, text: str, part: str) -> str:
    await phone.says(text)
    return (await phone.hears(part)).text


async def test_members_talk_over_both_apps(sandbox: Sandbox) -> None:
    """A post from Telegram reaches WhatsApp, its reply comes back; an absence ends in one digest and no flood."""
    _sana, amel, omar = await _people(sandbox)
    await talk(amel, ("/say", "Que voulez-vous dire"), (SAID, "Voici ce que"), ("[Publier]", "C’est publié"))
    assert SAID in (await omar.hears("Amel", timeout=60)).text
    await talk(omar, ("[Répondre]", "répondre"), ("Chez nous c’est le pain.", "Voici ce que"), ("[Publier]", "publié"))
    assert "pain" in (await amel.hears("Omar", timeout=60)).text

    await sandbox.passes(hours=25)  # Omar’s window is closed
    for text in ("Et le premier mai ?", "Ou plutôt le deux ?"):
        await talk(amel, ("/say", "Que voulez-vous dire"), (text, "Voici ce que"), ("[Publier]", "C’est publié"))
    await sandbox.passes(hours=24)
    await omar.hears("Messages en attente : 1.", timeout=60)
    await omar.says("oui")
    digest = await omar.hears("2 nouveaux messages", timeout=60)
    assert "Et le premier mai" in digest.text


async def test_a_telegram_group_is_entered_left_and_not_listened_to(sandbox: Sandbox) -> None:
    """Members enter knowing what is seen, strangers do not; news stand there; nothing said there is kept."""
    sana, amel, _omar = await _people(sandbox)
    room = await _links(sandbox, sana)
    link = next(iter(room.links))
    stranger = sandbox.phone(app="telegram", country="NE", language="fr", name="Ali")

    room.knocks(stranger, link)
    await stranger.hears("réservé aux membres", timeout=60)
    room.knocks(amel, link)
    await amel.hears("Avant d’entrer", timeout=60)
    await amel.taps("Laissez-moi entrer")
    await room.until(lambda _: amel.number in room.inside)
    await amel.hears("vous est ouvert", timeout=60)
    await _is_not_listened_to(sandbox, room, amel)

    await _opened(sandbox, Talk.NEWS)
    await talk(sana, ("/say", "Que voulez-vous dire"), (NEWS, "Voici ce que"), ("[Publier]", "groupe Telegram"))
    await sana.taps("Oui, là aussi")
    await room.until(lambda _: room.heard)
    assert NEWS in room.heard[-1].text
    [[button]] = room.heard[-1].markup["inline_keyboard"]
    assert button["url"].startswith("https://t.me/JisrBot?start=post-")
    await amel.starts(button["url"].partition("start=")[2])
    await amel.hears(NEWS)
    await talk(sana, ("/posts", "rien de nouveau"), (f"[{NEWS}]", "Que voulez-vous"), ("[La retirer]", "Reprendre"))
    await sana.taps("Oui, la retirer")
    await room.until(lambda _: not room.heard)

    await sandbox.passes(seconds=linked.LAST_WORD_S + 1)
    await room.until(lambda _: stranger.number not in room.asking)
    assert stranger.number not in room.inside
    async with sandbox.app.store.transaction(sandbox.clock.now()) as tx:
        group = await groups.by_country(tx, country="TN")
        person = await _guest(tx, group.id)
        await groups.leave(tx, group=group.id, person=person)
    await room.until(lambda _: amel.number not in room.inside | room.banned)

    room.upgrades()
    await sana.hears("C’est relié", timeout=60)


async def _guest(tx: Tx, group: str) -> str:
    """Return the member who was let into the chat of a group."""
    found = await linked.of_group(tx, group=group)
    assert found is not None
    rows = await tx.all(linked.guests.select().where(linked.guests.c.linked == found.id))
    return str(rows[0].person)


async def _is_not_listened_to(sandbox: Sandbox, room: Room, phone: Phone) -> None:
    """Assert that of what is said there nothing is taken in, while what is said in private is."""
    before = await _taken_in(sandbox)
    for text in (SECRET, "/menu", SECRET):
        room.says(phone, text)
    await talk(phone, ("menu", "?"))
    assert await _taken_in(sandbox) == before + 1


async def _taken_in(sandbox: Sandbox) -> int:
    """Return how many items of Telegram were ever taken in."""
    async with sandbox.app.store.reading(sandbox.clock.now()) as tx:
        wire = (inbox.c.origin == Origin.WIRE, inbox.c.channel == "telegram")
        return int(await tx.scalar(select(func.count()).where(*wire)) or 0)
