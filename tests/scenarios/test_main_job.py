"""The main job: an official on WhatsApp and an association on Telegram meet in one network."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from bot.sandbox import samples
from bot.sandbox.bubbles import Bubble
from bot.sandbox.harness import Sandbox
from bot.sandbox.phones import Phone
from network import audit
from tests.scenarios.acts import DONE, PROBLEM, TITLE, invitation, join_in_arabic, join_in_french, talk

LATIN_TO_ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


async def _coordinator(sandbox: Sandbox) -> Phone:
    """Seat a coordinator of civil society in Niger, by the steward's invitation."""
    fatou = sandbox.phone(app="telegram", country="NE", language="fr", name="Fatou")
    code = await invitation(sandbox, country="NE", side="civil", seat="coordinator")
    await join_in_french(fatou, code, service="Association", name="Fatou", official=False)
    return fatou


def _number(bubble: Bubble, label: str) -> str:
    """Return the number of an option."""
    return next(line.split(".")[0] for line in bubble.text.splitlines() if label in line)


async def test_an_official_shares_in_french_and_an_association_finds_in_arabic(sandbox: Sandbox) -> None:
    """Two people in two countries, on two apps, in two languages, join; one shares, the other finds and reads."""
    fatou = await _coordinator(sandbox)
    issa = sandbox.phone(app="whatsapp", country="NE", language="fr", name="Issa")
    amal = sandbox.phone(app="telegram", country="TN", language="ar", name="Amal")
    code = await invitation(sandbox, country="NE", side="official")
    await join_in_french(issa, code, service="Gendarmerie", name="Issa", official=True)
    await join_in_arabic(amal, await invitation(sandbox, country="TN", side="civil"), service="جمعية", name="أمل")

    await talk(issa, ("partager", "souhaitez-vous partager"), ("[Une pratique]", "titre court"))
    await talk(issa, (TITLE, "Quel était le problème"), (PROBLEM, "Qu’est-ce qui"))
    await talk(issa, (DONE, "De quel domaine"), ("[Confiance & dialogue]", "Quel thème"))
    await talk(issa, ("[Confiance & perception]", "un autre thème"), ("[Non, c’est tout]", "Où cela"))
    await talk(issa, ("[Niger]", "Voici ce que les autres verront"), ("[Oui, la transmettre]", "Merci"))

    await fatou.hears(TITLE)
    await talk(fatou, ("[Lire et décider]", PROBLEM), ("[J’accepte]", "la personne est prévenue"))
    await issa.hears(TITLE)

    await talk(amal, ("بحث", "كيف تودون"), ("[البحث بالكلمات]", "عمَّ تبحثون"), ("gendarmes au marche", TITLE))
    await amal.taps(1)
    card = await amal.hears(PROBLEM)
    assert "Issa" not in card.text
    await talk(amal, ("[تابعوا القراءة]", DONE))
    async with sandbox.app.store.reading(sandbox.clock.now()) as tx:
        assert await audit.verify(tx) > 0


