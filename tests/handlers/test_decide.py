from __future__ import annotations

from handlers.deciding import KINDS
from network import conversations, erasure, joining, members, practices, requests
from tests.network.people import handed_in


async def ask_to_join(phone, **fields: str) -> str:
    """Let somebody wait for a decision; return the approval's id."""
    await phone.is_member(state="joining", **fields)
    async with phone.world.store.transaction(phone.world.now) as tx:
        return await joining.ask(tx, person=phone.person)


async def test_a_coordinator_lets_somebody_in(open_phone):
    """The coordinator sees name, side, service and country, agrees, and the applicant is told in their language."""
    applicant, chat = open_phone(language="ar"), open_phone(language="fr")
    await ask_to_join(applicant, name="Amel", country="TN")
    await chat.is_member(country="TN", coordinator=True)
    await chat.says("décider")
    chat.hears("1 demande attend votre décision.")
    await chat.taps("Amel")
    chat.hears("Amel demande à rejoindre le réseau.\nSociété civile, Association\nTunisie")
    await chat.taps("J’accepte")
    chat.hears("C’est fait, et la personne est prévenue.")
    applicant.hears("يرحب بكم فريق التنسيق في جسر")
    applicant.sees_choices("لنبدأ")
    await applicant.taps("لنبدأ")
    applicant.hears("ماذا تودون أن تفعلوا")


async def test_a_refusal_needs_a_reason_and_is_told_kindly(open_phone, sqlite_store, now):
    """The reason reaches the applicant without the coordinator's name; the applicant may ask again."""
    applicant, chat = open_phone(language="fr"), open_phone(language="fr")
    asked = await ask_to_join(applicant, name="Amel", country="TN")
    await chat.is_member(country="TN", name="Boubacar", coordinator=True)
    await chat.says(f"/decide {asked}")
    chat.hears("Amel demande à rejoindre")
    await chat.taps("Je refuse")
    chat.hears("Pour quelle raison\u202f?")
    await chat.says("Appelez le 90 12 34 56")
    chat.hears("un numéro de téléphone")
    await chat.says("Ce réseau est réservé aux services civils.")
    applicant.hears("Merci de votre patience.", "Ce réseau est réservé aux services civils.", "supprimez-moi")
    applicant.does_not_hear("Boubacar")
    async with sqlite_store.transaction(now) as tx:
        assert (await members.get(tx, person=applicant.person)).state == "joining"


async def test_what_another_coordinator_decided_is_said(open_phone):
    """A notice pressed after the decision, and a word given meanwhile, change nothing and say so."""
    applicant = open_phone(language="fr")
    asked = await ask_to_join(applicant, name="Amel", country="TN")
    first, second, third = open_phone(language="fr"), open_phone(language="ar"), open_phone(language="fr")
    await first.is_member(country="TN", coordinator=True)
    await second.is_member(side="official", service="police", country="TN", coordinator=True)
    await second.says(f"/decide {asked}")
    await first.says(f"/decide {asked}")
    await first.taps("J’accepte")
    applicant.hears("Bonne nouvelle")
    await second.taps("أرفض")
    second.hears("تم البت في هذا الطلب من قبل")
    applicant.hears_nothing()
    await third.is_member(side="official", service="police", country="ML", coordinator=True)
    await third.says(f"/decide {asked}")
    third.hears("La décision est déjà prise", "Rien n’attend votre décision")


async def test_a_word_on_one_request_is_never_used_for_another(open_phone):
    """While a reason was written somebody else decided: the next request is asked about from the beginning."""
    one, two = open_phone(language="en"), open_phone(language="en")
    asked = await ask_to_join(one, name="Amel", country="TN")
    await ask_to_join(two, name="Sami", country="TN")
    first, second = open_phone(language="en"), open_phone(language="en")
    await first.is_member(country="TN", coordinator=True)
    await second.is_member(side="official", service="police", country="TN", coordinator=True)
    await first.says(f"/decide {asked}")
    await first.taps("I refuse")
    await second.says(f"/decide {asked}")
    await second.taps("I agree")
    await first.says("This network is for civilian services.")
    first.hears("This was decided already")
    await first.taps("Sami")
    first.hears("Sami asks to join", "What do you say?")
    two.hears_nothing()
    await first.taps("I agree")
    two.hears("Good news")


