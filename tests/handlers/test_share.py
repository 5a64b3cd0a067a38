"""Sharing: four answers, as many details as one likes, words or files; read, changed, handed in again."""

from __future__ import annotations

import pytest

from handlers.messages import MediaKind
from handlers.screening import refuse_traces
from network import addresses, attachments, conversations, files, jobs, practices, search
from network.conversations import Conversation
from network.conversations import State as Parked
from network.ids import new_id
from network.practices import State
from network.search import Wish

TITLE = "Les jeunes parlent avec la police"
PROBLEM = "Les jeunes du quartier évitaient la police et ne disaient rien des vols."
DONE = "Le commissariat et l'association ont tenu douze rencontres au terrain de football."
EVERY_DETAIL = (  # an answer to each, in the order in which they are asked
    ("Qu’en est-il sorti", "Les vols sont signalés plus vite."),
    ("Comment ce résultat est-il connu", "Vu directement"),
    ("Y a-t-il un chiffre", "112 rencontres en 2018"),
    ("D’où le sait-on", "Le rapport annuel de la commune"),
    ("Qu’est-ce qui a convaincu", "Une première rencontre sans uniforme."),
    ("Qui a participé", "La police, deux associations, le lycée."),
    ("Que faut-il savoir du cadre", "Un quartier de vingt mille habitants."),
    ("Quelles étaient les causes", "Des contrôles mal vécus ; la mairie a réagi la première."),
    ("De quelle taille est le lieu", "Une rue, un quartier"),
    ("zone frontalière", "Niger – Mali"),
    ("dans un autre pays que celui", "Sénégal"),
    ("Que devraient faire autrement", "Commencer par un match."),
    ("Qu’a-t-elle coûté", "Non indiqué"),
    ("Qu’est-ce qui peut mal tourner", "Un jeune peut être montré du doigt."),
    ("Qu’en est-il des droits", "Aucun nom n’est noté."),
    ("Existe-t-il un protocole", "Une page, à la mairie."),
    ("Où en est-elle", "Un essai pilote"),
    ("combien de mois", "18"),
    ("A-t-elle été faite une fois", "De façon régulière"),
    ("Qui doit donner son accord", "Un chef d’unité"),
    ("Quelle mention", "Partagé dans le réseau"),
    ("À qui peut-elle être transmise", "Avec tout le monde"),
)


async def tell_all(
    chat,
    *,
    kind: str = "Une pratique",
    title: str = TITLE,
    field: str = "Sécurité communautaire",
    topic: str = "Police de proximité",
):
    """Answer every question that must be answered, in French, up to the preview."""
    await chat.says("partager")
    await chat.taps(kind)
    await chat.says(title)
    await chat.says(PROBLEM)
    await chat.says(DONE)
    await chat.taps(field)
    await chat.taps(topic)
    await chat.taps("Non, c’est tout")
    await chat.taps("Niger")


async def shared(phone):
    """Return what the person shared, the newest first."""
    async with phone.world.store.reading(phone.world.now) as tx:
        return await practices.mine(tx, author=phone.person)


async def attached(phone, practice):
    """Return the files of a practice."""
    async with phone.world.store.reading(phone.world.now) as tx:
        return await attachments.of(tx, practice=practice)


async def test_a_practice_is_shared_read_and_published(open_phone):
    """An official in Niger shares; a coordinator there reads it without the author's name; it is published and told."""
    amina = open_phone(channel="whatsapp", language="fr")
    await amina.is_member(side="official", service="police", country="NE", name="Amina")
    boubacar = open_phone(channel="telegram", language="fr")
    await boubacar.is_member(country="NE", name="Boubacar", coordinator=True)
    await amina.says("partager")
    amina.hears("Merci de partager.")
    amina.sees_choices("Une pratique", "Ce qui a échoué", "Un obstacle")
    await amina.says("1")
    amina.hears("Donnez-lui un titre court")
    await amina.says(TITLE)
    amina.hears("Quel était le problème\u202f?", "Un message vocal ou une image convient aussi.")
    await amina.says(PROBLEM)
    amina.hears("Qu’est-ce qui a été fait\u202f?")
    await amina.says(DONE)
    amina.hears("De quel domaine s’agit-il\u202f?")
    await amina.taps("Sécurité communautaire")
    amina.hears("Quel thème\u202f?")
    await amina.says("police de proximite")
    await amina.taps("Non, c’est tout")
    amina.sees_choices("Niger", "Un autre pays", "Passer")
    await amina.taps("Niger")
    amina.hears("Voici ce que les autres verront", TITLE, PROBLEM, "Niger · Police de proximité")
    amina.hears("Services de l’État, Sahel")
    amina.does_not_hear("Amina", "sensible")
    amina.sees_choices("Oui, la transmettre", "Ajouter des détails", "Modifier un point", "Tout lire")
    await amina.taps("Tout lire")
    amina.hears("Ce qui a été fait", DONE)
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
    amina.hears(TITLE, PROBLEM)


