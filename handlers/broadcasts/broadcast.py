"""Broadcast: a coordinator tells many something, after seeing how it comes, before whom, and how many they are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import reduce
from itertools import count

from handlers.audience_choice import able_group, ask_audience, below, counted, describe, joined, names
from handlers.broadcasts import broadcast_cards, broadcast_draft
from handlers.broadcasts.broadcast_cards import NOBODY, Notice
from handlers.broadcasts.broadcast_sending import Plan, send
from handlers.labels import attribution_label, language_label
from handlers.language import OFFERED, Text, Voice, _, n_
from handlers.messages import Letter
from handlers.registry import Capability, ForWhom, Room
from handlers.talk import Option, Talk
from network import addresses, audiences, broadcasts, costs, countries, groups, linked
from network.costs import Estimate, OverBudget
from network.groups import Group

TYPED_ABOVE = 200  # recipients: more are confirmed by typing how many they are
MOST = 100_000_000
AHEAD = timedelta(days=14)  # a message waits at most so long for its hour

FILE_AWAITED = _("The file is still on its way here. Please try again in a moment.")
TOO_MUCH = _("That costs more than is left of this month’s money, so it cannot be sent. Fewer people, or next month?")
NO_POWERS = _(
    "Messages to many are off until your group has a coordinator or a deputy from each side. A steward seats them."
)


async def broadcast(talk: Talk) -> None:
    """Make a message to many, or look at those that were sent."""
    if await talk.read("sent", broadcasts.of_coordinator, person=talk.person):
        options = [
            # Translators: button, max:20
            Option("new", _("A new one")),
            # Translators: button, max:20. Announcements that were sent.
            Option("sent", _("Those sent")),
        ]
        if await talk.choose("what", _("What would you like to do?"), options) == "sent":
            await talk.go("announced")
    speaker = await _speaker(talk)
    if speaker is not None:
        await _make(talk, speaker)


async def _speaker(talk: Talk) -> Group | None:
    """Return the group for which the coordinator speaks; None where none has both sides."""
    mine = await talk.look(groups.coordinated_by, person=talk.person)
    return await able_group(talk, "speaker", mine, _("For which group do you speak?"), none=NO_POWERS)


async def _make(talk: Talk, speaker: Group) -> None:
    """Ask what it is and whom it is for, show it as often as is wanted, and let it go out once."""
    notice = await broadcast_draft.begun(talk, group=speaker.country)
    plan = Plan(notice, speaker.id, await ask_audience(talk, speaker))
    for turn in count():
        if not talk.has_answer(f"review[{turn}]"):
            await _preview(talk, plan)
        wish = await talk.choose(f"review[{turn}]", _("Shall it be sent like this to all of them?"), _review(plan))
        if wish == "send":
            if await _send(talk, plan, turn):
                return
        elif wish == "look":
            await _look(talk, plan.notice, turn)
        elif wish == "when":
            plan = replace(plan, at=await _when(talk, turn))
        elif wish == "audience":
            plan = replace(plan, audience=await ask_audience(talk, speaker, turn=f"[again {turn}]"))
        else:
            plan = replace(plan, notice=await broadcast_draft.change(talk, plan.notice, turn))


def _review(plan: Plan) -> list[Option]:
    return [
        # Translators: in a list, max:24. Then a coordinator of the other side is asked.
        Option("send", _("Yes, ask the other side") if plan.needs_approval else _("Yes, send it")),
        # Translators: in a list, max:24
        Option("look", _("Send it to me first")),
        # Translators: in a list, max:24
        Option("when", _("Choose when it goes")),
        # Translators: in a list, max:24
        Option("audience", _("Change who gets it")),
        # Translators: in a list, max:24
        Option("change", _("Change something in it")),
    ]


async def _preview(talk: Talk, plan: Plan) -> None:
    """Show the message as it comes, before whom, how many they are, and what it takes."""
    await talk.say(_("This is how it comes:"))
    await talk.say(broadcast_cards.message(plan.notice, NOBODY, talk.who.voice).text)
    if plan.notice.file:
        await talk.say(_("The file goes before it."))
    lines = [*describe(plan.audience, talk.language, await names(talk)), *await _figures(talk, plan)]
    await talk.say(reduce(below, lines))
    if broadcasts.is_for_everybody(plan.audience):
        found = [await talk.look(linked.of_group, group=group) for group in plan.audience.groups]
        if any(each is not None and each.is_open for each in found):
            await talk.say(_("It is shown in the linked Telegram group too."))
    if plan.needs_approval:
        await talk.say(_("It goes beyond your group: a coordinator of the other side must agree before it is sent."))


async def _figures(talk: Talk, plan: Plan) -> list[Text]:
    """Return how many are meant, who some of them are, who reads another language, when, and what it takes."""
    many = await talk.look(audiences.count, audience=plan.audience, hearing=True)
    said = [counted(many)]
    sample = await talk.look(broadcasts.sample, audience=plan.audience)
    if sample:
        said.append(_("Among them: {whom}", whom=joined(map(attribution_label, sample))))
    said += [line async for line in _fallbacks(talk, plan)]
    said.append(broadcast_cards.goes(plan.at))
    people = audiences.query(plan.audience, hearing_at=talk.now)
    return [*said, *costs_of(await talk.look(costs.estimate, people=people))]


def costs_of(found: Estimate) -> Iterator[Text]:
    """Yield how many get a template first, on which days, and what that costs."""
    if not found.templates:
        return
    many = found.templates
    yield n_(
        "{count} has not written for a day: they get a short message first, and this when they answer.",
        "{count} have not written for a day: they get a short message first, and this when they answer.",
        many,
    )
    if len(found.days) > 1:
        each = (n_("{day}: {count}", "{day}: {count}", reached, day=day) for day, reached in found.days)
        yield _("So many can be reached so: {days}", days=joined(each))
    if found.cost is not None:
        # Translators: {amount} is such as "12.5 EUR".
        yield _("That costs about {amount}.", amount=_money(found.cost, found.currency))
    if found.left is not None:
        yield _("Of this month’s money {amount} is left.", amount=_money(found.left, found.currency))
    if found.is_too_much:
        yield TOO_MUCH


def _money(millionths: int, currency: str) -> Text:
    # Translators: a sum of money: {sum} is a number, {currency} a code such as EUR.
    return _("{sum} {currency}", sum=round(millionths / 1_000_000, 2), currency=currency)


async def _fallbacks(talk: Talk, plan: Plan) -> AsyncIterator[Text]:
    """Yield how many read a language that it is not written in."""
    wanted = plan.audience.languages or OFFERED
    for language in (language for language in wanted if language not in plan.notice.texts):
        of_it = replace(plan.audience, languages=(language,))
        many = await talk.look(audiences.count, audience=of_it, hearing=True)
        if many:
            yield n_(
                "{count} of them reads {language} and gets the text in {other}.",
                "{count} of them read {language} and get the text in {other}.",
                many,
                language=language_label(language),
                other=language_label(plan.notice.fallback),
            )


async def _look(talk: Talk, notice: Notice, turn: int) -> None:
    """Send it to the coordinator alone: in each language in which it is written, to each of their apps."""
    if not await broadcast_draft.has_come(talk, notice, turn):
        await talk.say(FILE_AWAITED)
        return
    translator = talk.who.voice.translator
    shown = [broadcast_cards.message(notice, NOBODY, Voice(translator, language)) for language in notice.texts]
    messages = [*broadcast_cards.before(notice), *shown]
    homes = [home for home in await talk.look(addresses.of, person=talk.person) if home.reachable]
    await talk.post(f"look[{turn}]", [Letter(home.id, message) for home in homes for message in messages])
    await talk.say(_("It comes to you alone, as in each of your apps. Its buttons do nothing yet."))


async def _when(talk: Talk, turn: int) -> datetime | None:
    """Ask when it goes: at once, or at an hour by the clock of each country."""
    options = [
        # Translators: button, max:20. When a message goes.
        Option("now", _("At once")),
        # Translators: button, max:20. When a message goes.
        Option("later", _("On a day I choose")),
    ]
    if await talk.choose(f"when[{turn}]", _("When shall it go?"), options) == "now":
        return None
    me = await talk.member()
    here = talk.now.astimezone(countries.get(me.country).zone).replace(tzinfo=None)
    first = (here + timedelta(hours=1)).date()
    day = await talk.date(f"goes on[{turn}]", _("On which day?"), earliest=first, latest=first + AHEAD)
    low, high = here.hour + 1 if day == here.date() else 0, 23
    question = _(
        "At which hour, by the clock of each country? Write a number from {low} to {high}.", low=low, high=high
    )
    hour = await talk.number(f"goes at[{turn}]", question, low=low, high=high)
    return datetime.combine(day or first, time(hour or low))


async def _send(talk: Talk, plan: Plan, turn: int) -> bool:
    """Let it go out, or before the other side, once the number is confirmed; return whether it did."""
    if not await broadcast_draft.has_come(talk, plan.notice, turn):
        await talk.say(FILE_AWAITED)
        return False
    many = await talk.read(f"at last[{turn}]", audiences.count, audience=plan.audience, hearing=True)
    if not await is_sure(talk, many, turn):
        await talk.say(_("Nothing was sent."))
        return False
    try:
        sent = await talk.do(f"send[{turn}]", send, plan=plan, by=talk.person, confirmed=many, voice=talk.who.voice)
    except broadcasts.Grown:
        await talk.say(_("More people are meant now than you confirmed, so nothing was sent."))
        return False
    except OverBudget:
        await talk.say(TOO_MUCH)
        return False
    if not sent["approval"]:
        await talk.go("announced", sent["broadcast"])
    # Translators: button, max:20
    option = Option(f"decide:{sent['approval']}", _("Read and decide"))
    news = _("An announcement to many waits for your side’s decision.")
    await talk.tell(f"tell[{turn}]", sent["deciders"], news, [option], about=talk.person)
    await talk.say(_("A coordinator of the other side reads it now. You hear from them here; nothing is sent before."))
    return True


async def is_sure(talk: Talk, many: int, turn: int) -> bool:
    """Ask for the last word: a yes, or the number itself where they are many."""
    if many <= TYPED_ABOVE:
        question = n_("Send it to {count} member now?", "Send it to {count} members now?", many)
        # Translators: button, max:20
        return await talk.confirm(f"sure[{turn}]", question, yes=_("Yes, send it"), no=_("No, not yet"))
    question = _("To be sure that you mean so many: please write the number of members, {number}.", number=many)
    return await talk.number(f"number[{turn}]", question, low=0, high=MOST) == many


capability = Capability(
    name="broadcast",
    command="broadcast",
    room=Room.LEAD,
    # Translators: in the menu, max:24
    title=_("Announce to members"),
    # Translators: words that start this, separated by |.
    words=_("broadcast|announce"),
    converse=broadcast,
    contributes=True,
    for_whom=ForWhom.COORDINATOR,
)
