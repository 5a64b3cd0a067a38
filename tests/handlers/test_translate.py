from __future__ import annotations

from datetime import timedelta

from network import practices, texts, topics, translations
from network.starter import practice_id
from network.texts import Mark
from tests.network.people import published

TITLE, PROBLEM, DONE = "Café de la paix", "Les jeunes évitaient la brigade.", "Un thé partagé chaque vendredi."
AR = ("مقهى السلام", "كان الشباب يتجنبون المركز.", "شاي مشترك كل يوم جمعة.")


async def shared(phone, **fields) -> str:
    """Publish a practice on dialogue in Niger, in French; return its id."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        return await published(tx, phone.person, **fields)


async def follows(phone) -> None:
    """Let somebody follow the practice's topic."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        await topics.follow(tx, person=phone.person, topics=["com.dialogue"])


async def people(open_phone, *, theirs: tuple[str, str, str] = ("en", "en", "en")):
    """Open the phones of an author in Niger, a translator in Tunis and an official in Chad who reads both."""
    author, translator, second = (open_phone(language=each) for each in theirs)
    await author.is_member(country="NE", name="Mariama")
    await translator.is_member(country="TN", name="Amel")
    await second.is_member(side="official", service="police", country="TD", name="Issa")
    await follows(second)
    return author, translator, second


async def translated(phone, practice: str) -> None:
    """Offer the Arabic translation, in an Arabic interface."""
    await phone.says(f"/translate {practice}")
    phone.hears("Thank you for translating. Into which language?")
    await phone.taps("Arabic")
    for words in AR:
        await phone.says(words)
    phone.hears("Shall it be handed in like this?", AR[0])
    await phone.taps("Yes, hand it in")


async def test_a_practice_is_translated_and_confirmed(open_phone):
    """Translated in parts and confirmed by a second member; readers see by which side, and can open the original."""
    author, translator, second = await people(open_phone, theirs=("fr", "ar", "fr"))
    practice = await shared(author)
    await translator.says(f"/practice {practice}")
    translator.hears(TITLE)
    await translator.taps("Something else")
    await translator.taps("Translate it")
    translator.hears("إلى أي لغة؟")
    translator.sees_choices("Arabic", "English")
    await translator.says("١")
    translator.hears("يظهر كل جزء كما كُتب.", TITLE)
    await translator.says(AR[0])
    translator.hears(PROBLEM)
    await translator.says("اتصلوا على ٩٠١٢٣٤٥٦ يا أصدقاء")
    translator.hears("90123456")
    await translator.says(AR[1])
    translator.hears(DONE)
    await translator.says(AR[2])
    translator.hears("Shall it be handed in like this?", AR[0])
    await translator.taps("Yes, hand it in")
    translator.hears("سيراجعها عضو ثانٍ")
    author.hears_nothing()
    second.hears("Un membre a traduit une pratique", TITLE)
    second.does_not_hear("Amel")
    await second.taps("Look at it")
    second.hears("Lisez-vous bien les deux langues")
    await second.taps("Yes, both")
    second.hears(TITLE, PROBLEM, DONE, *AR, "Does the translation say the same?")
    second.does_not_hear("Amel", "Mariama")
    await second.taps("It says the same")
    second.hears("Merci. La pratique se lit")
    translator.hears("تم تأكيد ترجمتكم")
    author.hears("Bonne nouvelle", TITLE)
    author.does_not_hear("Amel", "Issa")
    await translator.taps("Read it")
    translator.hears(AR[0], "من المجتمع المدني")
    await translator.taps("The original text")
    translator.hears(TITLE)
    await translator.taps("The translation")
    translator.hears(AR[0])


async def test_it_is_parked_and_taken_up_again(open_phone):
    """A translation that was interrupted is offered again, with what was said of it kept."""
    author, translator, second = await people(open_phone)
    practice = await shared(author)
    await translator.says(f"/translate {practice}")
    await translator.taps("Arabic")
    await translator.says(AR[0])
    await translator.says("/help")
    await translator.says(AR[1])
    translator.hears(DONE)
    await translator.taps("Leave as it is")
    translator.hears("Shall it be handed in like this?")
    await translator.taps("Title")
    translator.hears(TITLE)
    await translator.says("مقهى للسلام")
    translator.hears("مقهى للسلام")
    await translator.taps("Yes, hand it in")
    await second.taps("Look at it")
    await second.taps("Yes, both")
    second.hears("مقهى للسلام", AR[1], DONE)


async def test_it_is_sent_back_and_changed(open_phone):
    """The remark reaches the translator without a name; what is right stays, the rest is said anew."""
    author, translator, second = await people(open_phone)
    practice = await shared(author)
    await translated(translator, practice)
    await second.taps("Look at it")
    await second.taps("Yes, both")
    await second.taps("Something is wrong")
    second.hears("What should be different?")
    await second.says("Le titre dit autre chose.")
    second.hears("The translator is told")
    translator.hears("Le titre dit autre chose.")
    translator.does_not_hear("Issa")
    await translator.taps("Change it")
    await translator.taps("Arabic")
    translator.hears("Le titre dit autre chose.", AR[0])
    await translator.says("مقهى للسلام")
    await translator.taps("Leave as it is")
    await translator.taps("Leave as it is")
    await translator.taps("Yes, hand it in")
    second.hears("A member has translated a practice")
    await second.taps("Look at it")
    await second.taps("Yes, both")
    second.hears("مقهى للسلام", AR[1], AR[2])
    await second.taps("It says the same")
    translator.hears("was confirmed")