async def test_a_practice_is_shared_in_arabic_with_arabic_digits(open_phone):
    """A member in Tunis shares in Arabic, choosing by Arabic-Indic digits alone."""
    chat = open_phone(language="ar")
    await chat.is_member(name="آمال")
    await chat.says("مشاركة")
    chat.hears("شكرًا لمشاركتكم")
    await chat.says("١")
    await chat.says("لجان محلية للأمن في الأحياء")
    await chat.says("كان السكان لا يعرفون إلى من يتوجهون عند وقوع خلاف.")
    await chat.says("شكّلت البلدية لجنة تضم الشرطة والجمعيات وتجتمع كل شهر.")
    await chat.says("١")
    chat.hears("أي موضوع؟")
    await chat.says("٥")
    chat.hears("هل يمس هذا موضوعًا آخر؟")
    await chat.says("لا")
    await chat.says("١")
    chat.hears("هكذا سيراها الآخرون", "من المجتمع المدني، البلدان المغاربية", "تونس · اللجان المحلية للأمن")
    await chat.says("٢")
    chat.hears("ماذا تودون أن تضيفوا؟")
    await chat.says("٤")
    chat.hears("إلى أيّ مرحلة وصلت؟")
    await chat.says("٢")
    chat.hears("كم شهرًا")
    await chat.says("١٨")
    await chat.says("٢")
    await chat.says("تخطي")
    chat.hears("المرحلة: تجربة أولية", "المدة: 18 شهرًا", "التكرار: بصفة منتظمة")
    await chat.says("١")
    chat.hears("سيقرؤها فريق التنسيق")


async def test_the_whole_record_is_told(open_phone):
    """Every detail is one question; all are shown in the preview, read through, and kept."""
    chat = open_phone(channel="whatsapp", language="fr")
    await chat.is_member(side="official", service="police", role="command", country="NE", name="Amina")
    await tell_all(chat)
    await chat.taps("Ajouter des détails")
    await chat.says("tout, point par point")
    for question, answer in EVERY_DETAIL:
        chat.hears(question)
        await chat.says(answer)
    chat.hears("Partagé dans le réseau", "Niger · Niger – Mali · Police de proximité", "Étape\u202f: Un essai pilote")
    chat.hears("Durée\u202f: 18 mois", "Pays de l’échange\u202f: Sénégal", "Peut être transmise à tout le monde")
    chat.does_not_hear("Services de l’État", "Amina")
    chat.sees_no_choice("Ajouter des détails")
    await chat.taps("Tout lire")
    pages = [chat.text]
    while "Voulez-vous lire la suite" in chat.text:
        await chat.says("oui")
        pages.append(chat.text)
    for _question, answer in EVERY_DETAIL[:1] + EVERY_DETAIL[2:8] + EVERY_DETAIL[11:16]:
        assert any(answer in page for page in pages), answer
    await chat.taps("Oui, la transmettre")
    (practice,) = await shared(chat)
    assert (practice.level, practice.facts.zone, practice.facts.met, practice.facts.months) == (0, "NE-ML", "SN", 18)
    assert (practice.facts.stage, practice.facts.rhythm, practice.facts.reuse) == ("pilot", "routine", "public")
    assert (practice.facts.evidence, practice.facts.scale, practice.facts.decision) == ("observed", "street", "unit")
    assert (practice.parts["cost"], len(practice.parts)) == ("-", 14)


