"""Polls of every kind in the chat: ranked, several, in words, ready-made, proposed, of both sides, by language."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.language import OFFERED
from handlers.polls import poll, poll_figures, poll_news, poll_wording
from network import ballots, blueprints, polls, promises, results, rounds
from network.polls import State
from tests.handlers.polling_talk import ANSWERS, QUESTION, coordinators, joined, makes, passes, poll_of


async def found(phone, poll_id: str):
    """Return a poll and its results as somebody sees them."""
    async with phone.world.store.reading(phone.world.now) as tx:
        return await polls.get(tx, poll=poll_id), await results.of(tx, poll=poll_id, person=phone.person)


async def test_a_ranking_is_given_by_successive_choices(open_phone):
    """What was placed is offered no more, one may stop early, and the count is explained in a member’s words."""
    civil, official = await coordinators(open_phone)
    made = await makes(civil, kind="Put in order")
    await passes(civil, seconds=1)
    await official.taps("Have your say")
    official.hears("Choose 2, the most important first.", "Which comes first?")
    await official.taps("Training")
    official.hears("as number 2?")
    official.sees_no_choice("Training")
    official.sees_no_choice("Prefer not to say")
    await official.taps("Roads")
    official.hears("your answer counts")
    await civil.taps("Have your say")
    await civil.taps("Training")
    await civil.taps("That is all")
    await civil.taps("Results so far")
    civil.hears("1. Training: 4 points", "2. Roads: 1 point", "3. Radios: 0 points", "with 2 places the first gives 2")
    _poll, seen = await found(civil, made)
    assert [(place.number, place.points) for place in seen.places] == [(3, 4), (1, 1), (2, 0)]


async def test_several_choices_are_limited_and_silence_goes_alone(open_phone):
    """More than allowed is refused, “prefer not to say” goes with nothing else, and numbers do as well as taps."""
    civil, official = await coordinators(open_phone)
    await makes(civil, kind="Several choices")
    await passes(civil, seconds=1)
    await official.taps("Have your say")
    await official.says("1 2 3")
    official.hears("at most 2")
    await official.says("1 4")
    official.hears("goes with no other answer")
    await official.says("١ ٢")
    official.hears("your answer counts")
    await official.taps("Results so far")
    official.hears("1 of 1", "0 of 1")


async def test_words_of_ones_own_are_screened(open_phone):
    """A short text that leads to a person is refused; one may prefer not to say."""
    civil, official = await coordinators(open_phone)
    await makes(civil, kind="A short text")
    await passes(civil, seconds=1)
    await official.taps("Have your say")
    await official.says("Ask +227 90 12 34 56")
    official.hears("phone number")
    await official.says("More light on the market road")
    official.hears("your answer counts")
    await civil.taps("Have your say")
    await civil.taps("Prefer not to say")
    await civil.taps("Results so far")
    civil.hears("2 members took part.", "1 preferred not to say.")
    civil.sees_no_choice("Read the answers")
    await passes(civil, days=7)
    await civil.says(f"/results {await poll_of(civil)}")
    await civil.taps("Read the answers")
    civil.hears("“More light on the market road”")
    await civil.taps("Say what was done")


async def test_a_secret_vote_leaves_a_receipt_and_no_results_before_the_close(open_phone):
    """What one chose is said nowhere again; the receipt proves that it counts, and another one does not."""
    civil, official = await coordinators(open_phone)
    made = await makes(civil, secret=True)
    await passes(civil, seconds=1)
    civil.hears("It is secret.")
    await official.taps("Have your say")
    official.hears("the key that leads to it is destroyed")
    await official.taps("Roads")
    official.hears("Your receipt:")
    official.does_not_hear("Results so far")
    first = official.text.split("Your receipt: ")[1].split("\n")[0]
    await official.says(f"/poll {made}")
    official.hears("You have answered already")
    official.does_not_hear("“Roads”")
    await official.taps("Radios")
    second = official.text.split("Your receipt: ")[1].split("\n")[0]
    await civil.says(f"/results {made}")
    civil.hears("not there to be read now")
    await civil.says("/receipt")
    civil.hears("None is there yet")
    await passes(civil, days=7)
    official.hears("The digest of all receipts")
    for receipt, said in ((second, "this vote is in the count"), (first, "No vote with this receipt")):
        await official.says(f"/receipt {made}")
        await official.says(receipt)
        official.hears(said)
    async with civil.world.store.reading(civil.world.now) as tx:
        assert (await polls.get(tx, poll=made)).digest in "\n".join(message.text for message in official.log)


async def test_a_member_may_add_an_answer(open_phone):
    """What one adds is there for the others from then on."""
    civil, official = await coordinators(open_phone)
    await civil.says("/newpoll")
    for typed in ("2", "1", QUESTION, ANSWERS, "leave it out", "leave it out", "1", "1", "1", "2", "2", "1"):
        await civil.says(typed)
    await civil.taps("Change something")
    await civil.taps("Answers by members")
    await civil.taps("Yes")
    civil.hears("Members may add answers.")
    await civil.taps("Yes, start it")
    await passes(civil, seconds=1)
    await official.taps("Have your say")
    await official.taps("Add an answer")
    await official.says("A phone number is 90 12 34 56")
    official.hears("phone number")
    await official.says("ROADS")
    official.hears("there already")
    await official.says("Street lamps")
    official.sees_choice("Street lamps")
    await official.taps("Street lamps")
    official.hears("your answer counts")
    await civil.taps("Have your say")
    civil.sees_choice("Street lamps")


async def test_beyond_one_group_both_sides_agree(open_phone):
    """The other side reads it whole with the number it asks; then it stays open as long as was meant."""
    civil, official = await coordinators(open_phone)
    reader = open_phone(language="en")
    await joined(reader, "official", "ML")
    await civil.says("/newpoll")
    await civil.taps("A ready-made one")
    await civil.taps("Three problems first")
    await civil.taps("The whole network")
    for label in ("That is right", "Now", "7 days", "Secret", "Yes, start it"):
        await civil.taps(label)
    civil.hears("a coordinator of the other side reads it first")
    official.hears("A poll that goes beyond one group waits")
    await official.taps("Read and decide")
    official.hears(
        "Which three security problems", "Crises in the regions", "For the whole network", "exactly 3 members"
    )
    await passes(civil, days=2)
    reader.hears_nothing()
    await official.taps("I agree")
    civil.hears("The other side agrees to the poll")
    await passes(civil, seconds=1)
    reader.hears("Which three security problems")
    asked = await _poll(reader)
    assert asked.plan.closes_at - asked.opened_at >= timedelta(days=6, hours=23)
    await official.says("/decide")
    official.hears("Nothing waits for your decision")


@pytest.mark.parametrize("agreed", [True, False])
async def test_what_was_done_beyond_one_group_is_read_by_the_other_side(open_phone, agreed):
    """It goes to those who took part when the other side agrees; refused, nobody hears it and its writer reads why."""
    civil, official = await coordinators(open_phone)
    await civil.says("/newpoll")
    for label in ("A ready-made one", "Feeling safe", "The whole network", "That is right", "Now", "7 days", "Secret"):
        await civil.taps(label)
    await civil.taps("Yes, start it")
    made = await poll_of(civil)
    await official.taps("Read and decide")
    await official.taps("I agree")
    await passes(civil, seconds=1)
    await official.taps("Have your say")
    await official.says("1")
    await passes(civil, days=8)
    await civil.says(f"/results {made}")
    await civil.taps("Say what was done")
    await civil.says("The patrols pass the market in the evening now.")
    await civil.taps("Yes")
    civil.hears("a coordinator of the other side reads it first")
    await passes(civil, seconds=1)
    official.hears_nothing()
    await official.says("/decide")
    await official.says("1")
    official.hears("If you agree, everybody who took part reads it.", "The patrols pass the market")
    assert (await _of(civil, made)).outcome == {}
    if agreed:
        await official.taps("I agree")
        civil.hears("The other side agrees: what was done")
    else:
        await official.taps("I refuse")
        await official.says("That is not what happened there.")
        civil.hears("is not told", "That is not what happened there.")
    assert bool((await _of(civil, made)).outcome) is agreed
    await passes(civil, seconds=1)
    if agreed:
        official.hears("You answered the poll", "The patrols pass the market")
    else:
        official.hears_nothing()


async def test_each_side_has_its_own_quorum(open_phone):
    """It is asked for of each side, read by those who decide, kept when the poll is given back, and said at the end."""
    civil, official = await coordinators(open_phone)
    await civil.says("/newpoll")
    for label in ("A ready-made one", "Feeling safe", "The whole network", "That is right", "Now", "7 days", "Open"):
        await civil.taps(label)
    for label in ("When it closes", "Change something", "How many must answer"):
        await civil.taps(label)
    civil.hears("Official: how many must take part")
    await civil.says("2")
    civil.hears("Civil society: how many must take part")
    await civil.says("1")
    civil.hears("Civil society: it counts from 1.", "Official: it counts from 2.")
    await civil.taps("Yes, start it")
    await official.taps("Read and decide")
    official.hears("Official: it counts from 2.", "Results come when it closes.", "One reminder")
    await official.taps("Ask for a change")
    await official.says("Please open it on another day of the week.")
    made = await poll_of(civil)
    await civil.says(f"/newpoll {made}")
    for label in ("Niger", "That is right", "Now", "2 days", "Open", "When it closes"):
        await civil.taps(label)
    civil.hears("Civil society: it counts from 1.", "Official: it counts from 2.")
    await civil.taps("Yes, start it")
    await passes(civil, seconds=1)
    for phone in (civil, official):
        await phone.taps("Have your say")
        await phone.says("1")
    await passes(civil, days=3)
    official.hears("Wanted of Civil society: 1, reached.", "Wanted of Official: 2, not reached.")
    official.hears("does not count as the word of both sides")


async def test_a_commitment_given_back_keeps_its_day(open_phone):
    """Asked for a change, it still opens when what was promised is due."""
    civil, official = await coordinators(open_phone)
    await civil.says("/newpoll")
    for label in ("A ready-made one", "More", "A commitment"):
        await civil.taps(label)
    await civil.says("The ministry opens a complaints desk in every town")
    await civil.says("1 December")
    for label in ("The whole network", "That is right", "Secret", "Yes, start it"):
        await civil.taps(label)
    made = await poll_of(civil)
    before = (await _of(civil, made)).plan
    await official.taps("Read and decide")
    await official.taps("Ask for a change")
    await official.says("Please ask our group alone.")
    await civil.says(f"/newpoll {made}")
    for label in ("Niger", "That is right", "Secret", "Yes, start it"):
        await civil.taps(label)
    after = await _of(civil, made)
    assert after.state is State.SCHEDULED
    assert (after.plan.opens_at, after.plan.closes_at) == (before.opens_at, before.closes_at)


async def test_a_ranking_that_is_proposed_says_how_many(open_phone):
    """Where nothing limits it, all are put in order."""
    member = open_phone(language="en")
    await joined(member)
    await member.says("/propose")
    await member.taps("Put in order")
    await member.says(QUESTION)
    await member.says(ANSWERS)
    await member.taps("Leave it out")
    await member.taps("Leave it out")
    member.hears("Choose 3, the most important first.")


@pytest.mark.parametrize(
    ("word", "said"), [("Ask for a change", "ask for a change of the poll"), ("I refuse", "is not asked")]
)
async def test_the_other_side_may_want_it_otherwise(open_phone, word, said):
    """Its maker reads why; what was given back can be changed and asked again, what was refused cannot."""
    civil, official = await coordinators(open_phone)
    await civil.says("/newpoll")
    for label in ("A ready-made one", "Feeling safe", "The whole network", "That is right", "Now", "7 days", "Secret"):
        await civil.taps(label)
    await civil.taps("Yes, start it")
    await official.taps("Read and decide")
    await official.taps(word)
    await official.says("Please ask about the market days as well.")
    civil.hears(said, "market days")
    made = await poll_of(civil)
    await civil.says(f"/newpoll {made}")
    if word == "I refuse":
        civil.hears("not waiting to be made any more")
        return
    for label in ("Niger", "That is right", "Now", "2 days", "Secret", "Yes, start it"):
        await civil.taps(label)
    await passes(civil, seconds=1)
    official.hears("feel unsafe")


async def test_a_proposal_is_taken_up(open_phone):
    """A member proposes words; a coordinator settles the rest; nobody learns who proposed it."""
    civil, _official = await coordinators(open_phone)
    member = open_phone(language="en")
    await joined(member, name="Canari")
    await member.says("/newpoll")
    member.hears("Only coordinators")
    await member.says("/propose")
    await member.taps("Yes, no or abstain")
    await member.says("Shall the market post open on Fridays?")
    await member.taps("Leave it out")
    await member.taps("Leave it out")
    await member.taps("Yes, propose it")
    civil.hears("A member proposes a poll.")
    await civil.taps("Look at it")
    civil.hears("market post open on Fridays", "1. Yes", "3. I abstain")
    civil.does_not_hear("Canari")
    await civil.taps("Take it up")
    for label in ("Niger", "That is right", "Now", "7 days", "Open", "When it closes", "Yes, start it"):
        await civil.taps(label)
    await passes(civil, seconds=1)
    member.hears("market post open on Fridays")
    await member.taps("Have your say")
    member.sees_choices("Yes", "No", "I abstain", "Prefer not to say")


async def test_a_commitment_is_asked_about_when_it_is_due(open_phone):
    """What was promised is kept with its day; on that day the members are asked what became of it."""
    civil, official = await coordinators(open_phone)
    await civil.says("/newpoll")
    await civil.taps("A ready-made one")
    await civil.taps("More")
    await civil.taps("A commitment")
    await civil.says("The ministry opens a complaints desk in every town")
    civil.hears("By when?")
    await civil.says("1 December")
    for label in ("Niger", "That is right", "Open", "At once"):
        await civil.taps(label)
    civil.hears("What was promised: “The ministry opens a complaints desk in every town”.", "Opens on")
    await civil.taps("Yes, start it")
    await passes(civil, days=1)
    official.hears_nothing()
    await civil.says("polls")
    civil.hears("yours: will open")
    await passes(civil, days=9)
    official.hears("complaints desk in every town")
    await official.taps("Have your say")
    assert [each.number for each in poll.ordered((await _poll(official)), official.person)] == [1, 2, 3, 4, 5]
    await official.taps("Partly done")


async def test_what_was_promised_stands_in_a_list_of_its_own(open_phone):
    """Each promise with its day, before it is due, while it is asked about and after; for those whom it concerns."""
    civil, official = await coordinators(open_phone)
    stranger = open_phone(language="en")
    await joined(stranger, country="ML")
    await official.says("/polls promises")
    official.hears("No promise is followed here yet")
    await civil.says("/newpoll")
    for label in ("A ready-made one", "More", "A commitment"):
        await civil.taps(label)
    await civil.says("A desk in every town")
    await civil.says("1 December")
    for label in ("Niger", "That is right", "Open", "At once", "Yes, start it"):
        await civil.taps(label)
    await official.says("polls")
    await official.taps("What was promised")
    official.hears("A desk in every town · due on")
    await official.says("1")
    official.hears("“A desk in every town”")
    await passes(civil, days=10)
    await official.says("/polls promises")
    official.hears("have your say")
    await official.says("1")
    await official.taps("Partly done")
    await passes(civil, days=8)
    await official.says("/polls promises")
    official.hears("Partly done: 1 of 1")
    await official.says("1")
    official.hears("What was promised: “A desk in every town”")
    await stranger.says("/polls promises")
    stranger.hears("No promise is followed here yet")
    for language in OFFERED:
        asked = blueprints.get("commitment").question[language].replace("{promise}", "X")
        assert promises.promise(asked, language) == "X"


async def _poll(phone):
    async with phone.world.store.reading(phone.world.now) as tx:
        return (await polls.open_for(tx, person=phone.person))[0]


async def test_a_poll_of_ones_own_can_be_closed_and_taken_back(open_phone):
    """Its maker closes it early or takes it back, others cannot; afterwards nobody answers it."""
    civil, official = await coordinators(open_phone)
    for wish, state in (("Close it now", State.CLOSED), ("Take it back", State.WITHDRAWN)):
        made = await makes(civil)
        await passes(civil, seconds=1)
        await official.says(f"/polls mine:{made}")
        official.hears("Polls. Which one?")
        await civil.says(f"/polls mine:{made}")
        await civil.taps(wish)
        await civil.taps("Yes")
        assert (await _of(civil, made)).state is state
        await official.says(f"/poll {made}")
        official.hears("takes no more answers")


async def test_what_is_over_early_is_told_and_asks_nobody_more(open_phone):
    """Who took part hears what came out, with the digest of a secret one; letters on their way are taken back."""
    civil, official = await coordinators(open_phone)
    made = await makes(civil, secret=True)
    await passes(civil, seconds=1)
    await official.taps("Have your say")
    await official.taps("Roads")
    await civil.says(f"/polls mine:{made}")
    civil.sees_no_choice("Results")
    await civil.taps("Close it now")
    await civil.taps("Yes")
    await passes(civil, seconds=1)
    official.hears("A poll that you answered is closed.", "The digest of all receipts")
    civil.hears_nothing()
    made = await makes(civil)
    world = civil.world
    acts = poll_news.acts(world.desk.translator)
    async with world.store.transaction(world.now) as tx:
        await acts[rounds.OPEN](tx, made)
    await civil.says(f"/polls mine:{made}")
    await civil.taps("Take it back")
    await civil.taps("Yes")
    await passes(civil, seconds=1)
    official.hears_nothing()


async def test_a_trend_is_said_in_words(open_phone):
    """From the second round on, what came out each time stands below, a line for each."""
    civil, official = await coordinators(open_phone)
    await civil.says("/newpoll")
    for label in ("A ready-made one", "Trust pulse", "Niger", "That is right", "Now", "7 days", "Open", "At once"):
        await civil.taps(label)
    await civil.taps("Yes, start it")
    for number, days in (("1", 0), ("2", 176)):
        await passes(civil, days=days, seconds=1)
        await official.taps("Have your say")
        await official.says(number)
        await passes(civil, days=8)
    async with civil.world.store.reading(civil.world.now) as tx:
        latest = (await polls.closed_for(tx, person=official.person))[0]
    await official.says(f"/results {latest.id}")
    official.hears("Through time, on average from 1 to 4\n", ": Everybody 1\n", ": Everybody 2")


async def _of(phone, made: str):
    async with phone.world.store.reading(phone.world.now) as tx:
        return await polls.get(tx, poll=made)


async def test_only_who_is_silent_is_reminded(open_phone):
    """A day before the close those who answered hear nothing."""
    civil, official = await coordinators(open_phone)
    await makes(civil)
    await passes(civil, seconds=1)
    await official.taps("Have your say")
    await official.taps("Roads")
    await passes(civil, days=6)
    civil.hears("your word is still missing")
    official.hears_nothing()


@pytest.mark.parametrize("language", OFFERED)
async def test_a_ready_made_poll_is_read_in_each_language(open_phone, language):
    """Question, answers and results come in the reader’s own words, and “do not know” stands last."""
    civil, official = await coordinators(open_phone, language=language)
    await civil.says("/newpoll")
    await civil.taps("A ready-made one")
    await civil.says("1")
    await civil.says("1")
    for typed in ("1", "1", "2", "2", "1", "1"):
        await civil.says(typed)
    made = await _of(civil, await poll_of(civil))
    await passes(civil, seconds=1)
    official.hears(made.question[language])
    await official.taps("Have your say")
    shown = [choice.label for choice in official.choices if not choice.optional]
    assert shown[:5] == [each.words[language] for each in made.choices]
    await official.says("3")
    await official.taps("Results so far")
    official.hears(made.choices[2].words[language], poll_figures.VIEWS)
    async with civil.world.store.reading(civil.world.now) as tx:
        assert await ballots.has_voted(tx, poll=made.id, person=official.person)


async def test_each_person_has_an_order_of_their_own(open_phone):
    """Substantive answers are shuffled by person, and stay so; over many people each stands first now and then."""
    civil, _official = await coordinators(open_phone)
    made = await _of(civil, await makes(civil))
    people = [f"{number:032x}" for number in range(200)]
    firsts = [poll.ordered(made, person)[0].number for person in people]
    assert firsts == [poll.ordered(made, person)[0].number for person in people]
    assert {1, 2, 3} == set(firsts)
    assert all(firsts.count(number) > 40 for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("a\nb", ["a", "b"]),
        ("1. a\n2) b\n٣- c", ["a", "b", "c"]),
        ("- a\n\n• b ", ["a", "b"]),
        ("a; b ؛ c", ["a", "b", "c"]),
        ("a; b\nc", ["a; b", "c"]),
        ("24 hours\n48 hours", ["24 hours", "48 hours"]),
    ],
)
def test_answers_are_read_from_lines(text: str, answers: list[str]) -> None:
    """Numbers and dashes before an answer go; what belongs to it stays."""
    assert poll_wording.parsed(text) == answers
