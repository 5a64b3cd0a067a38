"""Moderation in chat: both sides read, ask for changes, refuse; the author sees each step and may appeal."""

from __future__ import annotations

from sqlalchemy import func, select

from network import approvals, conversations, erasure, files, inbox, joining, practices, tallies
from network.store import metadata
from tests.network.people import handed_in

SENSITIVE = ["com.selfdefence"]


async def hand_in(phone, **fields) -> str:
    """Hand in a practice of the person behind a phone; return its id."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        return await handed_in(tx, phone.person, **fields)


async def three(open_phone, **practice):
    """Return an author in Tunis on Telegram in Arabic, and coordinators of both sides in French and English."""
    author = open_phone(language="ar")
    civil, official = open_phone(language="fr", channel="whatsapp"), open_phone(language="en")
    await author.is_member(country="TN", name="Canary Amel", side="civil")
    await civil.is_member(country="TN", coordinator=True, name="Salma")
    await official.is_member(country="TN", side="official", service="police", coordinator=True, name="Karim")
    return author, civil, official, await hand_in(author, country="TN", title="Café de la paix", **practice)


async def test_both_sides_agree_and_the_author_sees_each_step(open_phone):
    """One side's yes is told to the author; the other side reads that there is one, its word, and never whose."""
    author, civil, official, practice = await three(open_phone, topics=SENSITIVE)
    await civil.says("/decide")
    civil.hears("1 demande attend votre décision.", "Sensible\u202f: une pratique à lire")
    await civil.taps("Café de la paix")
    civil.hears("Il faut un oui de chaque côté.")
    civil.does_not_hear("Canary", "Salma")
    await civil.taps("J’accepte")
    civil.hears("Un mot pour la coordination de l’autre côté")
    await civil.says("Appelez le 98 76 54 32")
    civil.hears("un numéro de téléphone", "«\u202f98 76 54 32\u202f»")
    await civil.says("Utile et prudent.")
    civil.hears("Thank you. The other side’s word is still needed.")
    author.hears("وافق أحد الطرفين على نشر «Café de la paix»")
    author.does_not_hear("Salma", "Utile")
    await official.says("/decide")
    await official.taps("Café de la paix")
    official.hears("The other side says: Utile et prudent.", "The other side has agreed.")
    official.does_not_hear("Salma", "Canary")
    await official.taps("I agree")
    official.hears("Thank you. It is done")
    author.hears("ممارستكم «Café de la paix» متاحة الآن للشبكة")
    author.sees_choices("قراءتها")
    async with author.world.store.reading(author.world.now) as tx:
        assert (await practices.get(tx, practice=practice)).state == "published"


async def test_everything_is_done_by_numbers(open_phone):
    """A moderator answers with typed digits alone, of any script."""
    author, civil, _official, practice = await three(open_phone)
    await civil.says("/decide")
    await civil.says("١")
    civil.sees_choices("J’accepte", "À modifier", "Je refuse", "Plus tard")
    await civil.says("2")
    civil.hears("Que faudrait-il changer")
    await civil.says("Merci de dire depuis quand.")
    author.hears("قبل نشرها يطلب فريق التنسيق تعديلًا", "Merci de dire depuis quand.")
    author.sees_choices("تعديلها")
    async with author.world.store.reading(author.world.now) as tx:
        assert (await practices.get(tx, practice=practice)).state == "changes"


async def test_a_change_leads_back_to_the_draft_and_to_moderators(open_phone):
    """The button of the notice opens the draft; handed in again it is read anew."""
    author, civil, official, practice = await three(open_phone)
    await civil.says("/decide")
    await civil.taps("Café de la paix")
    await civil.taps("À modifier")
    await civil.says("Merci de dire depuis quand.")
    await author.taps("تعديلها")
    author.hears("Café de la paix")
    async with author.world.store.transaction(author.world.now) as tx:
        found = await practices.get(tx, practice=practice)
        changed = {"facts": found.facts, "topics": found.topics, "title": "Café du vendredi", "parts": found.parts}
        await practices.resubmit(tx, practice=practice, author=author.person, **changed)
    await official.says("/decide")
    official.hears("1 request waits")
    official.sees_choice("Café du vendredi")


