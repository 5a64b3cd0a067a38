"""A poll that goes beyond one group, and what was done about it, as coordinators of the other side decide on it."""

from __future__ import annotations

from handlers import audience_choice
from handlers.deciding.kind import Kind, Settled
from handlers.language import _
from handlers.polls import poll_cards, poll_news, poll_plan
from handlers.polls.poll_labels import OPEN, SECRET
from handlers.talk import Option, Talk
from network import audiences
from network.approvals import Decision
from network.polls import Poll
from network.requests import Request


async def _show(talk: Talk, request: Request) -> None:
    """Show the whole poll in every language it has, whom it asks, how many they are, and all that is settled."""
    poll: Poll = request.what.poll
    for part in poll_cards.whole(poll, talk.language):
        await talk.say(part)
    plan, named = poll_plan.of(poll, talk.now), await audience_choice.names(talk)
    zone = await poll_plan.zone_of(talk)
    for line in poll_plan.lines(plan, language=talk.language, named=named, now=talk.now, zone=zone):
        await talk.say(line)
    many = await talk.look(audiences.count, audience=poll.plan.audience)
    await talk.say(audience_choice.counted(many))
    await talk.say(SECRET if poll.plan.secret else OPEN)


async def _tell(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    """Tell its maker what became of it."""
    poll: Poll = request.what.poll
    title = poll_cards.title(poll.question, talk.language)
    if settled["state"] == Decision.APPROVED:
        text = _("The other side agrees to the poll “{question}”. It opens at its time.", question=title)
        await talk.tell("tell", [settled["tell"]], text)
    elif settled["state"] == Decision.CHANGE:
        text = _(
            "The coordinators ask for a change of the poll “{question}”. What they say: {reason}",
            question=title,
            reason=reason,
        )
        # Translators: button, max:20
        await talk.tell("tell", [settled["tell"]], text, [Option(f"newpoll:{poll.id}", _("Change it"))])
    else:
        text = _(
            "The poll “{question}” is not asked. What the coordinators say: {reason}", question=title, reason=reason
        )
        await talk.tell("tell", [settled["tell"]], text)


async def _show_outcome(talk: Talk, request: Request) -> None:
    told = request.what
    await talk.say(_("“{question}”", question=poll_cards.in_language(told.poll.question, talk.language)[0]))
    for words in told.words.values():
        await talk.say(_("What was done about it: {outcome}", outcome=words))
    await talk.say(_("If you agree, everybody who took part reads it."))


async def _tell_outcome(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    """Tell it to everybody who took part, and its writer what became of it."""
    poll: Poll = request.what.poll
    title = poll_cards.title(poll.question, talk.language)
    if settled["state"] == Decision.APPROVED:
        await talk.do("mail", poll_news.tell_outcome, poll=poll.id, translator=talk.who.voice.translator)
        text = _("The other side agrees: what was done about “{question}” is on its way.", question=title)
    else:
        text = _(
            "What was done about “{question}” is not told. What the coordinators say: {reason}",
            question=title,
            reason=reason,
        )
    await talk.tell("tell", [settled["tell"]], text)


kind = Kind(
    listed=lambda request: poll_cards.title(request.what.poll.question, request.what.language),
    note=_("a poll beyond one group"),
    show=_show,
    tell=_tell,
    changes=True,
)
outcome = Kind(
    listed=lambda request: poll_cards.title(request.what.poll.question, request.what.language),
    note=_("what was done about a poll"),
    show=_show_outcome,
    tell=_tell_outcome,
)
