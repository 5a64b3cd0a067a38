"""Answering and reading answers: both sides together, by words or by voice, corrected, reported, made a practice."""

from __future__ import annotations

from handlers.messages import MediaKind
from network import erasure, files, practices
from network.answers import of as given_to
from tests.handlers.questioning import ASKED, GIVEN, answers, asks, joined


async def test_the_answers_of_both_sides_are_read_together(open_phone):
    """An official and an association answer, each with the line they chose; the asker reads and thanks."""
    asker, official, civil = open_phone(language="en"), open_phone(language="en"), open_phone(language="en")
    await joined(asker, country="TN", name="Amel")
    await joined(official, "official", "ML", name="Moussa")
    await joined(civil, "civil", "SN", name="Awa")
    await asks(asker)
    await asker.waits(seconds=1)
    await official.taps("Answer it")
    official.hears(ASKED, "What do you answer?")
    await official.says(GIVEN)
    official.hears("What may be said of you?", "Nothing about me · A member of the network", "An official, Sahel")
    await official.taps("Side and region")
    official.hears("An official, Sahel:\n“We began with tea")
    await official.taps("Yes, send it")
    official.hears("Your answer is on its way.")
    asker.hears("There is an answer to your question “How do you begin")
    await answers(civil, "Women of the quarter invited everybody.", "Nothing about me")
    asker.hears_nothing()
    await asker.taps("Read it")
    asker.hears("Police-public dialogue · open", "2 answers.", "2 are new.")
    await asker.taps("Read the answers")
    asker.hears("1 of 2", "An official, Sahel:\n“We began with tea", "From civil society: no other answer yet.")
    asker.does_not_hear("Moussa", "Mali")
    await asker.taps("The next answers")
    asker.hears("2 of 2", "A member of the network:\n“Women of the quarter")
    asker.does_not_hear("Awa", "civil society", "Senegal")
    await asker.taps("Say thank you")
    civil.hears("The person who asked “How do you begin", "thanks you for your answer.")
    civil.does_not_hear("Amel")
    asker.sees_no_choice("Say thank you")
    await asker.taps("Enough for now")
    asker.hears("2 answers.")
    asker.does_not_hear("new")


async def test_an_asker_reads_both_sides_together_or_at_last_one(open_phone):
    """Who wants to read both together hears when the second side answers; else after 48 hours, or when they look."""
    asker, official, civil = open_phone(language="en"), open_phone(language="en"), open_phone(language="en")
    await joined(asker, country="TN")
    await joined(official, "official")
    await joined(civil)
    await asks(asker, when="Both sides together")
    await asker.waits(seconds=1)
    await answers(official)
    asker.hears_nothing()
    await asker.says("my questions")
    await asker.says("1")
    asker.hears("Only one side is there yet.")
    asker.sees_choice("Read the answers")
    await answers(civil)
    asker.hears("There is an answer")
    await asks(asker, when="Both sides together")
    await asker.waits(seconds=1)
    await answers(official)
    await asker.waits(hours=47)
    asker.does_not_hear("There is an answer")
    await asker.waits(hours=1)
    asker.hears("There is an answer to your question")


async def test_what_is_asked_back_is_relayed(open_phone):
    """An asker asks back once; the answer to that stands with the first one; neither learns who the other is."""
    asker, official = open_phone(language="en"), open_phone(language="en")
    await joined(asker, name="Amel")
    await joined(official, "official", name="Moussa")
    await asks(asker, name="Unattributed")
    await asker.waits(seconds=1)
    await answers(official)
    await asker.taps("Read it")
    await asker.taps("Read the answers")
    await asker.taps("Ask the official back")
    await asker.says("And who paid for the tea?")
    asker.sees_no_choice("Ask the official back")
    official.hears("The person who asked it asks back:\n\n“And who paid for the tea?”")
    official.does_not_hear("Amel", "civil society")
    await official.taps("Answer it")
    official.hears("You answered: “We began with tea", "What do you answer?")
    await official.says("The mayor did, each month.")
    official.hears("Your answer is on its way.")
    asker.hears("There is an answer")
    await asker.taps("Read it")
    await asker.taps("Read the answers")
    asker.hears("You asked back: “And who paid for the tea?”\nThe answer: “The mayor did, each month.”")


async def test_a_question_closed_in_the_middle_of_an_answer(open_phone):
    """Who was still writing is told that it is over; who had answered hears thanks and the summary."""
    asker, quick, slow = open_phone(language="en"), open_phone(language="en"), open_phone(language="en")
    await joined(asker, country="TN")
    await joined(quick, "official")
    await joined(slow)
    await asks(asker)
    await asker.waits(seconds=1)
    await answers(quick)
    await slow.taps("Answer it")
    await slow.says(GIVEN)
    await slow.taps("Side and region")
    await asker.says("my questions")
    await asker.says("1")
    await asker.taps("Close the question")
    asker.hears("Who answered hears your thanks.")
    await asker.says("We begin next month, with tea.")
    quick.hears("The question “How do you begin", "is closed. Thank you", "writes: “We begin next month, with tea.”")
    slow.hears_nothing()
    await slow.taps("Yes, send it")
    slow.hears("was closed meanwhile, so your answer was not sent")
    await slow.taps("Answer it")
    slow.hears("This question takes no more answers.")


