"""Questions, calls and answers: who is asked, how often, and what goes back; on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from network import answers, approvals, calls, due, members, questions, replies, topics, waves
from network.answers import HIDDEN, SIDE_AND_REGION, Answer, Closed, Consent
from network.errors import Conflict, Missing
from network.members import State as Standing
from network.questions import State, TooMany
from network.scopes import SCOPES, within
from network.store import Store, Tx
from tests.network.people import enrolled, published, seated

TOPIC = "com.dialogue"
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


async def follower(tx: Tx, side: str = "civil", country: str = "NE", topic: str = TOPIC, **fields: Any) -> str:
    """Make a member who follows a topic, has no quiet hours, and return their id."""
    service = {"civil": "association", "official": "police"}[side]
    person = await enrolled(tx, side=side, country=country, service=service, quiet_from="", quiet_until="", **fields)
    await topics.follow(tx, person=person, topics=[topic])
    return person


async def asked(tx: Tx, person: str, **how: Any) -> str:
    """Ask how to begin a dialogue, and return the question's id."""
    usual = {"topic": TOPIC, "text": "Comment commencer un dialogue ?", "language": "fr"}
    return str((await questions.ask(tx, person=person, **(usual | how)))["question"])


async def answered(
    tx: Tx, question: str, person: str, text: str = "Autour d’un thé.", level: int = 1
) -> dict[str, str]:
    """Answer a question."""
    return await answers.give(tx, question=question, person=person, text=text, language="fr", level=level)


def everybody(called: dict[str, list[str]]) -> set[str]:
    """Return those who are asked, whatever they read."""
    return {person for people in called.values() for person in people}


@pytest.mark.parametrize(
    ("country", "scope", "there", "elsewhere"),
    [
        ("NE", "country", {"NE"}, {"ML", "TN"}),
        ("NE", "neighbours", {"NE", "ML", "DZ", "LY"}, {"TN", "MR"}),
        ("NE", "region", {"NE", "ML", "MR", "TD"}, {"TN", "DZ"}),
        ("TN", "region", {"TN", "MA", "LY"}, {"NE", "MR"}),
    ],
)
def test_a_scope_reaches_so_far(country: str, scope: str, there: set[str], elsewhere: set[str]) -> None:
    """Each scope holds its own countries, and looks the same from either end."""
    found = set(within(country, scope))
    assert there <= found
    assert not elsewhere & found
    assert all(country in within(other, scope) for other in there)


def test_everywhere_narrows_nothing() -> None:
    """The widest scope names no country; nor does any scope of somebody without one."""
    assert within("NE", SCOPES[-1]) == ()
    assert within("", "country") == ()


async def test_a_question_goes_to_those_whom_it_is_for(store: Store, now: datetime) -> None:
    """Active followers within the scope on the sides asked are called, once; the asker and the silent are not."""
    async with store.transaction(now) as tx:
        asker = await follower(tx)
        meant = {await follower(tx, "official"), await follower(tx), await follower(tx, topic="com")}
        for other in (
            await follower(tx, country="TN"),
            await follower(tx, topic="jus.access"),
            await follower(tx, state=Standing.STOPPED),
            await follower(tx, state=Standing.WAITING),
        ):
            assert other not in meant
        silent = await follower(tx)
        await topics.set_pace(tx, person=silent, pace="silent", topic=TOPIC)
        whole = await follower(tx, topic="com")
        await topics.follow(tx, person=whole, topics=[TOPIC])
        await topics.set_pace(tx, person=whole, pace="silent", topic=TOPIC)
        question = await asked(tx, asker, scope="country")
        assert everybody(await waves.roll(tx, question=question)) == meant
        assert await waves.roll(tx, question=question) == {}
        for person in meant:
            assert [each.id for each in await questions.open_for(tx, person=person)] == [question]
        for person in (asker, silent, whole):
            assert await questions.open_for(tx, person=person) == []
        official = await asked(tx, asker, sides="official")
        assert len(everybody(await waves.roll(tx, question=official))) == 1


