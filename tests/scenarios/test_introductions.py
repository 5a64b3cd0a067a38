"""Introductions: an association in Tunis and an official in Niamey meet across two apps, and neither learns who."""

from __future__ import annotations

from bot.sandbox import samples
from bot.sandbox.harness import Sandbox
from bot.sandbox.phones import Phone
from tests.scenarios.acts import invitation, join_in_arabic, join_in_french, talk

WHY = "نريد أن نبدأ حوارًا في السوق، ونود أن نسمع كيف بدأتم أنتم."
NUMBER, USER = "+227 90 11 22 33", "@amal_tunis"


async def test_two_meet_across_apps_by_voice_and_exchange_contacts_at_the_same_moment(sandbox: Sandbox) -> None:
    """Found by a line, met when both want to; words and a voice go over; numbers only once both give theirs."""
    amal = sandbox.phone(app="telegram", country="TN", language="ar", name="Amal")
    issa = sandbox.phone(app="whatsapp", country="NE", language="fr", name="Issa")
    await join_in_arabic(amal, await invitation(sandbox, country="TN", side="civil"), service="جمعية", name="أمل")
    code = await invitation(sandbox, country="NE", side="official")
    await join_in_french(issa, code, service="Gendarmerie", name="Issa", official=True)

    await talk(issa, ("alliés", "Ici se rencontrent"), ("[Me laisser trouver]", "Personne ne peut vous trouver"))
    await talk(issa, ("[Choisir des thèmes]", "Sur quel thème"), ("[Sécurité communautaire]", "Quel thème"))
    await talk(issa, ("[Dialogue police-public]", "Encore un"), ("[Non, c’est tout]", "dès maintenant"))

    await talk(amal, ("حلفاء", "هنا يلتقي"), ("[البحث عن شخص]", "في أي مجال"), ("[الأمن المجتمعي]", "أي موضوع"))
    await talk(amal, ("[حوار الشرطة والمواطنين]", "من أي طرف"), ("[أي من الطرفين]", "أين"), ("1", "شخص واحد"))
    await talk(amal, ("1", "عمّ تودون"), (WHY, "بأي اسم"), ("[نخلة]", "هل تُرسل"), ("[نعم، أرسلوها]", "في الطريق"))

    await issa.hears("aimerait parler avec vous", timeout=20)
    await talk(issa, ("[Lire et répondre]", WHY), ("[Oui, volontiers]", "Sous quel nom"), ("[Dune]", "1. Palmier"))
    await amal.hears("خبر سار", timeout=20)
    await talk(amal, ("[الكتابة إليهم]", "كثيب · ماذا"), ("صباح الخير", "في الطريق"))
    await issa.hears("صباح الخير", timeout=20)

    await issa.sends(samples.voice())
    await issa.hears("qui vous êtes", timeout=20)
    await talk(issa, ("1", "en route"))
    heard = await amal.hears("كثيب:", timeout=60)
    assert heard.attachment is not None
    await _exchange(issa, amal)
    to_amal, to_issa = ("\n".join(bubble.text for bubble in phone.heard) for phone in (amal, issa))
    assert (to_amal.count(NUMBER), to_issa.count(USER)) == (1, 1)
    assert "Issa" not in to_amal
    assert "أمل" not in to_issa
    assert not sandbox.refused()


async def _exchange(issa: Phone, amal: Phone) -> None:
    """Let both give how they can be reached: neither reads anything of it before the other gave theirs."""
    await talk(issa, ("[Autre chose]", "Vous écrivez sous le nom"), ("[Échanger les contacts]", "Comment peut-on"))
    await talk(issa, (NUMBER, "Rien n’en a été montré"))
    await amal.hears("تبادل وسيلة الاتصال", timeout=20)
    assert NUMBER not in "\n".join(bubble.text for bubble in amal.heard)
    await talk(amal, ("[الاطلاع والقرار]", "كيف يمكن الاتصال بكم"), (USER, "بعد لحظة"))
    await amal.hears(NUMBER, timeout=20)
    await issa.hears(USER, timeout=20)
