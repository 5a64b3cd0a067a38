"""Promises: what was promised, until when, and what the members say became of it."""

from __future__ import annotations

from handlers.inquiries.question_cards import short
from handlers.language import Text, _
from handlers.polls import poll_cards, poll_figures
from handlers.polls.poll_plan import zone_of
from handlers.talk import Option, Talk
from network import promises, results
from network.polls import Poll, State


async def follow(talk: Talk) -> None:
    """List what was promised, and lead to the poll on it or to what came out."""
    found = await talk.look(promises.of, person=talk.person)
    if not found:
        await talk.say(_("No promise is followed here yet. Coordinators note one under “Make a poll”."))
        return
    options = [Option(each.id, short(_promised(each, talk.language)), await _stands(talk, each)) for each in found]
    chosen = await talk.choose("promise", _("What was promised. Which one?"), options)
    one = next((each for each in found if each.id == chosen), None)
    if one is not None and one.state is not State.SCHEDULED:
        await talk.go("results" if one.state is State.CLOSED else "poll", one.id)
    if one is not None:
        await talk.say(_("“{promise}”\n{state}", promise=_promised(one, talk.language), state=await _stands(talk, one)))
    await talk.say(_("Gladly. Write “menu” for anything else."))


def _promised(poll: Poll, language: str) -> str:
    return promises.promise(*poll_cards.in_language(poll.question, language))


async def _stands(talk: Talk, poll: Poll) -> Text:
    """Return when it is due, and what most say became of it."""
    due = (poll.plan.opens_at or poll.plan.closes_at).astimezone(await zone_of(talk)).date()
    if poll.state is State.SCHEDULED:
        return _("due on {day}", day=due)
    if poll.state is State.OPEN:
        return _("was due on {day}: have your say", day=due)
    found = await talk.look(results.published, poll=poll.id)
    most = max(found.lines, key=lambda line: line.votes)
    if not most.votes:
        return _("was due on {day}: nobody answered", day=due)
    answer = poll_figures.named(poll, talk.language)[most.number]
    said = _("{label}: {figure}", label=answer, figure=poll_figures.counted(most.share, most.votes, found.answered))
    return _("was due on {day}. {answer}", day=due, answer=said)