async def test_nobody_is_asked_more_than_three_times_in_any_seven_days(store: Store, now: datetime) -> None:
    """The fourth question of a week passes somebody by, to the second; a week after the first they are free again."""
    async with store.transaction(now) as tx:
        person = await follower(tx, "official")
        askers = [await follower(tx, country="SN") for _ in range(5)]
    asks = [await _ask_of_officials(store, now + at * DAY, askers[at]) for at in range(3)]
    assert asks == [{person}] * 3
    assert await _ask_of_officials(store, now + 7 * DAY - SECOND, askers[3]) == set()
    assert await _ask_of_officials(store, now + 7 * DAY, askers[4]) == {person}


async def _ask_of_officials(store: Store, now: datetime, asker: str) -> set[str]:
    async with store.transaction(now) as tx:
        return everybody(await waves.roll(tx, question=await asked(tx, asker, sides="official")))


async def test_a_night_counts_for_the_morning_after(store: Store, now: datetime) -> None:
    """Who is asked in their quiet hours is asked when these end: the seven days run from there."""
    night = now.replace(hour=23)
    async with store.transaction(night) as tx:
        person = await follower(tx, "official")
        await members.change(tx, person=person, quiet_from="21:00", quiet_until="07:00")
        asker = await follower(tx, country="SN")
        await waves.roll(tx, question=await asked(tx, asker, sides="official"))
        assert await tx.scalar(select(calls.calls.c.at)) == night.replace(hour=6) + DAY  # 07:00 in Niamey


async def test_who_was_asked_least_is_asked_first(store: Store, now: datetime) -> None:
    """Waves of a few go round: after as many questions as it takes, everybody was asked as often."""
    crowd = 2 * waves.WAVE
    async with store.transaction(now) as tx:
        people = [await follower(tx) for _ in range(crowd)]
        askers = [await follower(tx, country="TN", topic="jus.access") for _ in range(4)]
        for at, asker in enumerate(askers, start=1):
            await waves.roll(tx, question=await asked(tx, asker, sides="civil", scope="all"))
            times = [await calls.count(tx, person=person) for person in people]
            assert sum(times) == at * waves.WAVE
            assert max(times) - min(times) <= 1


async def test_more_are_asked_while_a_side_has_hardly_answered(store: Store, now: datetime) -> None:
    """A wave takes from both sides; the next one only from the side that gave fewer than two; never over the limit."""
    async with store.transaction(now) as tx:
        asker = await follower(tx, country="TN")
        officials = {await follower(tx, "official") for _ in range(30)}
        civil = {await follower(tx) for _ in range(260)}
        question = await asked(tx, asker)
        first = everybody(await waves.roll(tx, question=question))
        assert (len(first & officials), len(first & civil)) == (25, 25)
        for person in sorted(first & officials)[:2]:
            await answered(tx, question, person)
        assert await waves.goes_on(tx, question=question)
        second = everybody(await waves.roll(tx, question=question))
        assert (len(second & officials), len(second & civil)) == (0, waves.WAVE)
        await waves.roll(tx, question=question)
        await waves.roll(tx, question=question)
        assert await calls.count(tx, question=question) == waves.MOST
        assert not await waves.goes_on(tx, question=question)
        assert await waves.roll(tx, question=question) == {}


async def test_enough_answers_end_the_calls(store: Store, now: datetime) -> None:
    """With two answers of each side nobody else is asked."""
    async with store.transaction(now) as tx:
        asker = await follower(tx, country="TN")
        people = [await follower(tx, side) for side in ("official", "civil") for _ in range(2)]
        question = await asked(tx, asker)
        await waves.roll(tx, question=question)
        for person in people:
            await answered(tx, question, person)
        await follower(tx)
        assert not await waves.goes_on(tx, question=question)
        assert await waves.roll(tx, question=question) == {}