async def test_whoever_left_stands_in_no_coordinators_talk(open_phone):
    """The name of an erased applicant goes from the question that a coordinator was reading, too."""
    applicant, chat = open_phone(language="en"), open_phone(language="en")
    asked = await ask_to_join(applicant, name="Amel", country="TN")
    await chat.is_member(country="TN", name="Salma", coordinator=True)
    await chat.says(f"/decide {asked}")
    await chat.taps("I refuse")
    async with chat.world.store.transaction(chat.world.now) as tx:
        await erasure.erase(tx, person=applicant.person)
        assert await conversations.of(tx, person=chat.person) == []
    await chat.says("Sorry, not now.")
    chat.does_not_hear("Amel")


async def test_requests_are_answered_one_after_the_other(open_phone):
    """After one decision the next is offered, until nothing waits; later leaves the rest."""
    one, two, chat = open_phone(language="fr"), open_phone(language="fr"), open_phone(language="ar")
    await ask_to_join(one, name="Amel", country="TN")
    await ask_to_join(two, name="Sami", country="TN")
    await chat.is_member(country="TN", coordinator=True)
    await chat.says("/decide")
    chat.hears("طلبان ينتظران قراركم. أيهما؟")
    await chat.taps("Amel")
    await chat.taps("أوافق")
    chat.hears("شكرًا لكم. تم ذلك", "طلب واحد ينتظر قراركم.")
    await chat.taps("Sami")
    await chat.taps("لاحقًا")
    chat.hears("بكل سرور. الطلب في انتظاركم.")
    two.hears_nothing()


async def test_a_practice_is_refused_with_a_reason(open_phone, sqlite_store, now):
    """The author reads why, keeps the text, and can share again."""
    author, chat = open_phone(language="fr"), open_phone(language="fr")
    await author.is_member(country="NE")
    await chat.is_member(country="NE", coordinator=True)
    async with sqlite_store.transaction(now) as tx:
        practice = await handed_in(
            tx, author.person, topics=["com.policing"], title="Un titre", problem="Un problème", done="Une réponse"
        )
    await chat.says("/decide")
    await chat.taps("Un titre")
    chat.hears("Un problème", "Une réponse", "Société civile, Sahel")
    await chat.taps("Je refuse")
    await chat.says("Merci d'ajouter ce qui a changé.")
    author.hears("Merci pour «\u202fUn titre\u202f».", "Merci d'ajouter ce qui a changé.")
    author.sees_choices("Partager de nouveau", "Demander un réexamen")
    async with sqlite_store.transaction(now) as tx:
        assert (await practices.get(tx, practice=practice)).state == "refused"


async def test_only_coordinators_decide(open_phone):
    """A member without a seat cannot decide."""
    chat = open_phone(language="fr")
    await chat.is_member()
    await chat.says("/decide")
    chat.hears("Cela est réservé à la coordination.")


async def test_nobody_decides_on_their_own_practice(open_phone):
    """A coordinator's own practice is not among what they decide."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE", coordinator=True)
    async with chat.world.store.transaction(chat.world.now) as tx:
        await handed_in(
            tx, chat.person, topics=["com.policing"], title="Un titre", problem="Un problème", done="Une réponse"
        )
    await chat.says("/decide")
    chat.hears("Rien n’attend votre décision")


def test_every_kind_of_request_can_be_shown_and_settled():
    """What the network settles and what coordinators are shown are the same kinds."""
    assert KINDS.keys() == requests.KINDS.keys()