async def test_everything_but_four_answers_is_skipped(open_phone):
    """Whoever skips every question hands in four answers; nothing is inferred from who they are."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    await chat.says("partager")
    for answer in ("1", TITLE, PROBLEM, DONE, "Sécurité communautaire", "Police de proximité", "non", "passer"):
        await chat.says(answer)
    chat.hears("Toute la région · Police de proximité")
    await chat.taps("Ajouter des détails")
    await chat.taps("Tout, point par point")
    for question, _answer in EVERY_DETAIL:
        chat.hears(question)
        await chat.says("1" if question == "Quelle mention" else "Non indiqué" if "coûté" in question else "passer")
    await chat.taps("Oui, la transmettre")
    (practice,) = await shared(chat)
    assert set(practice.parts) == {"problem", "done", "cost"}
    assert (practice.country, practice.facts.met, practice.facts.stage, practice.facts.months) == ("", "", "", None)


@pytest.mark.parametrize(
    ("kind", "problem", "done", "label"),
    [
        ("Ce qui a échoué", "Quel était le problème", "pourquoi cela n’a-t-il pas marché", "Ce qui a été fait"),
        ("Un obstacle", "rend impossible", "Qu’est-ce qui a été tenté", "Ce qui a été tenté"),
    ],
)
async def test_a_lesson_and_a_barrier_are_asked_otherwise(open_phone, kind, problem, done, label):
    """The questions and headings are those of a lesson that failed, or of a barrier."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    await chat.says("partager")
    await chat.taps(kind)
    await chat.says(TITLE)
    chat.hears(problem)
    await chat.says(PROBLEM)
    chat.hears(done)
    await chat.says("Rien encore, mais on en parle.")
    for answer in ("Sécurité communautaire", "Police de proximité", "non", "Niger"):
        await chat.says(answer)
    chat.hears(f"{kind}\u202f: «\u202f{TITLE}\u202f»")
    await chat.taps("Tout lire")
    chat.hears(label, "Rien encore")


async def test_one_answer_is_changed_and_the_others_stay(open_phone):
    """From the preview one answer is asked again; all the others are kept, and the preview shows the change."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    await tell_all(chat)

    async def change(what):
        await chat.taps("Modifier un point")
        await chat.says(what)

    await change("Le titre")
    chat.hears("Donnez-lui un titre court")
    await chat.says("Les jeunes et la police se parlent")
    chat.hears("Les jeunes et la police se parlent", PROBLEM)
    chat.does_not_hear(TITLE)
    await change("Les thèmes")
    for label in ("Justice", "Justice coutumière", "Ajouter un thème", "Prévention", "Délinquance courante"):
        await chat.taps(label)
    await chat.taps("Non, c’est tout")
    chat.hears("Niger · Justice coutumière · Délinquance courante", "Les jeunes et la police se parlent")
    await change("Le pays")
    await chat.taps("Un autre pays")
    await chat.says("mali")
    chat.hears("Mali · Justice coutumière")
    await change("Le type")
    await chat.taps("Ce qui a échoué")
    chat.hears("Ce qui a échoué\u202f: «\u202fLes jeunes et la police se parlent\u202f»")
    await chat.says("retour")
    chat.hears("Que souhaitez-vous partager")
    await chat.says("retour")
    await chat.says("Le titre")
    await chat.says("retour")
    await chat.says("retour")
    chat.hears("Mali · Justice coutumière")
    await chat.taps("Oui, la transmettre")
    chat.hears("Merci. La coordination la lira")
    (practice,) = await shared(chat)
    assert (practice.facts.kind, practice.title) == ("practice", "Les jeunes et la police se parlent")


async def test_a_voice_and_a_picture_stand_for_words(open_phone):
    """Files stand for answers; moderators decide once they have come, and hear and see them on either app."""
    chat = open_phone(channel="whatsapp", language="fr")
    await chat.is_member(country="NE")
    judge = open_phone(channel="telegram", language="fr")
    await judge.is_member(country="NE", name="Boubacar", coordinator=True)
    await chat.says("partager")
    await chat.says("1")
    await chat.says(TITLE)
    await chat.sends(MediaKind.VIDEO)
    chat.hears("ou d’envoyer un message vocal ou une image")
    await chat.sends(MediaKind.PICTURE, size=5_000_001)
    chat.hears("Ce fichier est trop gros")
    await chat.sends(MediaKind.VOICE)
    chat.hears("Qu’est-ce qui a été fait")
    await chat.sends(MediaKind.PICTURE, caption="Appelez le 90 12 34 56")
    chat.hears("numéro de téléphone")
    await chat.sends(MediaKind.PICTURE, caption="Douze rencontres au terrain.")
    for label in ("Sécurité communautaire", "Police de proximité", "Non, c’est tout", "Niger"):
        await chat.taps(label)
    chat.hears("Le problème\nun message vocal")
    await chat.taps("Tout lire")
    chat.hears("Ce qui a été fait\nDouze rencontres au terrain.\nune image")
    await chat.taps("Oui, la transmettre")
    chat.hears("Dès que votre fichier sera arrivé")
    judge.hears_nothing()
    (practice,) = await shared(chat)
    assert practice.state is State.WAITING
    await chat.has_sent()
    judge.hears("Une pratique attend votre décision", TITLE)
    assert [(file.part, file.kind) for file in await attached(chat, practice.id)] == [
        ("problem", "voice"),
        ("done", "picture"),
    ]
    await judge.taps("Lire et décider")
    sent = [message.media for message in judge.heard if message.media]
    assert [media.kind for media in sent] == [MediaKind.VOICE, MediaKind.PICTURE]
    judge.hears("Le problème\u202f: un message vocal", "Ce qui a été fait\u202f: une image", "Douze rencontres")
    await judge.taps("J’accepte")
    await chat.taps("La lire")
    chat.hears(TITLE)


async def test_a_file_of_no_use_is_asked_for_again(open_phone):
    """When a file does not come to good its author hears so at once, and only its question comes again."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    await chat.says("partager")
    await chat.says("1")
    await chat.says(TITLE)
    await chat.sends(MediaKind.VOICE)
    await chat.says(DONE)
    chat.hears("De quel domaine")
    await chat.has_sent(error="not_clean")
    chat.hears("n’a pas pu être utilisé", "Quel était le problème")
    await chat.says(PROBLEM)
    chat.hears("De quel domaine")
    await chat.sends(MediaKind.VOICE)
    chat.hears("votre message vocal", "De quel domaine")