async def test_waves_at_the_same_instant_keep_the_limit(store: Store, now: datetime) -> None:
    """Eight questions that go out at once ask one member three times, and each once."""
    async with store.transaction(now) as tx:
        person = await follower(tx, "official")
        asks = [await asked(tx, await follower(tx, country="SN"), sides="official") for _ in range(8)]

    async def roll(question: str) -> int:
        async with store.transaction(now) as tx:
            return len(everybody(await waves.roll(tx, question=question)))

    assert sum(await asyncio.gather(*map(roll, asks))) == calls.AT_MOST_A_WEEK
    async with store.transaction(now) as tx:
        assert await calls.count(tx, person=person) == calls.AT_MOST_A_WEEK


async def test_the_author_of_a_practice_is_asked_about_it(store: Store, now: datetime) -> None:
    """A question about a practice goes to its author, whatever they follow, and not when they ask it themselves."""
    async with store.transaction(now) as tx:
        author = await enrolled(tx, country="TN")
        practice = await published(tx, author)
        asker = await follower(tx)
        question = await asked(tx, asker, about=practice, scope="country")
        assert everybody(await waves.roll(tx, question=question)) == {author}
        assert await calls.may_answer(tx, question=question, person=author)
        own = await asked(tx, author, about=practice, scope="country")
        assert everybody(await waves.roll(tx, question=own)) == set()
        assert [each.id for each in await questions.about(tx, practice=practice, person=author)] == []


async def test_a_sensitive_question_waits_for_both_sides(store: Store, now: datetime) -> None:
    """It goes to nobody before a coordinator of each side agreed; those of any country may, but not the asker."""
    async with store.transaction(now) as tx:
        seats = [await seated(tx, country, side) for country in ("NE", "TN") for side in ("official", "civil")]
        asker = seats[1]
        await follower(tx, topic="gov.accountability")
        out = await questions.ask(tx, person=asker, topic="gov.accountability", text="Qui contrôle ?", language="fr")
        assert set(out["deciders"]) == set(seats) - {asker}
        question = out["question"]
        assert await waves.roll(tx, question=question) == {}
        approval = await approvals.get(tx, approval=out["approval"])
        assert (approval.both_sides, approval.country) == (True, "")
        await questions.open_up(tx, question=question)
        with pytest.raises(Conflict):
            await questions.open_up(tx, question=question)
        assert len(everybody(await waves.roll(tx, question=question))) == 1
        refused = await asked(tx, asker, topic="gov.accountability")
        await questions.refuse(tx, question=refused)
        assert (await questions.get(tx, question=refused)).state is State.REFUSED
        with pytest.raises(Conflict):
            await questions.open_up(tx, question=refused)


async def test_one_member_has_three_questions_at_most(store: Store, now: datetime) -> None:
    """A fourth is refused while three are under way, also when they come at once; a closed one frees its place."""
    async with store.transaction(now) as tx:
        asker = await follower(tx)

    async def ask() -> str | None:
        async with store.transaction(now) as tx:
            try:
                return await asked(tx, asker)
            except TooMany:
                return None

    made = [each for each in await asyncio.gather(*(ask() for _ in range(6))) if each]
    assert len(made) == questions.MOST_OPEN
    async with store.transaction(now) as tx:
        await questions.close(tx, question=made[0], by=asker)
        await asked(tx, asker)
    async with store.transaction(now + questions.OPEN_FOR) as tx:
        await asked(tx, asker)


