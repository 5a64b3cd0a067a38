from __future__ import annotations

from network import followups, members, practices
from network.members import State
from tests.network.people import enrolled, published

DAYS = {6: 185, 12: 366, 24: 732}


async def shares(phone, **fields) -> str:
    """Publish a practice by the member of a phone, as moderators would; return its id."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        practice = await published(tx, phone.person, stage="pilot", **fields)
        await followups.begin(tx, practice=practice)
        return practice


async def test_the_question_after_six_months(open_phone):
    """An author is asked in their language, answers by one tap and a sentence; both stand on the card, dated."""
    author, reader = open_phone(language="ar"), open_phone(language="en")
    await author.is_member(country="TN", name="Amel Secret")
    await reader.is_member(country="NE", side="official", service="police")
    practice = await shares(author)
    await author.waits(days=180)
    author.hears_nothing()
    await author.waits(days=5)
    author.hears("Café de la paix", "هل ما زالت مطبقة؟")
    author.sees_choices("ما زالت مطبقة", "تغيّرت", "تم إيقافها")
    await author.taps("تغيّرت")
    author.hears("هل تودون إضافة جملة")
    await author.says("اتصلوا بنا على 22 333 444 لمعرفة ما تغيّر")
    author.does_not_hear("بتاريخ اليوم")
    await author.says("أصبح اللقاء مرتين في الشهر.")
    author.hears("بتاريخ اليوم")
    await reader.says(f"/practice {practice}")
    await reader.taps("Read on")
    reader.hears("its author: It has changed\nأصبح اللقاء مرتين في الشهر.")
    reader.does_not_hear("Secret", "Tunisia")


async def test_one_reminder_and_then_silence(open_phone):
    """Who does not answer is reminded once, two weeks later, and asked again after a year."""
    author = open_phone(language="fr")
    await author.is_member(country="NE")
    await shares(author)
    await author.waits(days=DAYS[6])
    author.hears("Vous avez partagé « Café de la paix ».".replace("« ", "«\u202f").replace(" »", "\u202f»"))
    await author.waits(days=14)
    author.hears("vous reposer la question")
    for answer in ("/mine", "1", "1"):
        await author.says(answer)
    author.hears("choisissez «\u202fCe qui a suivi\u202f»")
    await author.says("cancel")
    await author.waits(days=100)
    author.hears_nothing()
    await author.waits(days=DAYS[12] - DAYS[6] - 114)
    author.hears("Est-elle encore appliquée")


async def test_a_jump_of_years_asks_once(open_phone):
    """When the clock is moved by three years, one question comes, not three."""
    author = open_phone(language="en")
    await author.is_member(country="NE")
    await shares(author)
    await author.waits(days=3 * 366)
    assert author.text.count("Is it still in use?") == 1


async def test_stopped_is_a_stage(open_phone):
    """Told to have been stopped, a practice is at that stage; the sentence can be left out."""
    author = open_phone(language="en")
    await author.is_member(country="NE")
    practice = await shares(author)
    await author.waits(days=DAYS[6])
    await author.taps("It was stopped")
    await author.taps("No, that is all")
    author.hears("It now says that it was stopped")
    async with author.world.store.reading(author.world.now) as tx:
        assert (await practices.get(tx, practice=practice)).facts.stage == "stopped"


async def test_who_stopped_or_withdrew_is_not_asked(open_phone):
    """No question reaches a member who wants no messages, or one whose practice is no longer shown."""
    stopped, withdrew = open_phone(language="fr"), open_phone(language="fr")
    await stopped.is_member(country="NE")
    await withdrew.is_member(country="NE")
    await shares(stopped)
    practice = await shares(withdrew)
    async with stopped.world.store.transaction(stopped.world.now) as tx:
        await members.set_state(tx, person=stopped.person, state=State.STOPPED)
        await practices.withdraw(tx, person=withdrew.person, practice=practice)
    await stopped.waits(days=DAYS[6])
    stopped.hears_nothing()
    withdrew.hears_nothing()


async def test_who_tries_it_is_asked_after_three_months(open_phone):
    """A reader who tries a practice answers by one tap; it is counted, and stands nowhere by itself."""
    chat = open_phone(language="fr")
    await chat.is_member(country="ML", name="Moussa")
    async with chat.world.store.transaction(chat.world.now) as tx:
        practice = await published(tx, await enrolled(tx))
    await chat.says(f"/practice {practice}")
    await chat.taps("Nous l’essayons")
    await chat.waits(days=93)
    chat.hears("Il y a trois mois")
    await chat.taps("Encore appliquée")
    chat.hears("à partir de trois")
    await chat.says(f"/practice {practice}")
    await chat.taps("Lire la suite")
    chat.does_not_hear("Encore appliquée")


async def test_a_button_of_long_ago_and_of_others(open_phone):
    """Only who was asked, and the author, may tell; a practice that is gone says so."""
    author, other = open_phone(language="en"), open_phone(language="en")
    await author.is_member(country="NE")
    await other.is_member(country="NE")
    practice = await shares(author)
    await other.says(f"/followup {practice}.stopped")
    other.hears("You are not asked about this any more.")
    await author.says(f"/followup {practice}.nonsense")
    author.hears("how is it doing today?")
    await author.says("1")
    await author.says("1")
    async with author.world.store.transaction(author.world.now) as tx:
        await practices.withdraw(tx, person=author.person, practice=practice)
    await author.says(f"/followup {practice}.in_use")
    author.hears("This practice is not there any more.")