async def test_answers_become_a_practice_with_the_yes_of_their_authors(open_phone):
    """Each author is asked; the practice holds only the answers of those who agreed, with the line they chose."""
    asker, official, civil = open_phone(language="en"), open_phone(language="en"), open_phone(language="en")
    moderator = open_phone(language="en")
    await joined(asker, country="TN")
    await joined(official, "official", "ML", name="Moussa")
    await joined(civil, name="Awa")
    await moderator.is_member(country="TN", coordinator=True)
    await asks(asker)
    await asker.waits(seconds=1)
    await answers(official)
    await answers(civil, "Women of the quarter invited everybody.")
    await asker.says("my questions")
    await asker.says("1")
    await asker.taps("Make it a practice")
    asker.hears("Which answers shall become part of it?")
    for label in (GIVEN, "Women of the quarter invited everybody."):
        await asker.taps(label)
    await asker.taps("Done")
    for phone in (official, civil):
        phone.hears("would like to make a practice of answers")
    await official.taps("See and decide")
    official.hears("You answered: “We began with tea")
    await official.taps("Yes, with this line")
    asker.hears("agrees that it becomes part of a practice")
    await civil.taps("See and decide")
    await civil.taps("No, please not")
    civil.hears("It is done as you wish.")
    await asker.taps("Go on")
    await asker.taps("Make it a practice")
    asker.hears("1 author has agreed.")
    await asker.taps("Write it now")
    await asker.says("Tea before trust")
    asker.hears("The problem, as you asked it:\n“How do you begin")
    await asker.taps("Keep it")
    asker.hears("“We began with tea")
    asker.does_not_hear("Women of the quarter")
    await asker.taps("Keep it")
    await asker.taps("The whole region")
    asker.hears("From answers of members: An official, Sahel")
    await asker.says("yes")
    moderator.hears("A practice waits for your decision: “Tea before trust”.")
    async with asker.world.store.reading(asker.world.now) as tx:
        (made,) = await practices.mine(tx, author=asker.person)
    assert made.parts["done"] == GIVEN
    assert "Women" not in repr(made.parts)


async def test_a_better_answer_takes_the_place_of_the_first(open_phone):
    """Who answers again replaces what they wrote; the asker is told again once they had read the first."""
    asker, official = open_phone(language="en"), open_phone(language="en")
    await joined(asker, country="TN")
    await joined(official, "official")
    await asks(asker)
    await asker.waits(seconds=1)
    await answers(official)
    await asker.taps("Read it")
    await asker.taps("Read the answers")
    await official.taps("Answer it")
    official.hears("You have answered: “We began with tea", "A new answer takes its place.")
    await official.says("First we listened, for a year.")
    await official.taps("Nothing about me")
    await official.taps("Change the answer")
    await official.says("First we listened, for two years.")
    await official.taps("Yes, send it")
    asker.hears("There is an answer to your question")
    await asker.taps("Read it")
    await asker.taps("Read the answers")
    asker.hears("A member of the network:\n“First we listened, for two years.”")
    asker.does_not_hear("tea")


async def test_an_answer_may_be_a_voice(open_phone):
    """Somebody who knows that a voice may be recognised answers by voice; the asker hears it on the other app."""
    asker, official = open_phone(language="en"), open_phone(channel="whatsapp", language="en")
    await joined(asker, country="TN")
    await joined(official, "official")
    question = await asks(asker)
    await asker.waits(seconds=1)
    await official.taps("Answer it")
    official.hears("A voice message will do as well.")
    await official.sends(MediaKind.PICTURE)
    official.hears("Please write your answer, or send a voice message")
    await official.sends(MediaKind.VOICE)
    official.hears("will hear your voice, and may know it")
    await official.taps("Send my voice")
    await official.taps("Nothing about me")
    official.hears("A member of the network:\n“(a voice message)”")
    await official.taps("Yes, send it")
    official.hears("still on its way here")
    asker.hears_nothing()
    await official.has_sent()
    await official.taps("Yes, send it")
    official.hears("Your answer is on its way.")
    await asker.taps("Read it")
    await asker.taps("Read the answers")
    asker.hears("A member of the network, by voice")
    assert [message.media.kind for message in asker.heard if message.media] == [MediaKind.VOICE]
    await asker.taps("Enough for now")
    await asker.taps("Make it a practice")
    asker.hears("No author of a written answer is left to ask.")
    await official.taps("Answer it")
    await official.says(GIVEN)
    for label in ("Side and region", "Yes, send it"):
        await official.taps(label)
    async with asker.world.store.transaction(asker.world.now) as tx:
        (given,) = await given_to(tx, question=question)
        assert (given.text, given.file) == (GIVEN, "")
        assert await files.of(tx, person=official.person) == []


