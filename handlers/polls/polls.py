"""Polls: those that wait for an answer, what came out of others, and of a coordinator those they made."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.consultations import promises
from handlers.language import Text, Words, _
from handlers.polls import poll_cards, poll_news
from handlers.polls.poll_plan import zone_of
from handlers.registry import Capability, Room
from handlers.talk import Option, Talk
from network import ballots, groups, polls, results, rounds
from network.errors import NetworkError
from network.polls import Poll, State

LATEST = 6  # closed polls in the list
PROMISES = "promises"  # the argument that leads to what was promised
MINE = "mine:"  # before the id of a poll of one's own, as the argument
OVER = (State.CLOSED, State.WITHDRAWN, State.REFUSED)

STATES: dict[State, Text] = {
    State.PROPOSED: _("proposed, with the coordinators"),
    State.DRAFT: _("not asked yet"),
    State.ASKED: _("waits for the other side"),
    State.SCHEDULED: _("will open"),
    State.OPEN: _("open"),
    State.CLOSED: _("closed"),
    State.REFUSED: _("not passed on"),
    State.WITHDRAWN: _("taken back"),
}


async def list_polls(talk: Talk) -> None:
    """Show the polls, and lead to answering one, to its results or to making another."""
    if talk.argument.startswith(MINE):
        await _own(talk, talk.argument.removeprefix(MINE))
        return
    if talk.argument == PROMISES:
        await promises.follow(talk)
        return
    options = [*await _waiting(talk), *await _theirs(talk), *await _closed(talk), *await _others(talk)]
    # Translators: the heading of a list of polls.
    command, _colon, argument = (await talk.choose("poll", _("Polls. Which one?"), options)).partition(":")
    await talk.go(command, argument)


async def _waiting(talk: Talk) -> list[Option]:
    """Return the open polls, those that this person has not answered first."""
    found: dict[bool, list[Option]] = {False: [], True: []}
    for poll in await talk.look(polls.open_for, person=talk.person):
        voted = await talk.look(ballots.has_voted, poll=poll.id, person=talk.person)
        closes = poll.plan.closes_at.astimezone(await zone_of(talk)).date()
        note = _("answered; until {day}", day=closes) if voted else _("have your say until {day}", day=closes)
        found[voted].append(Option(f"poll:{poll.id}", poll_cards.title(poll.question, talk.language), note))
    return [*found[False], *found[True]]


async def _theirs(talk: Talk) -> list[Option]:
    """Return the polls that this person made or proposed and that are not over, and what members propose."""
    mine = [each for each in await talk.look(polls.mine, by=talk.person) if each.state not in OVER]
    options = [
        Option(
            f"polls:{MINE}{each.id}",
            poll_cards.title(each.question, talk.language),
            _("yours: {state}", state=STATES[each.state]),
        )
        for each in mine
    ]
    if not await talk.look(groups.is_coordinator, person=talk.person):
        return options
    others = [each for each in await talk.look(polls.proposed) if each.proposer != talk.person]
    return [
        *options,
        *(
            Option(f"newpoll:{each.id}", poll_cards.title(each.question, talk.language), _("a member proposes it"))
            for each in others
        ),
    ]


async def _closed(talk: Talk) -> list[Option]:
    found: Sequence[Poll] = await talk.look(polls.closed_for, person=talk.person, limit=LATEST)
    return [
        Option(f"results:{each.id}", poll_cards.title(each.question, talk.language), _("the results")) for each in found
    ]


async def _others(talk: Talk) -> list[Option]:
    options = [
        # Translators: in a list, max:24. What institutions promised, and what became of it.
        Option(f"polls:{PROMISES}", _("What was promised")),
        # Translators: in a list, max:24. Whether a vote is in a count.
        Option("receipt", _("Check a receipt")),
    ]
    if await talk.look(groups.is_coordinator, person=talk.person):
        # Translators: in a list, max:24
        return [Option("newpoll", _("Make a poll")), *options]
    # Translators: in a list, max:24
    return [Option("propose", _("Propose a poll")), *options]


async def _own(talk: Talk, poll: str) -> None:
    """Show where a poll of one's own stands, and what can be done with it."""
    found = next(iter(await talk.look(polls.mine, by=talk.person, only=[poll])), None)
    if found is None:
        await talk.go("polls")
    await talk.say(await _status(talk, found))
    seen = await talk.look(results.may_see, poll=found, person=talk.person)
    wish = await talk.choose("wish", _("What would you like to do?"), _wishes(found, seen=seen))
    if wish in {"poll", "results", "newpoll"}:
        await talk.go(wish, poll)
    if wish in _ACTS:
        await _act(talk, wish, found)
        return
    await talk.say(_("Gladly. Write “menu” for anything else."))


async def _status(talk: Talk, found: Poll) -> Words:
    words = _(
        "“{question}”\n{state}", question=poll_cards.title(found.question, talk.language), state=STATES[found.state]
    )
    zone = await zone_of(talk)
    if found.state is State.SCHEDULED and found.plan.opens_at is not None:
        words = _("{above}\nIt opens on {day}.", above=words, day=found.plan.opens_at.astimezone(zone).date())
    if found.state is State.OPEN:
        closes = found.plan.closes_at.astimezone(zone)
        line = _("It closes on {day} at {time}.", day=closes.date(), time=closes.time())
        words = _("{above}\n{line}", above=words, line=line)
    return words


def _wishes(found: Poll, *, seen: bool) -> list[Option]:
    state, mine = found.state, found.by is not None
    offered = (
        # Translators: in a list, max:24
        (Option("poll", _("Answer it")), state is State.OPEN),
        # Translators: in a list, max:24
        (Option("results", _("Results")), seen),
        # Translators: in a list, max:24. To continue making a poll.
        (Option("newpoll", _("Go on with it")), mine and state is State.DRAFT),
        # Translators: in a list, max:24
        (Option("close", _("Close it now")), mine and state is State.OPEN),
        # Translators: in a list, max:24
        (Option("end", _("Do not ask it again")), mine and bool(found.plan.months)),
        # Translators: in a list, max:24. A poll is withdrawn.
        (Option("withdraw", _("Take it back")), state not in OVER),
        # Translators: in a list, max:24
        (Option("stay", _("Leave it as it is")), True),
    )
    return [option for option, here in offered if here]


async def _act(talk: Talk, wish: str, found: Poll) -> None:
    """Close a poll, take it back, or let it not come again, once that is confirmed."""
    question, done = _ACTS[wish]
    if not await talk.confirm("sure", question):
        await talk.say(_("Nothing has changed."))
        return
    try:
        given = {"poll": found.id, "by": talk.person}
        if wish == "close":
            await talk.do(wish, poll_news.close_early, **given, translator=talk.who.voice.translator)
        else:
            await talk.do(wish, poll_news.withdraw if wish == "withdraw" else rounds.end_series, **given)
        await talk.say(done)
    except NetworkError:
        await talk.say(_("That is not possible any more."))


_ACTS = {
    "close": (
        _("Close it now? Nobody can answer it any more."),
        _("It is closed; everybody who took part hears what came out."),
    ),
    "withdraw": (
        _("Take it back? All answers that were given are forgotten."),
        _("It is taken back, and nothing of it is kept."),
    ),
    "end": (_("Shall it not be asked again?"), _("It is not asked again.")),
}

capability = Capability(
    name="polls",
    command="polls",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24
    title=_("Polls"),
    # Translators: words that start this, separated by |.
    words=_("polls|poll"),
    converse=list_polls,
    anew=True,
    by_link=True,
)
