"""What others see of an author beyond the card itself: the tree, notices, later words, counts, lists, the queue."""

from __future__ import annotations

import pytest

from network import practices
from tests.network.people import published

NAME, HOUSE, TOWN = "Zénabou Canari", "Maison Canari", "Canariville"
SERVICES = {"official": "gendarmerie", "civil": "lawyer"}
TRADES = ("endarme", "ommandant", "vocat", "درك", "محام")
STATE = ("Services de l’État", "الجهات الرسمية")
COUNTRY = ("Tchad", "تشاد", "Chad")  # of the author; what they share is of Niger and Mali


def seen(phone) -> str:
    """Return everything that ever came to a phone: texts, buttons with their notes, and their tokens."""
    parts = []
    for message in phone.log:
        parts += [message.text, *(f"{each.label} {each.note} {each.token}" for each in message.choices)]
    return "\n".join(parts)


async def decides(coordinator) -> None:
    """Read what the notice leads to, to its end, and agree."""
    await coordinator.taps("Lire et décider")
    for _step in range(8):
        labels = [choice.label for choice in coordinator.choices]
        if "J’accepte" in labels:
            await coordinator.taps("J’accepte")
            return
        await coordinator.says("1")
    raise AssertionError(coordinator.text)


async def adapts(author, source: str) -> None:
    """Answer what is asked of an adaptation for Mali, up to the choice of the line."""
    await author.says(f"/adapt {source}")
    await author.taps("Un autre pays")
    await author.says("Mali")
    await author.says("Chez nous le marché se tient deux fois par semaine.")
    await author.says("Nous avons changé le jour et le lieu de la rencontre.")
    await author.taps("Un essai pilote")


@pytest.mark.parametrize("side", ["official", "civil"])
@pytest.mark.parametrize("level", [0, 1, 2])
async def test_nobody_learns_more_of_an_author_than_the_line_says(open_phone, level, side):
    """The one adapted, those who decide, readers, markers and followers see the line of the level, and no more.

    Role and country (level 2) fall back to side and region: nobody else fits that cell.
    """
    author = open_phone(language="fr")
    first, coordinator, reader = open_phone(language="ar"), open_phone(language="fr"), open_phone(language="fr")
    await author.is_member(
        country="TD", side=side, service=SERVICES[side], name=NAME, organisation=HOUSE, locality=TOWN, role="command"
    )
    await first.is_member(country="NE", name="Awa")
    await coordinator.is_member(country="ML", side="official", service="ministry", coordinator=True)
    await reader.is_member(country="SN")
    async with author.world.store.transaction(author.world.now) as tx:
        source = await published(tx, first.person)
    await adapts(author, source)
    await author.says(str(level + 1))
    await author.taps("Oui, la transmettre")
    await decides(coordinator)
    first.hears("Café de la paix")
    async with author.world.store.reading(author.world.now) as tx:
        (copy,) = await practices.mine(tx, author=author.person)
        assert copy.level == level
    await author.says("/mine")
    await author.says("1")
    await author.says("1")
    await author.taps("Un acte officiel")
    for answer in ("Un décret", "Ministère", "Mali", "12/03/2026", "Oui"):
        await author.says(answer)
    await decides(coordinator)
    await author.taps("Changer l’étape")
    await author.taps("Nationale")
    coordinator.hears("a grandi")
    await author.waits(days=190)
    await author.taps("Elle a changé")
    await author.says("La rencontre a lieu chaque mois.")
    for phone, back in ((reader, "Lire la suite"), (first, "تابعوا القراءة"), (coordinator, "Lire la suite")):
        await phone.says(f"/practice {copy.id}")
        while any(choice.label == back for choice in phone.choices):
            await phone.taps(back)
        await phone.says(f"/practice {source}")
        await phone.taps("شيء آخر" if phone is first else "Autre chose")
        await phone.taps("ما كُيّف منها" if phone is first else "Ses adaptations")
        await phone.says("2")
        await phone.says("/mine")
        await phone.says("1")
    assert "chaque mois" in seen(reader)
    assert "Un décret" in seen(reader)
    for phone in (first, coordinator, reader):
        everything = seen(phone)
        hidden = [NAME, "Canari", HOUSE, TOWN, author.person, author.address, author.external, *COUNTRY, *TRADES]
        for canary in [*hidden, *(STATE if level == 0 else ())]:
            assert canary not in everything, canary
    line = {0: "Partagé dans le réseau", 1: "Sahel", 2: "Sahel"}[level]
    assert line in seen(reader)
