"""Make a poll: of one's own words or ready-made, shown as others will see it, and asked when all is well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from handlers import audience_choice
from handlers.inquiries.question_cards import below
from handlers.language import OFFERED, Text, Words, _
from handlers.polls import poll_cards, poll_plan
from handlers.polls.poll_labels import YESNO
from handlers.polls.poll_plan import LIMITED, Plan, zone_of
from handlers.polls.poll_wording import Wording
from handlers.prompts import cut_to
from handlers.registry import Capability, ForWhom, Room
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import blueprints, poll_approvals, polls, rounds
from network.blueprints import COMMITMENT, PROMISE, Blueprint
from network.errors import NetworkError
from network.polls import OneSided, Poll, State

PROMISED = (10, 120)  # characters of a commitment, fewest and most
MOST_PROPOSED = 3  # proposals of one member that wait
ALONE = _(
    "Your group has a coordinator of one side only so far. A poll needs one of each: please find the other one first, "
    "or ask the steward."
)


async def make(talk: Talk) -> None:
    """Settle a poll step by step, show it, let anything be changed, and ask it."""
    former = await _taken_up(talk) if talk.argument else None
    if talk.argument and former is None:
        await talk.say(_("This poll is not waiting to be made any more."))
        return
    group = await poll_plan.speaker(talk)
    if group is None:
        await talk.say(ALONE)
        return
    plan = await _begun(talk) if former is None else poll_plan.of(former, talk.now)
    plan = await _settled(talk, replace(plan, group=group.id))
    for turn in count():
        await _show(talk, plan)
        wish = await talk.choose(f"review[{turn}]", _("Shall it be asked like this?"), _review())
        if wish == "send":
            break
        if wish == "apps":
            await _show_apps(talk, plan)
        else:
            changes = poll_plan.changes(plan)
            name = await talk.choose(f"change[{turn}]", _("What would you like to change?"), changes)
            plan = await poll_plan.ask(talk, plan, name, f"[{turn}]")
    await _send(talk, plan, former)


async def propose(talk: Talk) -> None:
    """Let a member propose a poll, which a coordinator may take up."""
    mine = await talk.look(polls.mine, by=talk.person)
    if sum(each.state is State.PROPOSED for each in mine) >= MOST_PROPOSED:
        await talk.say(_("Three polls that you proposed still wait for a coordinator. Please let them be read first."))
        return
    await talk.say(
        _("What would you like to ask everybody? A coordinator may take it up, settle the rest and open it.")
    )
    kind, wording = await poll_plan.ask_kind(talk)
    plan = Plan(kind, wording)
    for part in _asked(plan, talk.language):
        await talk.say(part)
    question = _("Shall it be proposed like this?")
    # Translators: button, max:20
    sure = await talk.confirm("sure", question, yes=_("Yes, propose it"))
    if not sure:
        await talk.revise("kind")
    poll = await _draft(talk, plan, proposed=True)
    me = await talk.member()
    near = await talk.read("near", poll_approvals.near, person=talk.person, country=me.country)
    # Translators: button, max:20
    option = Option(f"newpoll:{poll}", _("Look at it"))
    await talk.tell("tell", near, _("A member proposes a poll. Would you take it up?"), [option], about=talk.person)
    await talk.say(_("Thank you. It is with the coordinators; you hear from them when it opens."))


async def _taken_up(talk: Talk) -> Poll | None:
    """Return the proposal that a coordinator takes up, or their own draft; None when it is neither."""
    found = await talk.look(polls.find, poll=talk.argument)
    if found is None:
        return None
    if found.state is State.PROPOSED:
        for part in _asked(poll_plan.of(found, talk.now), talk.language):
            await talk.say(part)
        # Translators: button, max:20. A coordinator makes a poll of what a member proposed.
        yes, no = _("Take it up"), _("Not this one")
        if not await talk.confirm("take up", _("A member proposes this poll. Would you take it up?"), yes=yes, no=no):
            await talk.go("polls")
        try:
            await talk.do("taken up", polls.take_up, poll=found.id, by=talk.person)
        except NetworkError:
            return None
    mine = await talk.look(polls.mine, by=talk.person, only=[found.id])
    return mine[0] if mine and mine[0].state is State.DRAFT else None


async def _begun(talk: Talk) -> Plan:
    """Ask what is asked."""
    own = [
        # Translators: button, max:20. A poll that is there to be used.
        Option("ready", _("A ready-made one")),
        # Translators: button, max:20
        Option("own", _("My own words")),
    ]
    question = _("A poll: everybody answers in ten seconds, each counts once on any app.\n\nWhat shall it be?")
    if await talk.choose("start", question, own) == "own":
        kind, wording = await poll_plan.ask_kind(talk)
        plan = Plan(kind, wording)
        plan = await poll_plan.ask(talk, plan, "most") if kind in LIMITED else plan
    else:
        plan = await _ready(talk)
    return plan


async def _settled(talk: Talk, plan: Plan) -> Plan:
    """Ask of whom, when and how; the rest has good values, and can be changed."""
    plan = await poll_plan.ask(talk, plan, "audience")
    if plan.blueprint != COMMITMENT:
        plan = await poll_plan.ask(talk, plan, "times")
    return await poll_plan.ask(talk, plan, "secret")


async def _ready(talk: Talk) -> Plan:
    """Ask which ready-made poll it is; of a commitment, what was promised and when it is due."""
    options = [
        Option(each.code, each.label(talk.language), cut_to(_said(each, talk.language), 72))
        for each in blueprints.all()
    ]
    found = blueprints.get(await talk.choose("blueprint", _("Which one?"), options))
    wording = Wording(found.question, found.options)
    given = {"most": found.most, "months": found.months, "topic": found.topic, "outcomes": found.outcomes}
    plan = Plan(found.kind, wording, blueprint=found.code, **given)  # type: ignore[arg-type]
    return await _promised(talk, plan) if found.code == COMMITMENT else plan


async def _promised(talk: Talk, plan: Plan) -> Plan:
    """Ask what was promised, and for the day on which everybody is asked what became of it."""
    question = _("What was promised, and by which institution? One short sentence, without names of persons.")
    low, high = PROMISED
    promise = await talk.text("promise", question, at_least=low, at_most=high, check=screen)
    filled = {language: plan.wording.question[language].replace(PROMISE, promise) for language in plan.wording.question}
    today = talk.now.date()
    due = await talk.date(
        "due",
        _("By when? On that day the members are asked where it stands."),
        earliest=today + timedelta(days=1),
        latest=today + poll_plan.LATEST,
    )
    opens_at = poll_plan.morning(due or today, await zone_of(talk))
    return replace(plan, wording=Wording(filled, plan.wording.options), opens_at=opens_at)


def _said(found: Blueprint, language: str) -> str:
    return poll_cards.in_language(found.question, language)[0].replace(PROMISE, "…")


async def _show(talk: Talk, plan: Plan) -> None:
    """Show the poll as it will be read, and all that is settled."""
    for part in _asked(plan, talk.language):
        await talk.say(part)
    named = await audience_choice.names(talk)
    zone = await zone_of(talk)
    said = poll_plan.lines(plan, language=talk.language, named=named, now=talk.now, zone=zone)
    await talk.say("\n".join(talk.who.voice.say(line) for line in said))


async def _show_apps(talk: Talk, plan: Plan) -> None:
    """Show it as each app will; a short text has no answers to choose."""
    question = poll_cards.card(plan.wording.question, plan.kind, plan.places, talk.language)
    for part in poll_cards.previews(question, _labels(plan, talk.language), talk.who.voice):
        await talk.say(part)


def _asked(plan: Plan, language: str) -> list[Words]:
    parts: list[Words] = [poll_cards.card(plan.wording.question, plan.kind, plan.places, language)]
    listed = poll_cards.numbered(_labels(plan, language))
    return [*parts, listed] if listed else parts


def _labels(plan: Plan, language: str) -> Sequence[Words]:
    if plan.kind == "yesno":
        return list(YESNO.values())
    return poll_cards.labels(plan.wording.options, language)


def _review() -> list[Option]:
    return [
        # Translators: button, max:20
        Option("send", _("Yes, start it")),
        # Translators: button, max:20
        Option("change", _("Change something")),
        # Translators: button, max:20. How a poll looks on each app.
        Option("apps", _("As each app shows")),
    ]


async def _draft(talk: Talk, plan: Plan, *, proposed: bool = False) -> str:
    """Keep the poll; return its id."""
    what = _engine(talk, plan, zone=str(await zone_of(talk)))
    return await talk.do("draft", polls.draft, by=talk.person, proposed=proposed, **what)


def _engine(talk: Talk, plan: Plan, *, zone: str) -> dict[str, Any]:
    """Return a plan as the network keeps it."""
    options: Sequence[Any] = plan.wording.options
    if plan.kind == "yesno":
        translator = talk.who.voice.translator
        options = [{each: translator.render(label, each) for each in OFFERED} for label in YESNO.values()]
    apart = blueprints.get(plan.blueprint).apart if plan.blueprint else ()
    engine = poll_plan.engine(plan, now=talk.now, zone=zone)
    return {
        "question": dict(plan.wording.question),
        "options": [dict(each) for each in options],
        "plan": engine,
        "apart": apart,
    }


async def _send(talk: Talk, plan: Plan, former: Poll | None) -> None:
    """Ask the poll: at once where it stays in one group, else when both sides agree."""
    if former is None:
        poll = await _draft(talk, plan)
    else:
        poll, what = former.id, _engine(talk, plan, zone=str(await zone_of(talk)))
        await talk.do("changed", polls.change, poll=poll, by=talk.person, **what)
    try:
        asked = await talk.do("ask", polls.ask, poll=poll, by=talk.person)
    except OneSided:
        await talk.say(ALONE)
        return
    if asked["approval"]:
        # Translators: button, max:20
        option = Option(f"decide:{asked['approval']}", _("Read and decide"))
        text = _("A poll that goes beyond one group waits for your decision.")
        await talk.tell("tell", asked["deciders"], text, [option], about=talk.person)
        await talk.say(_("Thank you. It goes beyond one group, so a coordinator of the other side reads it first."))
        return
    await talk.do("schedule", rounds.schedule, poll=poll)
    await talk.say(_sent(plan, talk.now))


def _sent(plan: Plan, now: datetime) -> Text:
    opens = _("It opens now; those who are asked hear of it within moments.")
    if plan.opens_at is not None and plan.opens_at > now:
        opens = _("It opens on {day}.", day=plan.opens_at.date())
    return below(_("Thank you. {opens}", opens=opens), _("You find it, and its results, under “Polls”."))


capability = Capability(
    name="newpoll",
    command="newpoll",
    room=Room.LEAD,
    # Translators: in the menu, max:24
    title=_("Make a poll"),
    # Translators: words that start this, separated by |.
    words=_("make a poll|new poll"),
    converse=make,
    for_whom=ForWhom.COORDINATOR,
    contributes=True,
)
propose_capability = Capability(
    name="propose",
    command="propose",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24
    title=_("Propose a poll"),
    # Translators: words that start this, separated by |.
    words=_("propose|propose a poll"),
    converse=propose,
    shown_in_menu=False,
    contributes=True,
)