async def test_a_file_of_no_use_is_told_of_in_a_parked_draft(open_phone):
    """A draft that was left offers itself when its file failed, and asks for it when it is taken up."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    await chat.says("partager")
    await chat.says("1")
    await chat.says(TITLE)
    await chat.sends(MediaKind.VOICE)
    await chat.says("/find")
    await chat.has_sent(error="too_large")
    chat.hears("n’a pas pu être utilisé")
    await chat.taps("Continuer")
    chat.hears("n’a pas pu être utilisé", "Quel était le problème")
    await chat.says(PROBLEM)
    chat.hears("Qu’est-ce qui a été fait")


async def test_a_file_that_never_came_is_asked_for_again(open_phone):
    """An hour later a file that did not come is asked for again, before anything is handed in."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    await chat.says("partager")
    await chat.says("1")
    await chat.says(TITLE)
    await chat.sends(MediaKind.VOICE)
    await chat.says(DONE)
    await chat.waits(hours=2)
    await chat.taps("Sécurité communautaire")
    chat.hears("n’a pas pu être utilisé", "Quel était le problème")


async def test_what_was_handed_in_with_a_bad_file_comes_back(open_phone):
    """A file that fails after the handing in brings the whole back to its author; no moderator saw it."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    judge = open_phone(channel="telegram", language="fr")
    await judge.is_member(country="NE", name="Boubacar", coordinator=True)
    await chat.says("partager")
    await chat.says("1")
    await chat.says(TITLE)
    await chat.says(PROBLEM)
    await chat.sends(MediaKind.VOICE)
    for label in ("Sécurité communautaire", "Police de proximité", "Non, c’est tout", "Niger", "Oui, la transmettre"):
        await chat.taps(label)
    await chat.has_sent(error="not_clean")
    chat.hears(f"Merci pour «\u202f{TITLE}\u202f»", "n’a pas pu être utilisé")
    judge.hears_nothing()
    await chat.taps("Compléter")
    chat.hears("Qu’est-ce qui a été fait")
    await chat.says(DONE)
    chat.hears("Voici ce que les autres verront", TITLE, PROBLEM)
    await chat.taps("Oui, la transmettre")
    judge.hears("Une pratique attend votre décision")
    (practice,) = await shared(chat)
    assert (practice.state, practice.parts["done"]) == (State.SUBMITTED, DONE)


async def test_a_practice_taken_back_is_changed_and_handed_in_again(open_phone):
    """Its author finds every answer and file as it was, changes one, and hands it in."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    await chat.says("partager")
    await chat.says("1")
    await chat.says(TITLE)
    await chat.sends(MediaKind.VOICE)
    await chat.has_sent()
    await chat.says(DONE)
    for label in ("Sécurité communautaire", "Police de proximité", "Non, c’est tout", "Niger", "Oui, la transmettre"):
        await chat.taps(label)
    (practice,) = await shared(chat)
    await chat.says(f"/share again:{practice.id}")
    chat.hears("ne peut pas être modifiée maintenant")
    async with chat.world.store.transaction(chat.world.now) as tx:
        await practices.withdraw(tx, person=chat.person, practice=practice.id)
    await chat.says(f"/share again:{practice.id}")
    chat.hears("Voici ce que les autres verront", TITLE, "un message vocal")
    await chat.taps("Modifier un point")
    await chat.says("Le titre")
    await chat.says("Les jeunes et la police se parlent")
    await chat.taps("Oui, la transmettre")
    (again,) = await shared(chat)
    assert (again.id, again.state, again.parts) == (practice.id, State.SUBMITTED, {"done": DONE})
    assert [file.part for file in await attached(chat, practice.id)] == ["problem"]
    async with chat.world.store.transaction(chat.world.now) as tx:
        await practices.withdraw(tx, person=chat.person, practice=practice.id)
    await chat.says(f"/share again:{practice.id}")
    await chat.taps("Modifier un point")
    await chat.says("Le problème")
    await chat.says(PROBLEM)
    await chat.taps("Oui, la transmettre")
    assert await attached(chat, practice.id) == []
    async with chat.world.store.transaction(chat.world.now) as tx:
        gone = await jobs.claim(tx, kinds=["media.forget"])
        assert len(gone) == 1
        assert await files.of(tx, person=chat.person) == []


