"""Practices: what one town learnt reaches the next, across two apps, two languages and two sides."""

from __future__ import annotations

from bot.sandbox import samples
from bot.sandbox.harness import Sandbox
from bot.sandbox.phones import Phone
from tests.scenarios.acts import invitation, join_in_arabic, join_in_french, talk

TITLE = "ركن استماع للنساء في مركز الشرطة"
DONE = "خصصنا غرفة هادئة ومستقبلة مدربة، ووضعنا ملصقات في السوق والمستوصف، ثم نشرنا ما تم كل ثلاثة أشهر."
PROBLEM = "Les femmes n’osaient pas entrer au poste, et personne ne savait ce qu’elles vivaient."
DIFFERS = "Il n’y a pas de salle au poste, et les femmes viennent surtout au centre de santé."
NOTES = "Chez nous la salle est tenue avec les sages-femmes du centre de santé, deux matinées par semaine."


async def _moderators(sandbox: Sandbox) -> tuple[Phone, Phone]:
    """Seat a coordinator of each side in Tunisia."""
    sana = sandbox.phone(app="telegram", country="TN", language="fr", name="Sana")
    adel = sandbox.phone(app="whatsapp", country="TN", language="fr", name="Adel")
    code = await invitation(sandbox, country="TN", side="civil", seat="coordinator")
    await join_in_french(sana, code, service="Association", name="Sana", official=False)
    code = await invitation(sandbox, country="TN", side="official", seat="coordinator")
    await join_in_french(adel, code, service="Police", name="Adel", official=True)
    return sana, adel


async def test_an_association_shares_by_voice_and_an_official_of_another_country_adapts_it(sandbox: Sandbox) -> None:
    """Shared in Arabic by voice and text, agreed on by both sides, found in French, adapted; its author hears."""
    sana, adel = await _moderators(sandbox)
    amal = sandbox.phone(app="telegram", country="TN", language="ar", name="Amal")
    await join_in_arabic(amal, await invitation(sandbox, country="TN", side="civil"), service="جمعية", name="أمل")

    await talk(amal, ("مشاركة", "ماذا تودون أن تشاركوا"), ("1", "عنوانًا"), (TITLE, "ما كانت المشكلة"))
    await amal.sends(samples.voice())
    await amal.hears("ما الذي تم")
    await talk(amal, (DONE, "ما المجال"), ("[الحوكمة والرقابة]", "أي موضوع"), ("[المساءلة]", "موضوعًا آخر"))
    await talk(amal, ("[لا، هذا كل شيء]", "أين تم"), ("[تونس]", "هكذا سيراها"), ("[نعم، أرسلوها]", "شكرًا لكم"))

    await _both_sides_agree(sana, adel, TITLE)
    await amal.hears(TITLE)

    issa = sandbox.phone(app="whatsapp", country="NE", language="fr", name="Issa")
    code = await invitation(sandbox, country="NE", side="official")
    await join_in_french(issa, code, service="Gendarmerie", name="Issa", official=True)
    await talk(issa, ("chercher", "Comment"), ("[Chercher par mots]", "Que cherchez-vous"))
    await talk(issa, ("bureau d’écoute des femmes au commissariat", TITLE))
    await issa.taps(TITLE[:10])
    await issa.hears("un message vocal")
    await talk(issa, ("[Lire la suite]", DONE), ("[Adapter chez nous]", "Pour quel pays"))
    await talk(issa, ("[Niger]", "lieu d’origine"), (DIFFERS, "changé"), (NOTES, "Où en est"))
    await talk(issa, ("1", "figurer en dessous"), ("2", "Quel était le problème"))
    await talk(issa, (PROBLEM, "la transmettre ainsi"), ("[Oui, la transmettre]", "Merci"))
    await _both_sides_agree(sana, adel, TITLE)
    await amal.hears("ما شاركتموه يشقّ طريقه")

    await sandbox.passes(days=183)
    await amal.hears("هل ما زالت مطبقة", timeout=30)
    await talk(amal, ("[ما زالت مطبقة]", "جملة"))
    assert not sandbox.refused()


async def _both_sides_agree(civil: Phone, official: Phone, title: str) -> None:
    """Let a coordinator of each side read and agree; the second word publishes."""
    for moderator in (civil, official):
        await moderator.hears(title, timeout=60)
        await moderator.taps("Lire et décider")
        await moderator.hears("Quelle est votre décision", timeout=20)
        await moderator.taps("J’accepte")
        if moderator is civil:
            await moderator.hears("l’autre côté")
            await talk(moderator, ("[Sans mot]", "autre côté"))
    await official.hears("prévenue", timeout=20)