async def test_an_appeal_is_heard_by_others_and_is_final(open_phone):
    """The author writes why within 72 hours; those who had not refused decide, with a reason, for good."""
    author, civil, official, practice = await three(open_phone)
    deputy = open_phone(language="fr")
    await deputy.is_member(country="SN", name="Awa", coordinator=True)
    await civil.says("/decide")
    await civil.taps("Café de la paix")
    await civil.taps("Je refuse")
    await civil.says("Il manque une source.")
    author.hears("Il manque une source.", "حتى 26 نوفمبر 2026 الساعة 10:00")
    author.sees_choices("مشاركة من جديد", "طلب إعادة النظر")
    await author.taps("طلب إعادة النظر")
    author.hears("لماذا ينبغي أن ينظر فيها آخرون من جديد؟", "Il manque une source.")
    await author.says("المصدر هو تقرير البلدية السنوي.")
    author.hears("سينظر فيها أشخاص غير السابقين")
    civil.hears_nothing()
    deputy.hears("réexamen d’un refus", "Café de la paix")
    official.hears("An author asks for a second look")
    deputy.does_not_hear("Canary")
    await deputy.taps("Lire et décider")
    deputy.hears("Il manque une source.", "المصدر هو تقرير البلدية السنوي.", "définitif")
    deputy.sees_choices("J’accepte", "Je refuse", "Plus tard")
    await deputy.taps("Je refuse")
    await deputy.says("La source reste introuvable.")
    author.hears("وهذا نهائي", "La source reste introuvable.")
    await author.says(f"/appeal {practice}")
    author.hears("تُطلب إعادة النظر مرة واحدة")
    async with author.world.store.reading(author.world.now) as tx:
        assert (await practices.get(tx, practice=practice)).state == "refused"


async def test_after_72_hours_it_is_kindly_no(open_phone):
    """A conversation begun in time ends too late when the words come too late."""
    author, civil, _official, practice = await three(open_phone)
    await civil.says("/decide")
    await civil.taps("Café de la paix")
    await civil.taps("Je refuse")
    await civil.says("Il manque une source.")
    await author.says(f"/appeal {practice}")
    author.hears("لماذا ينبغي")
    await author.waits(hours=72, minutes=1)
    await author.says("المصدر هو تقرير البلدية السنوي.")
    author.hears("خلال 72 ساعة")
    async with author.world.store.reading(author.world.now) as tx:
        assert not await approvals.is_pending(tx, kind=approvals.APPEAL, subject=practice)


async def test_those_who_let_it_wait_are_reminded(open_phone):
    """After three days the country's seats hear of it, after seven every seat of a side that is needed; then nobody."""
    author, civil, official, _practice = await three(open_phone)
    far = open_phone(language="fr")
    await far.is_member(country="SN", name="Awa", coordinator=True)
    await civil.waits(days=2, hours=23)
    civil.hears_nothing()
    await civil.waits(hours=2)
    civil.hears("attend la réponse de votre côté depuis 3 jours")
    official.hears("for 3 days. The person who asked is waiting.")
    far.hears_nothing()
    author.hears_nothing()
    await civil.waits(days=4)
    far.hears("depuis 7 jours")
    await far.taps("Lire et décider")
    far.hears("Café de la paix")
    await far.taps("J’accepte")
    author.hears("متاحة الآن للشبكة")
    await civil.waits(days=30)
    civil.does_not_hear("attend la réponse de votre côté")


async def test_the_oldest_come_first_with_how_long_they_wait(open_phone):
    """The queue is in the order of asking, in pages, and says how many days each has waited."""
    author, civil, _official, _practice = await three(open_phone)
    await civil.waits(days=1)
    for number in range(12):
        await hand_in(author, country="TN", title=f"Pratique numéro {number:02}")
    await civil.says("/decide")
    civil.hears("1. Café de la paix · une pratique à lire, en attente depuis 1 jour", "13 demandes")
    await civil.taps("More")
    await civil.taps("Pratique numéro 11")
    civil.hears("Pratique numéro 11")