async def test_nobody_changes_what_another_shared(open_phone):
    """Somebody else's practice cannot be taken up, whatever link is pressed."""
    author, other = open_phone(language="fr"), open_phone(language="fr")
    await author.is_member(country="NE")
    await other.is_member(country="NE")
    await tell_all(author)
    await author.taps("Oui, la transmettre")
    (practice,) = await shared(author)
    await other.says(f"/share again:{practice.id}")
    other.hears("ne peut pas être modifiée")
    other.does_not_hear(TITLE)


async def test_a_draft_is_taken_up_days_later_on_the_other_app(open_phone):
    """Begun on WhatsApp, left, and finished on Telegram a week later, with the file that was sent before."""
    first = open_phone(channel="whatsapp", language="fr")
    await first.is_member(country="NE")
    await first.says("partager")
    await first.says("1")
    await first.says(TITLE)
    await first.sends(MediaKind.VOICE)
    await first.has_sent()
    await first.says("/find")
    second = open_phone(channel="telegram", language="fr")
    await second.is_member(country="NE")
    async with first.world.store.transaction(first.world.now) as tx:
        await addresses.set_person(tx, person=second.person, to=first.person)
    await first.waits(days=7)
    await second.says("annuler")
    second.hears("Vous aviez commencé\u202f: Partager une pratique")
    await second.taps("Continuer")
    second.hears("Qu’est-ce qui a été fait")
    await second.says(DONE)
    for label in ("Sécurité communautaire", "Police de proximité", "Non, c’est tout", "Niger", "Oui, la transmettre"):
        await second.taps(label)
    second.hears("Merci. La coordination la lira")
    (practice,) = await shared(first)
    assert [file.kind for file in await attached(first, practice.id)] == ["voice"]