async def test_an_answer_is_one_and_may_be_replaced(store: Store, now: datetime) -> None:
    """A second text takes the place of the first; after the close there is none; strangers have no word."""
    async with store.transaction(now) as tx:
        asker, person, stranger = await follower(tx), await follower(tx, "official"), await follower(tx, country="TN")
        question = await asked(tx, asker, scope="country")
        first = await answered(tx, question, person, "Un texte")
        assert first["tell"] == asker
        again = await answered(tx, question, person, "Un meilleur texte")
        assert again == {"answer": first["answer"], "tell": ""}
        assert [each.text for each in await answers.of(tx, question=question)] == ["Un meilleur texte"]
        for nobody in (stranger, asker):
            with pytest.raises(Missing):
                await answered(tx, question, nobody)
        await questions.close(tx, question=question, by=asker, summary="Merci")
        with pytest.raises(Closed):
            await answered(tx, question, person)
        with pytest.raises(Conflict):
            await questions.close(tx, question=question, by=asker)
        with pytest.raises(Missing):
            await questions.close(tx, question=question, by=stranger)


async def test_a_question_closes_by_itself_to_the_second(store: Store, now: datetime) -> None:
    """Thirty days after it opened a question takes no answers, whether the clock ran or not."""
    async with store.transaction(now) as tx:
        asker, person = await follower(tx), await follower(tx, "official")
        question = await asked(tx, asker)
    end = now + questions.OPEN_FOR
    async with store.transaction(end - SECOND) as tx:
        await answered(tx, question, person)
    async with store.transaction(end) as tx:
        assert await questions.open_for(tx, person=person) == []
        with pytest.raises(Closed):
            await answered(tx, question, person)


async def test_two_answers_at_once_tell_the_asker_once(store: Store, now: datetime) -> None:
    """Answers of many at the same instant are all kept, and the asker is told once that they wait."""
    async with store.transaction(now) as tx:
        asker = await follower(tx)
        people = [await follower(tx, "official") for _ in range(8)]
        question = await asked(tx, asker)

    async def answer(person: str) -> str:
        async with store.transaction(now) as tx:
            return (await answered(tx, question, person))["tell"]

    assert sorted(await asyncio.gather(*map(answer, people))) == [""] * 7 + [asker]
    async with store.transaction(now) as tx:
        given = await answers.of(tx, question=question)
        assert len(given) == 8
        await answers.mark_read(tx, question=question, by=asker, ids=[each.id for each in given])
        last = await follower(tx)
        assert (await answered(tx, question, last))["tell"] == asker


async def test_an_asker_may_wait_for_both_sides(store: Store, now: datetime) -> None:
    """Who wants both together is told when the second side answers; or when 48 hours have passed, to the second."""
    async with store.transaction(now) as tx:
        asker, official, civil = await follower(tx), await follower(tx, "official"), await follower(tx)
        both, one = await asked(tx, asker, together=True), await asked(tx, asker, together=True)
        assert (await answered(tx, both, official))["tell"] == ""
        assert (await answered(tx, both, civil))["tell"] == asker
        assert (await answered(tx, one, official))["tell"] == ""
        hidden = await follower(tx)
        assert (await answered(tx, one, hidden, level=HIDDEN))["tell"] == ""
    ready = now + answers.PATIENCE
    async with store.transaction(ready - SECOND) as tx:
        assert [row.kind for row in await due.take(tx) if row.subject == one and row.kind == questions.READY] == []
        assert await answers.announce(tx, question=one) == ""
    async with store.transaction(ready) as tx:
        assert (questions.READY, one) in [(row.kind, row.subject) for row in await due.take(tx)]
        assert await answers.announce(tx, question=one) == asker
        assert await answers.announce(tx, question=one) == ""


def answer(number: int, side: str, level: int = SIDE_AND_REGION, **fields: Any) -> Answer:
    """Return an answer as it may be read."""
    usual: dict[str, Any] = {
        "language": "fr",
        "text": "t",
        "file": "",
        "back": "",
        "more": "",
        "at": datetime.min.replace(tzinfo=UTC),
    }
    usual |= {"read": False, "thanked": False, "consent": Consent.UNASKED, "credit": 0, "question": "q", "person": "p"}
    return Answer(**{"id": str(number), "side": side, "level": level, **usual, **fields})


