"""Answer a poll: in one tap or one number, changed at will until it closes, once for each person on any app."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import count

from handlers.language import Text, _
from handlers.polls import poll_cards
from handlers.polls.poll_labels import OPEN, PREFER_NOT, SECRET
from handlers.polls.poll_plan import zone_of
from handlers.registry import Capability, Room
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import ballots, polls, results
from network.ballots import CannotChange, Cast, Closed, Vote
from network.errors import Forbidden, Invalid
from network.folding import fold
from network.poll_options import MOST_OPTIONS, Added, Choice, Full
from network.polls import Kind, Poll

ADD = "add"  # the key of the way to add an answer
LONGEST_ADDED = 60  # characters
OVER = _("This poll takes no more answers. Thank you for coming.")


async def answer(talk: Talk) -> None:
    """Ask what a poll asks, and count the answer."""
    poll = await _poll(talk)
    if poll is None:
        return
    await _introduce(talk, poll)
    choice, words = await _chosen(talk, poll)
    try:
        cast = await talk.do("cast", ballots.cast, poll=poll.id, person=talk.person, choice=[*choice], words=words)
    except CannotChange:
        await talk.say(_("Your earlier answer counts as it is: after a restoration it cannot be found to be changed."))
        return
    except (Closed, Forbidden):
        await talk.say(OVER)
        return
    except Invalid:
        await talk.say(_("The answers have changed meanwhile. Please open the poll again."))
        return
    await _thank(talk, poll, cast)


async def _poll(talk: Talk) -> Poll | None:
    """Return the poll that is asked of this person; lead them to the others where it is not."""
    for poll in await talk.look(polls.open_for, person=talk.person, only=[talk.argument]):
        return poll
    await talk.say(OVER)
    return None


async def _introduce(talk: Talk, poll: Poll) -> None:
    """Say how it stands with this person’s answer, and what becomes of it; the rest is in the question."""
    if poll.plan.secret:
        await talk.conceal(poll.id)
    if await talk.look(ballots.has_voted, poll=poll.id, person=talk.person):
        former = await talk.look(ballots.vote_of, poll=poll, person=talk.person)
        await talk.say(_voted(poll, former, talk.language))
    await talk.say(SECRET if poll.plan.secret else OPEN)


def _voted(poll: Poll, former: Vote | None, language: str) -> Text:
    if former is None:
        return _("You have answered already, here or in another app. A new answer takes the place of the first.")
    if former.choice == (ballots.PREFER_NOT,):
        said = _("You have answered: “{answer}”.", answer=PREFER_NOT)
    else:
        said = _("You have answered: “{answer}”.", answer=former.words or named(poll, former.choice, language))
    return _("{answered} A new answer takes its place.", answered=said)


def named(poll: Poll, numbers: Sequence[str], language: str) -> str:
    """Return the answers with these numbers, as somebody reads them."""
    words = {str(each.number): poll_cards.in_language(each.words, language)[0] for each in poll.choices}
    return " · ".join(words[number] for number in numbers if number in words)


async def _chosen(talk: Talk, poll: Poll) -> tuple[list[str], str]:
    """Ask, in the way of its kind; return the numbers of the options, or words."""
    kind = poll.plan.kind
    question = poll_cards.card(poll.question, kind.value, poll.places, talk.language)
    if kind is Kind.TEXT:
        words = await talk.text("words", question, at_most=ballots.LONGEST_TEXT, check=screen, skip=PREFER_NOT)
        return ([], words) if words else ([ballots.PREFER_NOT], "")
    if kind is Kind.RANKING:
        return await _ranked(talk, poll), ""
    for turn in count():
        picked = await _picked(talk, poll, f"choice[{turn}]")
        if ADD not in picked:
            return picked, ""
        await _add(talk, poll, turn)
        poll = await talk.look(polls.get, poll=poll.id)
    raise AssertionError


async def _picked(talk: Talk, poll: Poll, key: str) -> list[str]:
    """Ask for one option, or for several."""
    question = poll_cards.card(poll.question, poll.plan.kind.value, poll.places, talk.language)
    options = _options(poll, talk)
    if poll.plan.kind is not Kind.SEVERAL:
        return [await talk.choose(key, question, options)]
    picked = await talk.choose_several(key, question, options, at_least=1, at_most=poll.places)
    if ballots.PREFER_NOT in picked and len(picked) > 1:
        await talk.say(_("“Prefer not to say” goes with no other answer. Please choose again."))
        await talk.revise(key)
    return [ADD] if ADD in picked else picked


async def _ranked(talk: Talk, poll: Poll) -> list[str]:
    """Ask for the first, the second and so on, as far as one likes."""
    chosen: list[str] = []
    for place in range(1, poll.places + 1):
        question = _("Which comes next, as number {place}?", place=place)
        if not chosen:
            question = _(
                "{question}\n\nWhich comes first?",
                question=poll_cards.card(poll.question, poll.plan.kind.value, poll.places, talk.language),
            )
        left = [option for option in _options(poll, talk) if option.key not in chosen]
        # Translators: button, max:20. No more places are filled in a ranking.
        skip = _("That is all") if chosen else None
        offered = [option for option in left if not chosen or option.key != ballots.PREFER_NOT]
        one = await talk.choose(f"place[{place}]", question, offered, skip=skip)
        if one == ballots.PREFER_NOT:
            return [one]
        if not one:
            break
        chosen.append(one)
    return chosen


def _options(poll: Poll, talk: Talk) -> list[Option]:
    """Return the options in this person’s own order, and after them what every poll offers."""
    shown = [
        Option(str(each.number), poll_cards.in_language(each.words, talk.language)[0])
        for each in ordered(poll, talk.person)
    ]
    may_add = poll.plan.adding and len(poll.choices) < MOST_OPTIONS and poll.plan.kind is not Kind.RANKING
    # Translators: in a list, max:24
    adding = [Option(ADD, _("Add an answer"))] if may_add else []
    return [*shown, *adding, Option(ballots.PREFER_NOT, PREFER_NOT)]


def ordered(poll: Poll, person: str) -> list[Choice]:
    """Return the options in an order that is one person’s own, and stays; a scale in its own, “do not know” last."""

    def place(choice: Choice) -> tuple[bool, bytes | int]:
        if not poll.is_shuffled:
            return (choice.apart, choice.number)
        return (choice.apart, hashlib.sha256(f"{poll.series}|{person}|{choice.number}".encode()).digest())

    return sorted(poll.choices, key=place)


async def _add(talk: Talk, poll: Poll, turn: int) -> None:
    """Let somebody add an answer, which others find from then on."""
    question = _("Which answer is missing? In a few words; others can choose it too. Name no person and no place.")
    there = {fold(words) for each in poll.choices for words in each.words.values()}

    def check(text: str) -> Text | None:
        return _("This answer is there already.") if fold(text) in there else screen(text)

    words = await talk.text(f"added[{turn}]", question, at_least=2, at_most=LONGEST_ADDED, check=check)
    try:
        given = {"by": talk.person, "words": {talk.language: words}}
        await talk.do(f"add[{turn}]", polls.add_option, poll=poll.id, **given)
        await talk.say(_("It is there now."))
    except Added:
        await talk.say(_("You have added an answer already; each member may add one."))
    except (Full, Forbidden, Invalid):
        await talk.say(_("That is not possible any more."))


async def _thank(talk: Talk, poll: Poll, cast: Cast) -> None:
    """Say that it counts, until when it can be changed, and give the receipt of a secret one."""
    closes = poll.plan.closes_at.astimezone(await zone_of(talk))
    thanks = _("Thank you, your new answer counts.") if cast.changed else _("Thank you, your answer counts.")
    until = _("You can change it until {day} at {time}.", day=closes.date(), time=closes.time())
    await talk.say(_("{thanks} {until}", thanks=thanks, until=until))
    if cast.receipt:
        await talk.say(
            _(
                "Your receipt: {receipt}\n\nIt shows after the close that your answer is in the count, and says "
                "nothing of what you chose. It is kept nowhere but here. Check it with “receipt”.",
                receipt=cast.receipt,
            )
        )
    if await talk.look(results.may_see, poll=poll, person=talk.person):
        # Translators: button, max:20
        yes, no = _("Results so far"), _("That is all")
        if await talk.confirm("see", _("Would you like to see how it stands?"), yes=yes, no=no):
            await talk.go("results", poll.id)
        await talk.say(_("Gladly. Write “menu” for anything else."))


capability = Capability(
    name="poll",
    command="poll",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24
    title=_("Answer a poll"),
    # Translators: words that start this, separated by |.
    words=_("have your say|vote"),
    converse=answer,
    shown_in_menu=False,
    by_link=True,
    contributes=True,
    alone="polls",
)