async def test_one_answer_is_enough(open_phone):
    """Whoever opens it after the first word is told that it is done; so is who was still reading."""
    author, translator, second = await people(open_phone)
    third = open_phone(language="en")
    await third.is_member(side="official", service="police", country="TD")
    await follows(third)
    await translated(translator, await shared(author))
    third.hears("A member has translated a practice")
    await third.taps("Look at it")
    await second.taps("Look at it")
    await second.taps("Yes, both")
    await second.taps("It says the same")
    await third.taps("Yes, both")
    third.hears("This translation was looked at already")
    await third.taps("Look at it")
    third.hears("This translation was looked at already")


async def test_who_reads_one_language_only_passes_it_on(open_phone):
    """Somebody who does not read both says so, and one more member is asked; after a week others are, by the clock."""
    author, translator, _second = await people(open_phone)
    for _ in range(5):
        other = open_phone(language="en")
        await other.is_member(side="official", service="police", country="TD")
        await follows(other)
    phones = author.world.phones[2:]
    await translated(translator, await shared(author))
    asked = [phone for phone in phones if phone.heard]
    assert len(asked) == translations.ASKED
    [left] = [phone for phone in phones if not phone.heard]
    await asked[0].taps("Look at it")
    await asked[0].taps("No, not both")
    asked[0].hears("Others are asked")
    left.hears("A member has translated a practice")
    late = open_phone(language="en")
    await late.is_member(side="official", service="police", country="TD")
    await follows(late)
    await late.waits(days=7)
    late.hears("A member has translated a practice")
    left.does_not_hear("A member has translated a practice")


async def test_what_cannot_be_translated_is_said(open_phone):
    """Nothing to do in every language, nothing translated, somebody faster, and a practice that is gone."""
    author, translator, second = await people(open_phone)
    practice = await shared(author)
    await translator.says(f"/translate {practice}")
    await translator.taps("Arabic")
    for _ in range(3):
        await translator.taps("Leave as it is")
    await second.says(f"/translate {practice}")
    await second.taps("Arabic")
    for words in AR:
        await second.says(words)
    await translator.taps("Yes, hand it in")
    translator.hears("Nothing in it is translated yet")
    await translated(translator, practice)
    await second.taps("Yes, hand it in")
    second.hears("Somebody else was faster")
    await second.says(f"/translate {practice_id('ne-radio')}")
    second.hears("Thank you. It can be read in every language")
    await second.says("/translate 0123")
    second.hears("Thank you. It can be read in every language")


async def test_the_list_shows_what_waits(open_phone):
    """Under “Translations” stand those to confirm and one's own; with neither, how to offer one."""
    author, translator, second = await people(open_phone)
    practice = await shared(author)
    for words in ("/translate", "check a translation"):
        await second.says(words)
        second.hears("There is no translation for you here yet")
    await translated(translator, practice)
    await translator.says("/translate")
    await translator.taps(TITLE)
    translator.hears("It waits for a second member who reads both languages")
    await second.says("/translate")
    await second.taps(TITLE)
    second.hears("Do you read both languages well?")
    await second.says("1")
    second.hears(AR[0])
    await second.says("3")
    second.hears("Gladly. It waits for you")
    await second.says(f"/practice {practice}")
    await second.taps("Something else")
    await second.taps("Check a translation")
    await second.says("1")
    await second.says("1")
    translator.hears("was confirmed")


async def test_readers_see_what_a_machine_made_and_what_is_older(open_phone):
    """A machine's mark stands above its text, an earlier version is said to be one; the original is one tap away."""
    author, reader, _second = await people(open_phone, theirs=("fr", "ar", "fr"))
    practice = await shared(author)
    async with author.world.store.transaction(author.world.now) as tx:
        parts = {"problem": AR[1], "done": AR[2]}
        made = {"language": "ar", "title": AR[0], "parts": parts, "mark": Mark.MACHINE, "made_from": "older"}
        await texts.put(tx, practice=practice, **made)
    await reader.says(f"/practice {practice}")
    reader.hears(AR[0], "آلة", "Its author has changed the original since then: this is an earlier version.")
    await reader.taps("The original text")
    reader.hears(TITLE, PROBLEM)


async def test_a_long_practice_fits(open_phone):
    """A practice with every part at its longest is translated and looked at page by page within the limits."""
    author, translator, second = await people(open_phone)
    long = {part: f"{part} " + "mot " * 220 for part in ("problem", "causes", "context", "who", "done", "result")}
    practice = await shared(author, **long)
    await translator.says(f"/translate {practice}")
    await translator.taps("Arabic")
    await translator.says(AR[0])
    for _ in long:
        await translator.says("كلمة " * 250)
    translator.hears("Shall it be handed in like this?")
    await translator.taps("Yes, hand it in")
    await second.taps("Look at it")
    await second.taps("Yes, both")
    for _ in long:
        await second.taps("Read on")
    await second.taps("It says the same")
    async with author.world.store.transaction(author.world.now + timedelta(1)) as tx:
        found = await practices.get(tx, practice=practice, language="ar")
    assert (found.language, found.title, set(found.parts)) == ("ar", AR[0], set(long))