def test_answers_are_read_one_from_each_side_together() -> None:
    """Each set has one of each side while there are; who shows no side stands apart."""
    given = [answer(1, "civil"), answer(2, "civil"), answer(3, "official"), answer(4, "official", HIDDEN)]
    found = [[each and each.id for each in (one.official, one.civil, one.other)] for one in answers.sets(given)]
    assert found == [["3", "1", None], [None, "2", None], [None, None, "4"]]
    assert answers.sets([]) == []


async def test_thanks_and_a_question_back_go_once(store: Store, now: datetime) -> None:
    """Each answer is thanked for once and asked back about once; only the asker and the one who answered may."""
    async with store.transaction(now) as tx:
        asker, person, other = await follower(tx), await follower(tx, "official"), await follower(tx)
        question = await asked(tx, asker)
        answer_id = (await answered(tx, question, person))["answer"]
        assert await replies.thank(tx, question=question, by=asker, ids=[answer_id]) == [person]
        assert await replies.thank(tx, question=question, by=asker, ids=[answer_id]) == []
        with pytest.raises(Missing):
            await replies.reply(tx, answer=answer_id, person=person, text="Rien demandé")
        assert await replies.ask_back(tx, answer=answer_id, by=asker, text="Et la nuit ?") == person
        with pytest.raises(Conflict):
            await replies.ask_back(tx, answer=answer_id, by=asker, text="Encore ?")
        assert await replies.reply(tx, answer=answer_id, person=person, text="La nuit aussi.") == asker
        (read,) = await answers.of(tx, question=question)
        assert (read.back, read.more, read.thanked) == ("Et la nuit ?", "La nuit aussi.", True)
        for act in (
            replies.thank(tx, question=question, by=other, ids=[answer_id]),
            replies.ask_back(tx, answer=answer_id, by=other, text="?"),
            replies.reply(tx, answer=answer_id, person=other, text="!"),
            replies.ask_consent(tx, question=question, by=other, ids=[answer_id]),
            replies.consent(tx, answer=answer_id, person=other, agree=True),
            answers.mark_read(tx, question=question, by=other, ids=[answer_id]),
            questions.widen(tx, question=question, by=other),
        ):
            with pytest.raises(Missing):
                await act


async def test_an_answer_is_published_only_with_its_authors_yes(store: Store, now: datetime) -> None:
    """Consent is asked, given or refused; a new text needs a new one; more than side and region is never credited."""
    async with store.transaction(now) as tx:
        asker, person, other = await follower(tx), await follower(tx, "official"), await follower(tx)
        question = await asked(tx, asker)
        one = (await answered(tx, question, person, level=2))["answer"]
        two = (await answered(tx, question, other))["answer"]
        with pytest.raises(Conflict):
            await replies.consent(tx, answer=one, person=person, agree=True)
        wanted = await replies.ask_consent(tx, question=question, by=asker, ids=[one, two])
        assert wanted == sorted([[one, person], [two, other]])
        await replies.consent(tx, answer=one, person=person, agree=True, level=2)
        await replies.consent(tx, answer=two, person=other, agree=False)
        assert await replies.ask_consent(tx, question=question, by=asker, ids=[one, two]) == []
        found = {each.id: each for each in await answers.of(tx, question=question)}
        assert (found[one].consent, found[one].credit) == (Consent.YES, SIDE_AND_REGION)
        assert found[two].consent is Consent.NO
        await answered(tx, question, person, "Un autre texte")
        (again,) = [each for each in await answers.of(tx, question=question) if each.id == one]
        assert again.consent is Consent.UNASKED