async def test_the_same_by_typed_numbers_alone(sandbox: Sandbox) -> None:
    """Everything is done without touching a button, in Arabic-Indic digits on one side."""
    fatou = await _coordinator(sandbox)
    issa = sandbox.phone(app="whatsapp", country="NE", language="fr", name="Issa")
    amal = sandbox.phone(app="telegram", country="TN", language="ar", name="Amal")

    await issa.says(f"jisr {await invitation(sandbox, country='NE', side='official')}")
    await issa.hears("Choisissez")
    await talk(issa, ("2", "1 sur 3"), ("1", "2 sur 3"), ("1", "3 sur 3"), ("1", "Où travaillez"), ("3", "votre rôle"))
    await talk(issa, ("2", "droit de participer"), ("1", "Quel nom"), ("Issa", "Bienvenue"), ("2", "Volontiers"))

    await amal.says(f"JISR {await invitation(sandbox, country='TN', side='civil')}")
    await amal.hears("اختاروا")
    await talk(amal, ("١", "1 من 3"), ("١", "2 من 3"), ("١", "3 من 3"), ("١", "أين تعملون"), ("١", "بأي اسم"))
    await talk(amal, ("أمل", "أهلًا"), ("٢", ""))

    await issa.says("menu")
    menu = await issa.hears("Que souhaitez-vous")
    await talk(
        issa,
        (_number(menu, "Partager une pratique"), "partager"),
        ("1", "titre court"),
        (TITLE, "problème"),
        (PROBLEM, "Qu’est-ce qui"),
    )
    await talk(issa, (DONE, "De quel domaine"))
    await talk(issa, ("3", "Quel thème"), ("1", "un autre thème"), ("2", "Où cela"), ("1", "Voici"), ("1", "Merci"))

    await fatou.hears(TITLE)
    await talk(fatou, ("demandes", TITLE), ("1", PROBLEM), ("1", "prévenue"))
    await issa.hears(TITLE)

    await amal.says("القائمة")
    menu = await amal.hears("ماذا تودون")
    await amal.says(_number(menu, "البحث عن ممارسات").translate(LATIN_TO_ARABIC))
    ways = await amal.hears("كيف تودون")
    await talk(amal, (_number(ways, "الأحدث").translate(LATIN_TO_ARABIC), TITLE))
    listed = await amal.sees(TITLE)
    await talk(amal, (_number(listed, TITLE).translate(LATIN_TO_ARABIC), PROBLEM), ("١", DONE))


async def test_a_voice_and_a_picture_travel_between_the_apps(sandbox: Sandbox) -> None:
    """Told by voice and by picture on WhatsApp, decided and read on Telegram: cleaned, and as voice and picture."""
    fatou = await _coordinator(sandbox)
    issa = sandbox.phone(app="whatsapp", country="NE", language="fr", name="Issa")
    code = await invitation(sandbox, country="NE", side="official")
    await join_in_french(issa, code, service="Gendarmerie", name="Issa", official=True)
    await talk(issa, ("partager", "souhaitez-vous partager"), ("1", "titre court"), (TITLE, "Quel était le problème"))
    await issa.sends(samples.voice())
    await issa.hears("Qu’est-ce qui")
    await issa.sends(samples.document())
    await issa.hears("ou d’envoyer un message vocal ou une image")
    await issa.sends(samples.picture(), "Le marché, le jeudi.")
    await issa.hears("De quel domaine")
    await talk(issa, ("[Confiance & dialogue]", "Quel thème"), ("[Confiance & perception]", "un autre thème"))
    await talk(issa, ("[Non, c’est tout]", "Où cela"), ("[Niger]", "un message vocal"), ("1", "Merci"))
    await fatou.hears(TITLE, timeout=60)
    await fatou.taps("Lire et décider")
    await fatou.hears("Quelle est votre décision")
    sent = {bubble.attachment.kind: bubble.attachment for bubble in fatou.heard if bubble.attachment}
    assert set(sent) == {"voice", "picture"}
    assert b"Jisr" in samples.voice().data
    assert (b"Jisr" in sent["voice"].data, sent["voice"].data[:4]) == (False, b"OggS")
    assert sent["picture"].data[:3] == b"\xff\xd8\xff"
    await talk(fatou, ("[J’accepte]", "la personne est prévenue"))
    await issa.hears(TITLE)


@pytest.mark.parametrize("telegram", ["webhook", "polling"])
async def test_the_program_is_stopped_in_the_middle_and_goes_on(
    tmp_path: Path, telegram: Literal["webhook", "polling"]
) -> None:
    """What is said while the program is down is answered when it is back, from where the talk stood."""
    async with Sandbox(tmp_path / "home", telegram=telegram) as sandbox:
        issa = sandbox.phone(app="telegram", country="NE", language="fr", name="Issa")
        code = await invitation(sandbox, country="NE", side="official")
        await join_in_french(issa, code, service="Police", name="Issa", official=True)
        await talk(issa, ("partager", "souhaitez-vous partager"), ("1", "titre court"))
        await talk(issa, (TITLE, "Quel était le problème"))
        await sandbox.stop_app()
        await issa.says(PROBLEM)
        await sandbox.start_app()
        await issa.hears("Qu’est-ce qui a été fait")
        assert not sandbox.refused()