async def test_a_voice_message_is_heard_before_the_word(open_phone):
    """What stands for a part of the text comes to the moderator as it would to a reader."""
    author, judge = open_phone(language="ar"), open_phone(language="fr")
    await author.is_member(country="TN")
    await judge.is_member(country="TN", coordinator=True)
    async with author.world.store.transaction(author.world.now) as tx:
        voice = await files.want(tx, person=author.person, kind="voice", source={"ref": "x"})
        await files.came(tx, file=voice, mime="audio/ogg", size=1000)
        await handed_in(tx, author.person, country="TN", title="Café de la paix", files={"problem": voice}, problem="")
    await judge.says("/decide")
    await judge.taps("Café de la paix")
    assert [message.media.mime for message in judge.heard if message.media] == ["audio/ogg"]
    judge.sees_choices("J’accepte", "À modifier", "Je refuse", "Plus tard")


async def test_no_token_or_text_leads_to_the_author(open_phone):
    """What a moderator is sent holds no id, name, organisation or country of the author, though they are colleagues."""
    author, official = open_phone(language="fr"), open_phone(language="fr")
    who = {"side": "official", "service": "prisons", "country": "TN"}
    await author.is_member(**who, name="Canary Nom", organisation="Canary Prison", locality="Canary Ville")
    await official.is_member(**who, name="Karim", coordinator=True)
    practice = await hand_in(author, country="NE", title="Visite des familles")
    await official.says("/decide")
    await official.taps("Visite des familles")
    await official.taps("J’accepte")
    sent = [message.text for message in official.log]
    tokens = [choice.token for message in official.log for choice in message.choices]
    for leak in ("Canary", author.person, author.address, "Tunisie", "Prisons"):
        assert not any(leak in each for each in [*sent, *tokens])
    assert not any(practice in token for token in tokens)


async def test_an_author_who_is_erased_meanwhile_stands_in_no_talk(open_phone):
    """The moderator's word after the erasure publishes nothing and tells nobody."""
    author, civil, _official, practice = await three(open_phone)
    await civil.says("/decide")
    await civil.taps("Café de la paix")
    async with author.world.store.transaction(author.world.now) as tx:
        await erasure.erase(tx, person=author.person)
    await civil.taps("J’accepte")
    author.hears_nothing()
    async with author.world.store.reading(author.world.now) as tx:
        table = practices.practices
        assert await tx.scalar(select(func.count()).select_from(table).where(table.c.id == practice)) == 0


async def test_a_practice_withdrawn_meanwhile_stays_so(open_phone):
    """The word of a moderator who was reading it changes nothing, and they are told so kindly."""
    author, civil, _official, practice = await three(open_phone)
    await civil.says("/decide")
    await civil.taps("Café de la paix")
    async with author.world.store.transaction(author.world.now) as tx:
        await practices.withdraw(tx, person=author.person, practice=practice)
    await civil.taps("J’accepte")
    civil.does_not_hear("C’est fait")
    async with author.world.store.reading(author.world.now) as tx:
        assert (await practices.get(tx, practice=practice)).state == "withdrawn"


async def test_the_same_press_delivered_twice_counts_once(open_phone):
    """A button whose press comes twice gives one word, and the author one notice."""
    author, civil, _official, _practice = await three(open_phone)
    await civil.says("/decide")
    await civil.taps("Café de la paix")
    token = civil.button("J’accepte")
    await civil.presses(token)
    author.hears("متاحة الآن للشبكة")
    await civil.presses(token)
    author.hears_nothing()


# What Jisr is not for


