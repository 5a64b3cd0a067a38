"""Asking the network: whom it reaches, what is read of the asker, and what comes back."""

from __future__ import annotations

import pytest

from handlers import people
from handlers.inquiries import ask, question_cards, relaying
from handlers.language import OFFERED
from handlers.registry import Occasion
from network import addresses, erasure, members, questions, topics, waves
from network.answers import of as given_to
from network.attribution import Attribution
from network.questions import Question, State
from tests.handlers.questioning import ASKED, GIVEN, TOPIC, answers, asks, count_of, joined, question_of
from tests.network.people import published


async def test_a_question_goes_to_both_sides_of_the_region(open_phone):
    """What is asked is screened, shown as others will read it, and reaches followers with no more of the asker."""
    asker, official, civil = open_phone(language="en"), open_phone(language="en"), open_phone(language="en")
    await joined(asker, country="TN", name="Amel")
    await joined(official, "official", "ML")
    await joined(civil, "civil", "SN")
    await asker.says("ask the network")
    asker.hears("Which field is your question about?")
    await asker.taps("Community security")
    await asker.taps("Police-public dialogue")
    asker.hears("What do you want to ask?")
    await asker.says("Call me on 90 12 34 56 to tell me how")
    asker.hears("phone number")
    await asker.says(ASKED)
    asker.sees_choices("Everywhere", "My whole region", "With our neighbours", "My country")
    await asker.taps("Everywhere")
    asker.sees_choices("Both sides", "Officials", "Civil society")
    await asker.taps("Both sides")
    asker.hears("Openly · A member of civil society, Maghreb")
    await asker.taps("Openly")
    await asker.taps("As they come")
    asker.hears(
        "A member of civil society, Maghreb asks, on the topic Police-public dialogue:",
        ASKED,
        "Everywhere · Both sides",
    )
    await asker.taps("Yes, ask it")
    asker.hears("It goes to the members there who follow this topic.", "My questions")
    await asker.waits(seconds=1)
    for phone in (official, civil):
        phone.hears("A member of civil society, Maghreb asks", ASKED)
        phone.does_not_hear("Amel", "Tunisia")
        phone.sees_choices("Answer it", "Not now", "Report or silence")
    asker.hears_nothing()


async def test_everything_can_be_done_by_numbers(open_phone):
    """Asking and answering on WhatsApp take nothing but typed numbers and words, in digits of any script."""
    asker, other = open_phone(channel="whatsapp", language="en"), open_phone(channel="whatsapp", language="en")
    await joined(asker)
    await joined(other, "official")
    await asker.says("/ask")
    field = [topic.code for topic in topics.roots()].index("com") + 1
    topic = [topic.code for topic in topics.children("com")].index(TOPIC) + 1
    for typed in (str(field), str(topic), ASKED, "١", "1", "2", "2"):
        await asker.says(typed)
    asker.hears("A member of the network asks")
    await asker.says("1")
    await asker.waits(seconds=1)
    other.hears("A member of the network asks")
    await other.says("questions to answer")
    other.hears("1 question waits.")
    for typed in ("1", GIVEN, "2", "1"):
        await other.says(typed)
    other.hears("Your answer is on its way.")
    asker.hears_nothing()
    await asker.says("my questions")
    for typed in ("1", "1"):
        await asker.says(typed)
    asker.hears("An official, Sahel:\n“We began")


async def test_a_sensitive_question_goes_out_when_both_sides_agree(open_phone):
    """The past is asked about with care; it reaches nobody before a coordinator of each side has read it."""
    asker, official, civil, other = (open_phone(language="en") for _ in range(4))
    await asker.is_member(country="NE", name="Amel")
    await official.is_member(side="official", service="police", country="NE", coordinator=True)
    await civil.is_member(country="NE", coordinator=True)
    await joined(other, "official", topic="tru.past")
    await asker.says("/ask")
    await asker.taps("Trust & communication")
    await asker.taps("Legacy of the past")
    asker.hears("may touch what people lived through", "What do you want to ask?")
    await asker.says("How did you speak of the past with the families?")
    for label in ("Everywhere", "Both sides", "Unattributed", "As they come", "Yes, ask it"):
        await asker.taps(label)
    asker.hears("a coordinator from each side reads it first")
    official.hears("A question waits for your decision.")
    await asker.waits(seconds=1)
    other.hears_nothing()
    await official.taps("Read and decide")
    official.hears("A member of the network asks", "It needs a yes from each side")
    official.does_not_hear("Amel", "civil society, Sahel")
    await official.taps("I agree")
    await official.says("It is asked with respect.")
    await civil.taps("Read and decide")
    civil.hears("The other side says: It is asked with respect.")
    await civil.taps("I agree")
    asker.hears("Good news: your question", "goes out now")
    await asker.waits(seconds=1)
    other.hears("How did you speak of the past", "may touch what people lived through")