async def test_a_report_stops_the_calls_until_it_is_looked_at(store: Store, now: datetime) -> None:
    """A reported question goes to nobody else; kept, it goes on and is not reported again; else it is closed."""
    async with store.transaction(now) as tx:
        coordinator = await seated(tx, "NE", "civil")
        asker, person = await follower(tx), await follower(tx, "official")
        question = await asked(tx, asker)
        first = await questions.report(tx, question=question, by=person)
        assert first["deciders"] == [coordinator]
        assert (await questions.report(tx, question=question, by=coordinator))["approval"] == ""
        assert await waves.roll(tx, question=question) == {}
        await approvals.decide(tx, approval=first["approval"], by=coordinator, agree=True)
        assert await questions.looked_at(tx, question=question, keep=True) == asker
        assert len(everybody(await waves.roll(tx, question=question))) == 1
        assert (await questions.report(tx, question=question, by=person))["approval"] == ""
        own = await asked(tx, coordinator)  # nobody decides on what they wrote themselves
        assert (await questions.report(tx, question=own, by=person))["deciders"] == []
        bad = await asked(tx, asker)
        await questions.report(tx, question=bad, by=person)
        assert await questions.looked_at(tx, question=bad, keep=False) == asker
        assert (await questions.get(tx, question=bad)).state is State.CLOSED
        assert await questions.looked_at(tx, question=bad, keep=True) == ""


async def test_a_question_is_asked_more_widely_step_by_step(store: Store, now: datetime) -> None:
    """Each step goes one scope further and calls those whom it adds, until it is everywhere."""
    async with store.transaction(now) as tx:
        asker = await follower(tx)
        near, far = await follower(tx, country="ML"), await follower(tx, country="TN")
        question = await asked(tx, asker, scope="country")
        found = []
        for scope in SCOPES[1:]:
            assert await questions.widen(tx, question=question, by=asker) == scope
            found.append(everybody(await waves.roll(tx, question=question)))
        assert found == [{near}, set(), {far}]
        with pytest.raises(Conflict):
            await questions.widen(tx, question=question, by=asker)


async def test_a_small_number_of_members_is_not_told(store: Store, now: datetime) -> None:
    """Of nine members nothing is said, of eleven “more than ten”."""
    async with store.transaction(now) as tx:
        asker = await follower(tx, country="TN")
        question = await asked(tx, asker)
        for at in range(1, 12):
            await follower(tx)
            assert await waves.reach(tx, question=question) == (0 if at < 10 else 10)


async def test_an_asker_who_leaves_takes_everything_along(store: Store, now: datetime) -> None:
    """The question is closed, its text and its answers are gone; whom it was put to is still not asked too often."""
    async with store.transaction(now) as tx:
        asker, person = await follower(tx), await follower(tx, "official")
        question = await asked(tx, asker)
        await waves.roll(tx, question=question)
        await answered(tx, question, person)
        await answers.forget(tx, person=asker, asked=await questions.forget(tx, person=asker))
        left = await questions.get(tx, question=question)
        assert (left.state, left.asker, left.text, left.country) == (State.CLOSED, None, "", "")
        assert await tx.scalar(select(func.count()).select_from(answers.answers)) == 0
        assert await tx.scalar(select(func.count()).where(due.due.c.subject == question)) == 0
        assert await calls.count(tx, person=person) == 1


async def test_two_memberships_of_one_person_have_one_word(store: Store, now: datetime) -> None:
    """What one asked, answered and was asked is the other's; where both answered the other's own stays."""
    async with store.transaction(now) as tx:
        old, new, third = await follower(tx), await follower(tx), await follower(tx, "official")
        theirs = await asked(tx, third)
        mine = await asked(tx, old)
        await waves.roll(tx, question=theirs)
        await answered(tx, theirs, old, "de l’un")
        await answered(tx, theirs, new, "de l’autre")
        only = await asked(tx, third)
        await answered(tx, only, old, "seul")
        for noun in (questions, calls, answers):
            await noun.hand_over(tx, person=old, to=new)
        assert [each.id for each in await questions.mine(tx, person=new)] == [mine]
        found = await answers.mine(tx, question=theirs, person=new)
        assert found is not None
        assert found.text == "de l’autre"
        assert await answers.mine(tx, question=only, person=new) is not None
        assert await calls.count(tx, person=new) == 1
        assert {row.person for row in await due.take(tx) if row.subject == mine} == {new}
