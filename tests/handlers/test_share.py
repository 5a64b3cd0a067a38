from __future__ import annotations

import pytest

from handlers.screening import refuse_traces
from network import search
from network.search import Wish

TITLE = "Les jeunes parlent avec la police"
PROBLEM = "Les jeunes du quartier évitaient la police et ne disaient rien des vols."
DONE = "Le commissariat et l'association ont tenu douze rencontres au terrain de football."


async def tell_all(
    chat, *, title: str = TITLE, field: str = "Sécurité communautaire", topic: str = "Police de proximité"
):
    """Answer every question of a share, in French, up to the preview."""
    await chat.says("partager")
    await chat.says(title)
    await chat.says(PROBLEM)
    await chat.says(DONE)
    await chat.taps(field)
    await chat.taps(topic)
    await chat.taps("Non, c’est tout")
    await chat.taps("Niger")


async def test_a_practice_is_shared_read_and_published(open_phone):
    """An official in Niger shares; a coordinator there reads it without the author's name; it is published and told."""
    amina = open_phone(channel="whatsapp", language="fr")
    await amina.is_member(side="official", service="police", country="NE", name="Amina")
    boubacar = open_phone(channel="telegram", language="fr")
    await boubacar.is_member(country="NE", name="Boubacar", coordinator=True)
    await amina.says("partager")
    amina.hears("Merci de partager.", "Donnez-lui un titre court")
    await amina.says(TITLE)
    amina.hears("Quel était le problème\u202f?")
    await amina.says(PROBLEM)
    amina.hears("Qu’est-ce qui a été fait\u202f?")
    await amina.says(DONE)
    amina.hears("De quel domaine s’agit-il\u202f?")
    await amina.says("1")
    amina.hears("Quel thème\u202f?")
    await amina.says("police de proximite")
    await amina.taps("Non, c’est tout")
    amina.sees_choices("Niger", "Un autre pays")
    await amina.taps("Niger")
    amina.hears("Voici ce que les autres verront", TITLE, PROBLEM, DONE, "Niger · Police de proximité")
    amina.hears("Services de l’État, Sahel")
    amina.does_not_hear("Amina", "sensible")
    await amina.taps("Oui, la transmettre")
    amina.hears("Merci. La coordination la lira")
    boubacar.hears("Une pratique attend votre décision", TITLE)
    await boubacar.taps("Lire et décider")
    boubacar.hears(PROBLEM, DONE, "Services de l’État, Sahel")
    boubacar.does_not_hear("Amina")
    await boubacar.taps("J’accepte")
    boubacar.hears("C’est fait")
    amina.hears(f"Votre pratique «\u202f{TITLE}\u202f» est maintenant ouverte au réseau")
    await amina.taps("La lire")
    amina.hears(TITLE, PROBLEM, DONE)


async def test_a_practice_is_shared_in_arabic_with_arabic_digits(open_phone):
    """A member in Tunis shares in Arabic, choosing by Arabic-Indic digits alone."""
    chat = open_phone(language="ar")
    await chat.is_member(name="آمال")
    await chat.says("مشاركة")
    chat.hears("شكرًا لمشاركتكم")
    await chat.says("لجان محلية للأمن في الأحياء")
    await chat.says("كان السكان لا يعرفون إلى من يتوجهون عند وقوع خلاف.")
    await chat.says("شكّلت البلدية لجنة تضم الشرطة والجمعيات وتجتمع كل شهر.")
    await chat.says("١")
    chat.hears("أي موضوع؟")
    await chat.says("٥")
    chat.hears("هل تمس هذه الممارسة موضوعًا آخر؟")
    await chat.says("لا")
    await chat.says("١")
    chat.hears("هكذا سيراها الآخرون", "من المجتمع المدني، البلدان المغاربية", "تونس · اللجان المحلية للأمن")
    await chat.says("١")
    chat.hears("سيقرؤها فريق التنسيق")