async def test_a_sensitive_question_may_come_back_with_a_reason(open_phone):
    """The asker reads why it was not passed on, and can ask in other words."""
    asker, civil = open_phone(language="fr"), open_phone(language="en")
    await asker.is_member(country="NE")
    await civil.is_member(country="NE", coordinator=True)
    async with asker.world.store.transaction(asker.world.now) as tx:
        await questions.ask(tx, person=asker.person, topic="tru.past", text="Qui a fait cela ?", language="fr")
    await civil.says("/decide")
    await civil.says("1")
    await civil.taps("I refuse")
    await civil.says("Please ask how, not who.")
    asker.hears("Please ask how, not who.")
    async with asker.world.store.reading(asker.world.now) as tx:
        assert (await questions.mine(tx, person=asker.person))[0].state is State.REFUSED


async def test_a_reported_question_is_looked_at(open_phone):
    """Who was asked reports it; coordinators keep it open or close it, and the asker hears why."""
    asker, reader, moderator = open_phone(language="en"), open_phone(language="en"), open_phone(language="en")
    await joined(asker, country="TN")
    await joined(reader, "official")
    await moderator.is_member(country="NE", coordinator=True)
    await asks(asker)
    await asker.waits(seconds=1)
    await reader.taps("Report or silence")
    await reader.taps("It should not be here")
    reader.hears("nobody learns who said so")
    moderator.hears("A member asks you to look at an open question.")
    await moderator.taps("Read and decide")
    moderator.hears("A member thinks that this open question should not be here.", ASKED)
    await moderator.taps("I refuse")
    await moderator.says("It leads to one single person.")
    asker.hears("Coordinators closed your question", "It leads to one single person.")
    await reader.says("questions to answer")
    reader.hears("No question waits for you now.")


async def test_who_was_asked_may_leave_it_or_hear_no_more_of_the_topic(open_phone):
    """Not now leaves it in the list; a silenced topic brings no further question."""
    asker, reader = open_phone(language="en"), open_phone(language="en")
    await joined(asker, country="TN")
    await joined(reader, "official")
    await asks(asker)
    await asker.waits(seconds=1)
    await reader.taps("Not now")
    reader.hears("It waits for you under “Questions to answer”")
    await reader.taps("Report or silence")
    await reader.taps("Silence this topic")
    reader.hears("It is silent now.")
    await asks(asker)
    await asker.waits(seconds=1)
    reader.hears_nothing()


async def test_a_question_about_a_practice_reaches_its_author(open_phone):
    """The author is among those who are asked, and nobody learns that one of them is the author."""
    asker, author, other = open_phone(language="en"), open_phone(language="en"), open_phone(language="en")
    await joined(asker, country="TN", name="Amel")
    await author.is_member(country="SN", name="Fatou", quiet_from="", quiet_until="")
    await joined(other, "official")
    async with asker.world.store.transaction(asker.world.now) as tx:
        practice = await published(tx, author.person, title="Café de la paix", language="en", country="SN")
    await asker.says(f"/ask about:{practice}")
    asker.hears("What do you want to ask?")
    await asker.says(ASKED)
    for label in ("Everywhere", "Both sides", "Openly", "As they come"):
        await asker.taps(label)
    asker.hears("It is about the practice “Café de la paix”.")
    await asker.taps("Yes, ask it")
    await asker.waits(seconds=1)
    for phone in (author, other):
        phone.hears("It is about the practice “Café de la paix”.", ASKED)
    await answers(author)
    await asker.taps("Read it")
    await asker.taps("Read the answers")
    asker.hears("A member of civil society, coastal West Africa:\n“We began with tea")
    asker.does_not_hear("Fatou", "author", "Senegal")


async def test_three_questions_at_a_time(open_phone):
    """The fourth is kindly put off, before anything is written."""
    asker = open_phone(language="en")
    await joined(asker)
    for _ in range(3):
        await asks(asker)
    await asker.says("/ask")
    asker.hears("You have three questions under way.")