async def test_who_does_not_want_to_be_heard_writes(open_phone):
    """A voice that was sent is not passed on when its author thinks better of it; nor when they leave."""
    asker, official = open_phone(language="en"), open_phone(language="en")
    await joined(asker, country="TN")
    await joined(official, "official")
    question = await asks(asker)
    await asker.waits(seconds=1)
    await official.taps("Answer it")
    await official.sends(MediaKind.VOICE)
    await official.taps("Write instead")
    official.hears("What do you answer?")
    await official.sends(MediaKind.VOICE)
    await official.has_sent()
    for label in ("Send my voice", "Nothing about me", "Yes, send it"):
        await official.taps(label)
    async with asker.world.store.transaction(asker.world.now) as tx:
        (given,) = await given_to(tx, question=question)
        assert given.file
        await erasure.erase(tx, person=official.person)
        assert await files.find(tx, file=given.file) is None


async def test_an_answer_that_should_not_be_here_is_taken_away(open_phone):
    """The asker reports an answer; coordinators other than the two look at it, and its author hears why it went."""
    asker, official, civil = open_phone(language="en"), open_phone(language="en"), open_phone(language="en")
    moderator = open_phone(language="en")
    await joined(asker, country="TN", name="Amel")
    await joined(official, "official", name="Moussa", coordinator=True)
    await joined(civil)
    await moderator.is_member(country="SN", coordinator=True)
    question = await asks(asker)
    await asker.waits(seconds=1)
    await answers(official, "Write down who comes, and send us the list.")
    await answers(civil)
    await asker.taps("Read it")
    await asker.taps("Read the answers")
    await asker.taps("It should not be here")
    await asker.taps("Write down who comes, and send us the list.")
    asker.hears("Thank you for taking care.")
    official.hears_nothing()
    moderator.hears("A member asks you to look at an answer that came.")
    await official.says("/decide")
    official.hears("Nothing waits for your decision now.")
    await moderator.taps("Read and decide")
    moderator.hears("The person who asked thinks", "An official, Sahel:\n“Write down who comes")
    moderator.does_not_hear("Moussa", "Amel")
    await moderator.taps("I refuse")
    await moderator.says("Lists of people put them in danger.")
    official.hears("Coordinators took your answer to “How do you begin", "Lists of people put them in danger.")
    async with asker.world.store.reading(asker.world.now) as tx:
        assert [each.text for each in await given_to(tx, question=question)] == [GIVEN]


async def test_an_answer_that_was_reported_may_stay(open_phone):
    """Kept, the answer stays, the asker hears so, and it is not looked at again."""
    asker, civil, moderator = open_phone(language="en"), open_phone(language="en"), open_phone(language="en")
    await joined(asker, country="TN")
    await joined(civil)
    await moderator.is_member(country="SN", coordinator=True)
    question = await asks(asker)
    await asker.waits(seconds=1)
    await answers(civil)
    await asker.taps("Read it")
    await asker.taps("Read the answers")
    await asker.taps("It should not be here")
    await moderator.taps("Read and decide")
    await moderator.taps("I agree")
    asker.hears("Coordinators looked at the answer to “How do you begin", "it stays")
    await asker.taps("It should not be here")
    moderator.hears_nothing()
    async with asker.world.store.reading(asker.world.now) as tx:
        assert len(await given_to(tx, question=question)) == 1


async def test_what_a_notice_asks_can_be_answered_without_its_buttons(open_phone):
    """A question back, a wish to publish and a report are found under “Questions to answer”, by numbers alone."""
    asker, official = open_phone(language="en"), open_phone(language="en")
    await joined(asker)
    await joined(official, "official")
    await asks(asker)
    await asker.waits(seconds=1)
    await official.says("questions to answer")
    official.sees_choices(f"{ASKED}", "Report or silence")
    await official.says("2")
    official.hears("Which question is it about?")
    await official.says("1")
    official.sees_choice("It should not be here")
    await official.says("cancel")
    await answers(official)
    await asker.taps("Read it")
    await asker.says("1")
    await asker.taps("Ask the official back")
    await asker.says("And who paid for the tea?")
    await official.says("questions to answer")
    official.sees_choices("And who paid for the tea?")
    await official.says("1")
    official.hears("The person who asked asks back:\n“And who paid for the tea?”")
    await official.says("The mayor did, each month.")
    official.hears("Your answer is on its way.")
    await asker.says("my questions")
    await asker.says("1")
    await asker.taps("Make it a practice")
    await asker.says("1")
    asker.hears("They are asked")
    await official.says("questions to answer")
    await official.says("1")
    official.hears("May it become part of a practice?")
    await official.says("3")
    official.hears("It is done as you wish.")
    await official.says("questions to answer")
    official.hears("No question waits for you now.")