async def said_anywhere(phone, words: str) -> bool:
    """Whether ``words`` stand in any conversation, inbox body or tally of the store."""
    async with phone.world.store.reading(phone.world.now) as tx:
        talks = await conversations.of(tx, person=phone.person)
        kept = [talk.answers for talk in talks] + [talk.prompt for talk in talks]
        rows = [repr(row) for table in metadata.sorted_tables for row in await tx.all(select(table))]
        bodies = await tx.scalar(select(func.count()).where(inbox.inbox.c.body.is_not(None)))
        return any(words in repr(each) for each in [*kept, *rows]) or bool(bodies)


async def test_a_cry_for_help_is_answered_anywhere(open_phone):
    """To the menu, within a question, before joining: the card with the numbers of the country; nothing is kept."""
    chat, stranger = open_phone(language="fr"), open_phone(language="ar")
    await chat.is_member(country="TN")
    await chat.says("Au secours !")
    chat.hears("Cela ressemble à une urgence.", "police 197", "Garde nationale 193", "n’a pas été conservé")
    await chat.says("/menu")
    await chat.says("ils tirent sur nous")
    chat.hears("une urgence", "Que souhaitez-vous faire")
    await chat.says("1")
    await chat.says("Ils tirent sur nous, vite !")
    chat.hears("une urgence")
    assert not await said_anywhere(chat, "tirent")
    await stranger.says("النجدة")
    stranger.hears("يبدو أن هذه حالة طارئة", "مصالح الطوارئ في بلدكم")
    assert not await said_anywhere(stranger, "النجدة")
    async with chat.world.store.reading(chat.world.now) as tx:
        assert await tallies.counts(tx) == {"referral_emergency": 4}


async def test_a_complaint_is_no_practice(open_phone):
    """In the share conversation the card comes, the question is asked again, and what was written is not kept."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    await chat.says("/share")
    while chat.choices and not chat.text.count("titre"):
        await chat.says("1")
    await chat.says("Je veux porter plainte contre un gendarme de mon village")
    chat.hears("Cela ressemble à une plainte.", "médiateur")
    assert not await said_anywhere(chat, "gendarme de mon")
    await chat.says("Une boîte à plaintes devant la brigade")
    chat.does_not_hear("Cela ressemble")
    assert await said_anywhere(chat, "boîte à plaintes")


async def test_intelligence_goes_nowhere(open_phone):
    """Typed with nothing under way, or to the menu, it gets the card; a search for the like is a search."""
    chat = open_phone(language="en")
    await chat.is_member(country="SN")
    await chat.says("Armed men are hiding in the forest near the river")
    chat.hears("This reads as information about armed people", "police 17")
    assert not await said_anywhere(chat, "forest")
    await chat.says("/menu")
    await chat.says("A convoy will pass tomorrow")
    chat.hears("This reads as information", "What would you like to do")
    async with chat.world.store.reading(chat.world.now) as tx:
        assert await tallies.counts(tx) == {"referral_intelligence": 2}


async def test_the_word_help_is_help(open_phone):
    """Somebody who asks how Jisr works gets that, not the card."""
    chat = open_phone(language="en")
    await chat.is_member()
    await chat.says("help")
    chat.hears("Write one of these words at any time")
    chat.does_not_hear("This reads as")


async def test_a_wish_to_join_that_waits_is_brought_to_mind(open_phone):
    """Coordinators are reminded of people who wait at the door, too; of those who left they hear nothing."""
    applicant, other, chat = open_phone(language="fr"), open_phone(language="fr"), open_phone(language="en")
    for phone, name in ((applicant, "Amel"), (other, "Sami")):
        await phone.is_member(state="joining", country="TN", name=name)
        async with phone.world.store.transaction(phone.world.now) as tx:
            await joining.ask(tx, person=phone.person)
    await chat.is_member(country="TN", coordinator=True)
    async with chat.world.store.transaction(chat.world.now) as tx:
        await erasure.erase(tx, person=other.person)
    await chat.waits(days=3)
    assert len(chat.heard) == 1
    chat.hears("A request has waited for your side’s word for 3 days.")
    await chat.taps("Read and decide")
    chat.hears("Amel asks to join.")