async def test_a_question_that_nobody_answers_goes_further_and_closes_kindly(open_phone):
    """Asked more widely it reaches the next country; a month after it opened it closes with a kind word."""
    asker, far = open_phone(language="en"), open_phone(language="en")
    await joined(asker)
    await joined(far, "official", "TN")
    await asks(asker, scope="My whole region")
    await asker.waits(seconds=1)
    far.hears_nothing()
    await asker.says("my questions")
    await asker.says("1")
    asker.hears("No answer yet.")
    await asker.taps("Ask more widely")
    asker.hears("It goes one step further now")
    await asker.waits(seconds=1)
    far.hears(ASKED)
    await answers(far)
    await asker.waits(days=30)
    asker.hears("was open for a month and is closed now. Thank you for asking")
    far.hears("is closed. Thank you for your answer: it helped.")


async def test_another_wave_comes_a_day_later(open_phone, monkeypatch):
    """While a side has hardly answered, more members are asked each day, and nobody twice."""
    monkeypatch.setattr(waves, "WAVE", 1)
    asker, one, two = open_phone(language="en"), open_phone(language="en"), open_phone(language="en")
    await joined(asker, country="TN")
    await joined(one, "official")
    await joined(two, "official")
    await asks(asker, sides="Officials")
    heard = []
    for hours in (1, 24, 24):
        await asker.waits(hours=hours)
        heard.append([phone.person for phone in (one, two) if ASKED in phone.text])
    assert [len(each) for each in heard] == [1, 1, 0]
    assert {*heard[0], *heard[1]} == {one.person, two.person}


@pytest.mark.parametrize("leaves", ["asker", "answerer"])
async def test_whoever_leaves_takes_their_words_along(open_phone, leaves):
    """An erased asker ends the answers being written; an erased answerer goes from what the asker was reading."""
    asker, official = open_phone(language="en"), open_phone(language="en")
    await joined(asker, country="TN")
    await joined(official, "official")
    await asks(asker)
    await asker.waits(seconds=1)
    await answers(official)
    await asker.taps("Read it")
    await asker.taps("Read the answers")
    gone, left = (asker, official) if leaves == "asker" else (official, asker)
    await official.taps("Answer it")
    async with asker.world.store.transaction(asker.world.now) as tx:
        await erasure.erase(tx, person=gone.person)
    await left.says("A few more words on this, then.")
    left.does_not_hear(ASKED if leaves == "asker" else GIVEN)
    if leaves == "answerer":
        await asker.says("my questions")
        await asker.says("1")
        asker.hears("No answer yet.")
    else:
        await official.says("questions to answer")
        official.hears("No question waits for you now.")


async def test_a_question_crosses_languages(open_phone):
    """Asked in Arabic on Telegram, answered in French on WhatsApp: each reads the other's words, marked as such."""
    asker, official = open_phone(language="ar"), open_phone(channel="whatsapp", language="fr")
    await joined(asker, country="TN")
    await joined(official, "official", "NE")
    await asker.says("سؤال الشبكة")
    asker.hears("ما مجال سؤالكم؟")
    await asker.taps("الأمن المجتمعي")
    await asker.taps("حوار الشرطة والمواطنين")
    await asker.says("كيف نبدأ الحوار حيث لا يثق أحد بأحد؟")
    for label in ("في كل مكان", "الطرفان", "مع الطرف والمنطقة", "كلما وصلت"):
        await asker.taps(label)
    asker.hears("من المجتمع المدني، البلدان المغاربية: سؤال حول موضوع «حوار الشرطة والمواطنين»")
    await asker.taps("نعم، اطرحوه")
    asker.hears("تجدونها في «أسئلتي»")
    await asker.waits(seconds=1)
    official.hears("Société civile, Maghreb\u202f: une question sur le thème «\u202fDialogue police-public\u202f»")
    official.hears("كيف نبدأ الحوار", "Langue du texte\u202f: arabe")
    official.sees_choices("Répondre", "Pas maintenant", "Signaler ou couper")
    await official.taps("Répondre")
    for words in ("Autour d’un thé, après le marché.", "2", "1"):
        await official.says(words)
    official.hears("Votre réponse est en route.")
    asker.hears("وصلت إجابة عن سؤالكم")
    await asker.taps("قراءتها")
    await asker.taps("قراءة الإجابات")
    asker.hears("من الجهات الرسمية، الساحل:\n«Autour d’un thé", "الفرنسية")
    asker.hears("من المجتمع المدني: لا إجابة أخرى بعد.")
    await asker.taps("توجيه الشكر")
    official.hears("vous remercie de votre réponse")


