"""The calendar file: whoever says yes receives it on both apps, over the real wires, and what becomes of it later."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import vobject

from bot.sandbox.harness import Sandbox
from bot.sandbox.phones import Attachment, Phone
from network import exchanges, groups, occurrences, planning, recurrence
from network.audiences import Audience
from network.recurrence import Every
from tests.network.people import seated
from tests.scenarios.acts import drained, member, talk

PLACE, LINK = "La maison des jeunes", "https://meet.example.org/abc"
ZONE = "Africa/Niamey"


async def _planned(sandbox: Sandbox) -> tuple[str, str]:
    """Plan an exchange that is held three weeks long, for the group of Niger; return it and its host."""
    local = (sandbox.clock.now() + timedelta(days=10)).replace(hour=10, minute=0, second=0, tzinfo=None)
    async with sandbox.app.store.transaction(sandbox.clock.now()) as tx:
        host = await seated(tx, "NE", "civil")
        await seated(tx, "NE", "official")
        group = (await groups.by_country(tx, country="NE")).id
        words = {
            "title": "Le thé du marché",
            "purpose": "Parler de la sécurité du marché.",
            "place": PLACE,
            "link": LINK,
        }
        how = {"kind": "dialogue", "group": group, "audience": Audience(groups=(group,))}
        exchange = await exchanges.draft(tx, by=host, zone=ZONE, **how, **words)
        await planning.propose(tx, exchange=exchange, by=host)
        await occurrences.repeat(tx, exchange=exchange, by=host, rule=recurrence.wish(Every.WEEK, times=3))
        await planning.set_time(tx, exchange=exchange, by=host, local=local, zone=ZONE)
    return exchange, host


def _files(phone: Phone) -> list[Attachment]:
    return [bubble.attachment for bubble in phone.heard if bubble.attachment]


async def _file(sandbox: Sandbox, phone: Phone, words: str, many: int) -> vobject.base.Component:
    """Wait for the file of that number, and return it as another program reads it."""
    bubble = await phone.sees(words, timeout=30)
    await drained(sandbox)
    files = _files(phone)
    assert len(files) == many
    assert bubble.attachment == files[-1]
    assert files[-1].name.endswith(".ics")
    read = vobject.readOne(files[-1].data.decode())
    assert read.validate(raiseException=True)
    return read


async def test_whoever_says_yes_receives_the_file_on_both_apps(sandbox: Sandbox) -> None:
    """New with a yes, again when a date is called off, and taken out with a no; before the yes nothing comes."""
    guests = [await member(sandbox, "telegram", "fr"), await member(sandbox, "whatsapp", "fr")]
    exchange, host = await _planned(sandbox)
    for guest in guests:
        await guest.hears("Chaque semaine", timeout=30)
        assert _files(guest) == []
        await talk(guest, ("[Voir et répondre]", "Que voulez-vous"), ("[Oui, je viens]", PLACE))
        read = await _file(sandbox, guest, "Pour votre agenda", 1)
        assert (read.method.value, read.vevent.location.value) == ("PUBLISH", PLACE)
        assert len(list(read.vevent.getrruleset(addRDate=True))) == 3
    async with sandbox.app.store.transaction(sandbox.clock.now()) as tx:
        found = await exchanges.get(tx, exchange=exchange)
        await occurrences.change(tx, exchange=exchange, by=host, name=found.dates[1].name, local=None)
    for guest in guests:
        read = await _file(sandbox, guest, "votre agenda est à jour", 2)
        assert read.vevent.sequence.value == "1"
        held = [at.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None) for at in read.vevent.getrruleset(addRDate=True)]
        assert held == [found.dates[0].local, found.dates[2].local]
        await talk(
            guest, ("mes invitations", "Lequel"), ("1", "Que voulez-vous"), ("[Non, je ne peux pas]", "c’est noté")
        )
        read = await _file(sandbox, guest, "Vous ne venez plus", 3)
        assert (read.method.value, read.vevent.status.value) == ("CANCEL", "CANCELLED")
        assert not hasattr(read.vevent, "location")


async def test_a_private_address_opens_as_it_is_read_in_the_chat(tmp_path: Path):
    """On the page of phones, in Arabic: what stands between two blanks opens, and no more once it is ended."""
    async with Sandbox(tmp_path, page=True) as sandbox:
        amal = await member(sandbox, "telegram", "ar", country="TN")
        await talk(amal, ("/calendar", "ما المقرَّر؟"), ("[عنواني الخاص]", "من عنوان خاص"), ("[إنشاء عنوان]", "http"))
        link = next(word for word in amal.heard[-1].text.split() if "http" in word)
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(link)).text.startswith("BEGIN:VCALENDAR")
            await talk(
                amal, ("/calendar", "ما المقرَّر؟"), ("[عنواني الخاص]", "من عنوان خاص"), ("[إلغاء العنوان]", "لم يعد")
            )
            assert (await client.get(link)).status_code == httpx.codes.NOT_FOUND
