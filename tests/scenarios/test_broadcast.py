"""A broadcast: an invitation reaches whom it should on both apps, once, and no other; it is corrected and stopped."""

from __future__ import annotations

from datetime import timedelta

from bot.sandbox import samples
from bot.sandbox.harness import Sandbox
from bot.sandbox.phones import Phone
from tests.scenarios.acts import invitation, join_in_french, member, talk

WORDS = "Réunion ouverte des brigades et des associations, à neuf heures, à la maison des jeunes du chef-lieu."
RIGHT = "Réunion ouverte des brigades et des associations, à dix heures et non à neuf, à la maison des jeunes."


async def _coordinators(sandbox: Sandbox) -> tuple[Phone, Phone]:
    """Seat a coordinator of each side in Niger."""
    fatou = sandbox.phone(app="telegram", country="NE", language="fr", name="Fatou")
    issa = sandbox.phone(app="whatsapp", country="NE", language="fr", name="Issa")
    code = await invitation(sandbox, country="NE", side="civil", seat="coordinator")
    await join_in_french(fatou, code, service="Association", name="Fatou", official=False)
    code = await invitation(sandbox, country="NE", side="official", seat="coordinator")
    await join_in_french(issa, code, service="Police", name="Issa", official=True)
    return fatou, issa


def _times(phone: Phone, words: str) -> int:
    return sum(words in bubble.text for bubble in phone.heard)


async def _goes(phone: Phone, asked: str) -> None:
    """Let it go out, as soon as its file has come."""
    for _ in range(300):
        await phone.says("1")
        if asked in (await phone.hears()).text:
            break
    await talk(phone, ("1", "en route"))


async def test_an_invitation_reaches_those_it_is_for_once_and_is_put_right(sandbox: Sandbox) -> None:
    """Two coordinators and six members on both apps: one away for a day, one who stopped; then it is corrected."""
    away = await member(sandbox, "whatsapp", "fr")
    await sandbox.passes(hours=25)
    fatou, issa = await _coordinators(sandbox)
    amal, moussa = (
        await member(sandbox, "telegram", "ar"),
        await member(sandbox, "telegram", "fr"),
    )
    amina, john = (
        await member(sandbox, "whatsapp", "fr"),
        await member(sandbox, "whatsapp", "en"),
    )
    silent = await member(sandbox, "whatsapp", "fr")
    await talk(silent, ("stop", "plus de messages"))

    await talk(fatou, ("diffuser", "De quoi s’agit-il"), ("2", "quelles langues"), ("2", "Langue"), (WORDS, "image"))
    await fatou.sends(samples.picture())
    await fatou.hears("pratique à lire")
    await talk(fatou, ("[Sans]", "Qui l’organise"))
    await talk(fatou, ("Maison des jeunes", "partenariat"), ("[Sans partenaire]", "pour la sécurité"))
    day = (sandbox.clock.now() + timedelta(days=20)).strftime("%d/%m/%Y")
    await talk(fatou, ("2", "pour la réforme"), ("1", "Quel jour"), (day, "Pour qui est-ce"))
    await talk(fatou, ("[Niger]", "exactement 7 membres"), ("[C’est bien cela]", "Voici ce qui arrivera"))
    await _goes(fatou, "à 7 membres")

    for phone in (issa, amal, moussa, amina, john):
        await phone.sees(WORDS, timeout=30)
        assert [bubble.attachment.kind for bubble in phone.heard if bubble.attachment] == ["picture"]
    template = await away.hears(timeout=30)
    assert WORDS not in template.text
    await talk(away, ("Bonjour", WORDS))
    await talk(amina, ("[Je viendrai]", "c’est noté"))
    await talk(moussa, ("annonces", WORDS[:20]), ("1", "Peut-être"), ("2", "c’est noté"))

    await talk(fatou, ("qui viendra", "1 viendra"))
    await talk(fatou, ("corriger", "Langue"), (RIGHT, "Est-ce juste"), ("1", "en route vers"))
    await moussa.sees(RIGHT, timeout=30)
    for phone in (issa, amal, amina, john, away):
        await phone.sees(RIGHT, timeout=30)
        assert _times(phone, RIGHT) == 1
        assert _times(phone, WORDS) == (phone.app == "whatsapp"), "in Telegram the right words stand in its place"
    assert not [bubble for bubble in silent.heard if WORDS in bubble.text or RIGHT in bubble.text]
    assert not sandbox.refused()


async def test_what_waits_for_its_hour_is_stopped_by_the_other_side(sandbox: Sandbox) -> None:
    """Planned for tomorrow for the whole network, agreed to, then stopped: nobody ever gets it."""
    fatou, issa = await _coordinators(sandbox)
    amal = await member(sandbox, "telegram", "ar")
    await talk(fatou, ("diffuser", "De quoi s’agit-il"), ("1", "quelles langues"), ("2", "Langue"), (WORDS, "image"))
    await talk(fatou, ("[Sans]", "pratique à lire"), ("[Sans]", "combien de temps"), ("3", "Pour qui est-ce"))
    await talk(fatou, ("3", "exactement 3 membres"), ("1", "Voici ce qui arrivera"), ("3", "Quand faut-il"))
    tomorrow = (sandbox.clock.now() + timedelta(days=1)).strftime("%d/%m/%Y")
    await talk(fatou, ("2", "Quel jour"), (tomorrow, "À quelle heure"), ("15", "à l’horloge de chaque pays"))
    await talk(fatou, ("1", "à 3 membres"), ("1", "La coordination de l’autre côté"))
    await issa.hears("Une annonce à plusieurs", timeout=30)
    await talk(issa, ("[Lire et décider]", WORDS), ("[J’accepte]", "C’est fait"))
    await fatou.hears("part maintenant", timeout=30)
    await talk(issa, ("annonces envoyées", WORDS[:20]), ("1", "Reste à envoyer"), ("[Arrêter maintenant]", "Arrêté"))
    await sandbox.passes(days=2)
    await talk(amal, ("القائمة", "ماذا"))
    assert not _times(amal, WORDS)
    assert not sandbox.refused()