async def test_what_is_pressed_twice_happens_once(open_phone):
    """A second press on an old button sends no second answer, no second question, no second thanks."""
    asker, official = open_phone(language="en"), open_phone(language="en")
    await joined(asker, country="TN")
    await joined(official, "official")
    await asks(asker)
    sent = asker.button("Yes, ask it")
    await asker.presses(sent)
    await asker.waits(seconds=1)
    await answers(official)
    given = official.button("Yes, send it")
    await official.presses(given)
    asker.hears_nothing()
    await asker.says("my questions")
    asker.hears("1. How do you begin")
    await asker.says("1")
    asker.hears("1 answer.")
    await asker.taps("Read the answers")
    thanks = asker.button("Say thank you")
    await asker.presses(thanks)
    official.hears("thanks you for your answer")
    await asker.presses(thanks)
    official.hears_nothing()
    assert await count_of(asker) == 1


async def test_a_member_who_stopped_is_not_asked_and_asks_no_further(open_phone):
    """While the asker has stopped no wave goes out; it goes on a day after they came back."""
    asker, official = open_phone(language="en"), open_phone(language="en")
    await joined(asker, country="TN")
    await joined(official, "official")
    await asks(asker)
    await asker.says("/stop")
    await asker.says("yes")
    await asker.waits(seconds=1)
    official.hears_nothing()
    await asker.says("/return")
    await asker.waits(hours=24)
    official.hears(ASKED)


async def test_news_of_the_night_waits_for_the_morning(open_phone):
    """A question put in somebody's quiet hours is held for them until these end."""
    asker, official = open_phone(language="en"), open_phone(language="en")
    await joined(asker, country="TN")
    await joined(official, "official")
    async with asker.world.store.transaction(asker.world.now) as tx:
        await members.change(tx, person=official.person, quiet_from="08:00", quiet_until="12:00")
    await asks(asker)
    world = asker.world
    async with world.store.transaction(world.now) as tx:
        who = await people.at(tx, await addresses.get(tx, address=asker.address), world.desk.translator)
        (letter,) = await relaying.call(tx, Occasion(who, await question_of(asker)))
    assert (letter.not_before.hour, letter.about) == (11, asker.person)  # 12:00 in Niamey


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/answer 0123", "This question takes no more answers."),
        ("/called 0123", "This question takes no more answers."),
        ("/reply 0123", "This question takes no more answers."),
        ("/credit 0123", "That is not asked any more."),
        ("/compose 0123", "That is not possible any more."),
        ("/asked 0123", "You have asked nothing yet."),
        ("/ask about:0123", "Which field is your question about?"),
    ],
)
async def test_what_leads_nowhere_is_said_kindly(open_phone, command, words):
    """A command with an id that is unknown, gone or somebody else's opens nothing."""
    phone = open_phone(language="en")
    await joined(phone)
    await phone.says(command)
    phone.hears(words)


async def test_nobody_opens_what_is_another_members(open_phone):
    """The commands of an asker and of an answerer, sent by a third, show and do nothing."""
    asker, official, third = open_phone(language="en"), open_phone(language="en"), open_phone(language="en")
    await joined(asker, country="TN")
    await joined(official, "official")
    await third.is_member(country="SN")
    question = await asks(asker, sides="Officials")
    await asker.waits(seconds=1)
    await answers(official)
    await asker.taps("Read it")
    await asker.taps("Read the answers")
    await asker.taps("Ask the official back")
    await asker.says("And who paid for the tea?")
    async with asker.world.store.reading(asker.world.now) as tx:
        (given,) = await given_to(tx, question=question)
    for command in (f"/answer {question}", f"/called {question}", f"/asked {question}", f"/compose {question}"):
        await third.says(command)
        third.does_not_hear(ASKED, "tea")
    for command in (f"/reply {given.id}", f"/credit {given.id}"):
        await third.says(command)
        third.does_not_hear(ASKED, "tea")


@pytest.mark.parametrize("language", OFFERED)
def test_the_longest_question_fits_below_buttons(translator, now, language):
    """A notice with the longest question, on the past, about a practice, in another language, is one WhatsApp body."""
    question = Question(
        id="q",
        asker="a",
        state=State.OPEN,
        topic=questions.PAST,
        about="p",
        scope="all",
        sides="both",
        country="TN",
        language="ha",
        openly=True,
        together=False,
        announced=False,
        looked_at=False,
        text="x" * ask.TEXT[1],
        summary="",
        asked_at=now,
        closes_at=None,
    )
    for side in ("official", "civil"):
        shown = Attribution("", side=side, region="coast")
        card = question_cards.asked(question, shown, language, practice="t" * 60)
        assert len(translator.render(card, language)) <= 1024