@pytest.mark.parametrize("answered", range(6))
async def test_a_draft_of_the_first_release_is_asked_only_what_is_new(open_phone, answered):
    """A draft stored by release 0.1.0 keeps every answer; only the question that is new is asked."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    given = [
        ["title", "text", TITLE],
        ["problem", "text", PROBLEM],
        ["done", "text", DONE],
        ["field[0]", "choose", "com"],
        ["topic[0]", "choose", "com.policing"],
        ["more[1]", "confirm", "no"],
        ["country", "choose", "NE"],
    ]
    keep = (0, 1, 2, 3, 6, 7)[answered]
    waits = ("title", "problem", "done", "field[0]", "country", "review")[answered]
    form = "choose" if waits in {"field[0]", "country", "review"} else "text"
    options = {
        "country": [["NE", "Niger"], ["other", "Un autre pays"]],
        "review": [["send", "Oui"], ["title", "Titre"]],
    }
    shown = {"options": options.get(waits, [["com", "Sécurité communautaire"]])} if form == "choose" else {}
    prompt = {"key": waits, "form": form, "nonce": "0ld.3", "question": "?", "cancel": True, **shown}
    answers = {"v": 1, "entries": given[:keep], "reached": keep, "questions": 3}
    stored = Conversation(new_id(), chat.person, "share", Parked.ACTIVE, answers, prompt, None, chat.world.now)
    async with chat.world.store.transaction(chat.world.now) as tx:
        await conversations.begin(tx, conversation=stored)
    await chat.says({"title": TITLE, "problem": PROBLEM, "done": DONE}.get(waits, "1"))
    chat.hears("Que souhaitez-vous partager")
    await chat.says("1")
    asked = ["Quel était le problème", "Qu’est-ce qui a été fait", "De quel domaine", "Quel thème"]
    replies = [PROBLEM, DONE, "Sécurité communautaire", "Police de proximité"]
    for question, reply in list(zip(asked, replies, strict=True))[min(answered, 3) :] if answered < 4 else []:
        chat.hears(question) if question != "De quel domaine" or answered < 3 else None
        if not (answered == 3 and question == "De quel domaine"):
            await chat.says(reply)
    if answered < 4:
        await chat.says("non")
        await chat.says("Niger")
    if answered < 5:
        chat.hears("Voici ce que les autres verront", TITLE, PROBLEM, "Niger · Police de proximité")
        await chat.taps("Oui, la transmettre")
    chat.hears("Merci. La coordination la lira")
    (practice,) = await shared(chat)
    assert (practice.title, practice.parts, practice.topics) == (
        TITLE,
        {"problem": PROBLEM, "done": DONE},
        ("com.policing",),
    )


async def test_a_topic_is_found_by_words(open_phone):
    """A topic can be named in words of any language; words that name none are said so."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    await chat.says("/share")
    for words in ("1", TITLE, PROBLEM, DONE):
        await chat.says(words)
    await chat.taps("Chercher par mots")
    await chat.says("xylophone")
    chat.hears("Aucun thème n’a ces mots")
    await chat.says("شرطة القرب")
    await chat.taps("Police de proximité")
    chat.hears("Est-ce que cela touche un autre thème\u202f?")


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
    await civil.taps("J’accepte")
    await civil.says("passer")
    author.does_not_hear("est maintenant ouverte au réseau")
    await official.taps("القراءة والبت")
    official.hears("لغة هذا النص: الفرنسية. لم يُترجم بعد.")
    await official.taps("أوافق")
    author.hears("est maintenant ouverte au réseau")


async def test_traces_are_sent_back_to_the_author(open_phone):
    """A phone number or an @name in an answer is refused with a reason, and the question stands."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    await chat.says("/share")
    await chat.says("1")
    await chat.says("Appelez @police_niamey pour aider")
    chat.hears("@nom ou un lien")
    await chat.says(TITLE)
    await chat.says("Les gens appelaient le +227 90 12 34 56 sans réponse.")
    chat.hears("un numéro de téléphone")
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
    await chat.says("1")
    await chat.says(TITLE)
    chat.hears("Quel était le problème\u202f?")
    await chat.says("menu")
    chat.hears("Que souhaitez-vous faire")
    await chat.says("mes groupes")
    chat.hears("dans aucun groupe")
    await chat.says("annuler")
    chat.hears("Vous aviez commencé\u202f: Partager une pratique")
    await chat.taps("Continuer")
    await chat.says("chercher")
    chat.hears("Comment voulez-vous chercher")
    await chat.says("annuler")
    await chat.taps("Continuer")
    chat.hears("Quel était le problème\u202f?")