async def test_one_answer_is_changed_and_the_others_stay(open_phone):
    """From the preview one answer is asked again; all the others are kept, and the preview shows the change."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    await tell_all(chat)
    await chat.taps("Changer le titre")
    chat.hears("Donnez-lui un titre court")
    await chat.says("Les jeunes et la police se parlent")
    chat.hears("Les jeunes et la police se parlent", PROBLEM, DONE)
    chat.does_not_hear(TITLE)
    await chat.taps("Changer les thèmes")
    await chat.taps("Justice")
    await chat.taps("Justice coutumière")
    await chat.taps("Ajouter un thème")
    await chat.taps("Prévention")
    await chat.taps("Délinquance courante")
    await chat.taps("Non, c’est tout")
    chat.hears("Niger · Justice coutumière · Délinquance courante", "Les jeunes et la police se parlent")
    await chat.taps("Changer le pays")
    await chat.taps("Un autre pays")
    await chat.says("mali")
    chat.hears("Mali · Justice coutumière")
    await chat.taps("Oui, la transmettre")
    chat.hears("Merci. La coordination la lira")


async def test_a_topic_is_found_by_words(open_phone):
    """A topic can be named in words of any language; words that name none are said so."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    await chat.says("/share")
    for words in (TITLE, PROBLEM, DONE):
        await chat.says(words)
    await chat.taps("Chercher par mots")
    await chat.says("xylophone")
    chat.hears("Aucun thème n’a ces mots")
    await chat.says("شرطة القرب")
    await chat.taps("Police de proximité")
    chat.hears("Cette pratique touche-t-elle un autre thème\u202f?")


async def test_a_sensitive_topic_is_announced_and_needs_both_sides(open_phone):
    """On a sensitive topic the author is told, and one side's yes alone does not publish."""
    author = open_phone(language="fr")
    await author.is_member(country="NE")
    civil, official = open_phone(language="fr"), open_phone(language="ar")
    await civil.is_member(country="NE", coordinator=True)
    await official.is_member(side="official", service="police", country="NE", coordinator=True)
    await tell_all(author, topic="Groupes d’autodéfense")
    author.hears("L’un de ses thèmes est sensible")
    await author.taps("Oui, la transmettre")
    await civil.taps("Lire et décider")
    civil.hears("Le thème est sensible")
    await civil.taps("J’accepte")
    civil.hears("Il manque encore l’avis de l’autre côté")
    author.hears_nothing()
    await official.taps("القراءة والبت")
    official.hears("الموضوع حساس", "لغة هذا النص: الفرنسية. لم يُترجم بعد.")
    await official.taps("أوافق")
    author.hears("est maintenant ouverte au réseau")


async def test_traces_are_sent_back_to_the_author(open_phone):
    """A phone number or an @name in an answer is refused with a reason, and the question stands."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    await chat.says("/share")
    await chat.says("Appelez @police_niamey pour aider")
    chat.hears("Votre texte semble contenir un @nom ou un lien")
    await chat.says(TITLE)
    await chat.says("Les gens appelaient le +227 90 12 34 56 sans réponse.")
    chat.hears("Votre texte semble contenir un numéro de téléphone")
    await chat.says(PROBLEM)
    chat.hears("Qu’est-ce qui a été fait\u202f?")


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("Écrivez à amina@exemple.org", True),
        ("Écrivez à @amina_ne", True),
        ("Voir t.me/groupe_secret", True),
        ("Appelez le 90 12 34 56", True),
        ("Appelez le +216 20.123.456", True),
        ("اتصلوا على ٩٠١٢٣٤٥٦", True),
        ("Le poste est à 13.5116, 2.1254", True),
        ("Le poste est à 13° 30' N", True),
        ("De 2018-2019 à 2021/2022, le 12/03/2020", False),
        ("Coût : 12 000 000 FCFA, puis 1.500.000", False),
        ("112 rencontres, 45 % de plaintes en moins, 3,5 fois", False),
        ("En 2018, 450 agents ; en 2019, 620", False),
    ],
)
def test_what_counts_as_a_trace(text, refused):
    """Addresses, @names, phone numbers and coordinates are traces in any digits; years, dates and sums are not."""
    assert (refuse_traces(text) is not None) is refused


async def test_a_draft_is_sealed_until_it_is_published(open_phone, sqlite_store, now):
    """A practice that waits is found by nobody."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    await tell_all(chat)
    await chat.taps("Oui, la transmettre")
    async with sqlite_store.transaction(now) as tx:
        found = await search.find(tx, wish=Wish(words="rencontres au terrain de football"))
    assert TITLE not in [practice.title for practice in found]


async def test_a_word_of_a_command_is_no_answer(open_phone):
    """Where a phrase is wanted, the word that starts something else starts it; the draft waits and is offered again."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    await chat.says("partager")
    await chat.says(TITLE)
    chat.hears("Quel était le problème\u202f?")
    await chat.says("menu")
    chat.hears("Que souhaitez-vous faire")
    await chat.says("mes groupes")
    chat.hears("dans aucun groupe", "Vous aviez commencé\u202f: Partager une pratique")
    await chat.taps("Continuer")
    await chat.says("chercher")
    chat.hears("Comment voulez-vous chercher")
    await chat.says("annuler")
    await chat.taps("Continuer")
    chat.hears("Quel était le problème\u202f?")
