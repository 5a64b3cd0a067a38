"""How far a message to many got, and what can still be done: stop, correct, take back, try again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from itertools import count

from handlers.audience_choice import below
from handlers.broadcasts import broadcast_cards, broadcast_draft
from handlers.broadcasts.broadcast import TOO_MUCH, is_sure
from handlers.broadcasts.broadcast_cards import Notice
from handlers.labels import SIDES
from handlers.language import Text, _, n_
from handlers.prompts import REFRESH
from handlers.registry import Capability, ForWhom
from handlers.talk import Option, Talk
from network import approvals, audiences, broadcasts, countries, rsvps
from network.broadcasts import Broadcast, State
from network.costs import OverBudget
from network.errors import Conflict
from network.mailings import Progress
from network.rsvps import Attendance

SHORT = 40  # characters of an announcement where it is named

GONE, SILENT, LIMITED, ABROAD, LOST, OTHER = "gone", "silent", "limited", "abroad", "lost", "other"
CAUSES = {
    "unreachable": GONE,
    "131026": GONE,
    "403": GONE,
    "chat_gone": GONE,
    "user_gone": GONE,
    "blocked": GONE,
    "deactivated": GONE,
    "no_rights": GONE,
    "stopped": SILENT,
    "locked": SILENT,
    "131050": SILENT,
    "131049": LIMITED,
    "130472": LIMITED,
    "130497": ABROAD,
    "answer_lost": LOST,
}
RETRIED = frozenset({LIMITED, LOST, OTHER})  # causes that may be over by now
WHY: dict[str, Text] = {
    GONE: _("they blocked Jisr, or are no longer in the app"),
    SILENT: _("they want no messages"),
    LIMITED: _("their app lets no more through to them for now"),
    ABROAD: _("the app does not deliver in their country"),
    LOST: _("the app did not answer: it may have come, or not"),
    OTHER: _("the app did not take it"),
}


def causes(progress: Progress) -> dict[str, int]:
    """Return how many failed, by cause, in the order of ``WHY``."""
    found = dict.fromkeys(WHY, 0)
    for code, many in progress.failed.items():
        found[CAUSES.get(code, OTHER)] += many
    return {cause: many for cause, many in found.items() if many}


def retried(progress: Progress) -> list[str]:
    """Return the codes of failures after which it may go now."""
    return sorted(code for code in progress.failed if CAUSES.get(code, OTHER) in RETRIED)


def lines(progress: Progress) -> Iterator[Text]:
    """Yield how far it got, without what is nothing."""
    told = (
        (progress.read, n_("Read by {count}", "Read by {count}", progress.read)),
        (progress.delivered, n_("Delivered to {count}", "Delivered to {count}", progress.delivered)),
        (progress.sent, n_("Sent to {count}", "Sent to {count}", progress.sent)),
        (progress.waiting, n_("Still to go to {count}", "Still to go to {count}", progress.waiting)),
        (
            progress.held,
            n_(
                "Kept for {count} until they answer a short message: the app wants it so",
                "Kept for {count} until they answer a short message: the app wants it so",
                progress.held,
            ),
        ),
        (progress.stopped, n_("Stopped for {count}", "Stopped for {count}", progress.stopped)),
        (progress.expired, n_("Too late for {count}", "Too late for {count}", progress.expired)),
    )
    yield from (line for many, line in told if many)
    for cause, many in causes(progress).items():
        # Translators: {why} is such as "they want no messages".
        yield n_("Not sent to {count}: {why}", "Not sent to {count}: {why}", many, why=WHY[cause])
    if progress.ambiguous:
        many = progress.ambiguous
        yield n_("May have come twice to {count}", "May have come twice to {count}", many)


def coming(attendance: Attendance) -> Iterator[Text]:
    """Yield how many come, and of which side where that can point at nobody."""
    said = {
        "yes": n_("{count} will come", "{count} will come", attendance.total["yes"]),
        "maybe": n_("{count} perhaps", "{count} perhaps", attendance.total["maybe"]),
        "no": n_("{count} cannot come", "{count} cannot come", attendance.total["no"]),
    }
    for answer, line in said.items():
        yield line
        for side, many in attendance.by_side.get(answer, {}).items():
            # Translators: {side} is "Official" or "Civil society".
            yield n_("– {side}: {count}", "– {side}: {count}", many, side=SIDES[side])


async def follow(talk: Talk) -> None:
    """Show how far an announcement of one's group got, as often as one likes, and do what can be done about it."""
    which = await _which(talk)
    for turn in count() if which else ():
        found = await talk.look(broadcasts.find, broadcast=which)
        got = await talk.look(broadcasts.progress, broadcast=which)
        if found is None:
            return
        wish = await talk.choose(f"wish[{turn}]", await _question(talk, found, got), _wishes(found, got))
        if wish == "end":
            await talk.say(_("Gladly. Write “menu” for anything else."))
            return
        try:
            await _ACTS[wish](talk, found, turn)
        except OverBudget:
            await talk.say(TOO_MUCH)
        except Conflict:
            await talk.say(_("That is not possible any more."))


async def _which(talk: Talk) -> str:
    """Return the id of the announcement that a button led to, or of one chosen; "" when there is none."""
    if talk.argument:
        found = await talk.look(broadcasts.of_coordinator, person=talk.person, only=[talk.argument])
        if found:
            return found[0].id
    sent = await talk.look(broadcasts.of_coordinator, person=talk.person)
    if not sent:
        await talk.say(_("Nothing was announced for your group yet."))
        return ""
    options = [Option(each.id, _short(each), STATES[each.state]) for each in sent]
    return await talk.choose("announcement", _("Which announcement is it about?"), options)


async def _question(talk: Talk, found: Broadcast, got: Progress) -> Text:
    """Return where it stands, to be put again in the same place when it is refreshed."""
    here = talk.now.astimezone(countries.get((await talk.member()).country).zone)
    said: list[Text] = [
        _("“{words}”", words=_short(found)),
        STATES[found.state],
        n_("For {count} member", "For {count} members", found.confirmed),
        *lines(got),
        *(_without_app(found.confirmed - got.total) if found.sent_at else ()),
        # Translators: {time} is an hour, such as 14:05.
        _("As it stood at {time}.", time=here.time().replace(microsecond=0)),
    ]
    return reduce(below, said)


def _without_app(many: int) -> Iterator[Text]:
    """Yield how many have no app in which they can be reached now."""
    if many > 0:
        yield n_("Not in any app now: {count}", "Not in any app now: {count}", many)


def _short(found: Broadcast) -> str:
    return broadcast_cards.short(Notice.from_json(found.notice), SHORT)


def _wishes(found: Broadcast, got: Progress) -> list[Option]:
    sent = found.state in broadcasts.WHOLE
    offered = [
        # Translators: in a list, max:24. To see the latest figures.
        (Option(REFRESH, _("Refresh")), sent),
        # Translators: in a list, max:24. More people than were agreed to: the coordinator agrees anew.
        (Option("confirm", _("Confirm the number")), found.state is State.GROWN),
        # Translators: in a list, max:24
        (Option("stop", _("Stop it now")), found.state in broadcasts.STOPPABLE and (got.unsent or not sent)),
        # Translators: in a list, max:24
        (Option("correct", _("Correct it")), sent and got.reached),
        # Translators: in a list, max:24
        (Option("withdraw", _("Take it back")), sent),
        # Translators: in a list, max:24
        (Option("retry", _("Try again")), sent and retried(got)),
        # Translators: in a list, max:24
        (Option("coming", _("Who comes")), sent and found.notice["event"]),
        # Translators: in a list, max:24
        (Option("end", _("That is all")), True),
    ]
    return [option for option, here in offered if here]


async def _stop(talk: Talk, found: Broadcast, turn: int) -> None:
    many = await talk.do(f"stop[{turn}]", broadcasts.stop, broadcast=found.id, by=talk.person)
    await talk.say(n_("Stopped: {count} member does not get it.", "Stopped: {count} members do not get it.", many))


async def _confirm(talk: Talk, found: Broadcast, turn: int) -> None:
    """Agree to the number as it is now."""
    many = await talk.read(f"at last[{turn}]", audiences.count, audience=found.audience, hearing=True)
    await talk.say(_("More people are meant now than you confirmed, so nothing was sent."))
    if await is_sure(talk, many, turn):
        await talk.do(f"go[{turn}]", broadcasts.confirm_again, broadcast=found.id, by=talk.person, confirmed=many)


async def _correct(talk: Talk, found: Broadcast, turn: int) -> None:
    """Ask for the right words, and put them in the place of those that were sent, or before the other side."""
    if await talk.look(approvals.pending_about, subject=found.id, kind=broadcasts.KIND) is not None:
        await talk.say(_("Something is asked already, and waits for a coordinator of the other side."))
        return
    notice = Notice.from_json(found.notice)
    question = _("What shall it say? Where the app lets us, the new words take the place of the old; else they follow.")
    notice = replace(notice, texts=await broadcast_draft.texts(talk, notice.texts, question, f"[{turn}]"))
    await talk.say(broadcast_cards.message(notice, found.id, talk.who.voice).text)
    # Translators: button, max:20
    yes = _("Yes, correct it")
    if not await talk.confirm(f"right[{turn}]", _("Is it right like this?"), yes=yes, no=_("No, leave it")):
        await talk.say(_("Nothing has changed."))
        return
    bodies = broadcast_cards.bodies(notice, found.id, talk.who.voice.translator)
    given = {"notice": notice.to_json(), "bodies": bodies}
    asked = await talk.do(f"correct[{turn}]", broadcasts.correct, broadcast=found.id, by=talk.person, **given)
    if not asked["approval"]:
        await talk.say(_("The right words are on their way to everybody who got the others."))
        return
    # Translators: button, max:20
    option = Option(f"decide:{asked['approval']}", _("Read and decide"))
    news = _("Other words for an announcement wait for your side’s decision.")
    await talk.tell(f"tell[{turn}]", asked["deciders"], news, [option], about=talk.person)
    await talk.say(
        _("A coordinator of the other side reads the new words now. You hear from them here; nothing changes before.")
    )


async def _withdraw(talk: Talk, found: Broadcast, turn: int) -> None:
    """Take it back from everybody, when that is what is meant."""
    question = _("Take it back? Where the app lets us, it is deleted; else people read that it was taken back.")
    # Translators: button, max:20
    if not await talk.confirm(f"back[{turn}]", question, yes=_("Yes, take it back"), no=_("No, leave it")):
        await talk.say(_("Nothing has changed."))
        return
    await talk.do(f"withdraw[{turn}]", broadcasts.withdraw, broadcast=found.id, by=talk.person)
    await talk.say(_("It is being taken back."))


async def _retry(talk: Talk, found: Broadcast, turn: int) -> None:
    codes = retried(await talk.look(broadcasts.progress, broadcast=found.id))
    many = await talk.do(f"retry[{turn}]", broadcasts.retry, broadcast=found.id, by=talk.person, codes=codes)
    await talk.say(n_("It is tried again for {count} member.", "It is tried again for {count} members.", many))


async def _coming(talk: Talk, found: Broadcast, _turn: int) -> None:
    """Say how many come: only numbers, and of sides only where both have ten."""
    for line in coming(await talk.look(rsvps.attendance, broadcast=found.id)):
        await talk.say(line)
    await talk.say(_("Sides are shown where both have at least ten."))


_ACTS = {
    "stop": _stop,
    "confirm": _confirm,
    "correct": _correct,
    "withdraw": _withdraw,
    "retry": _retry,
    "coming": _coming,
}

STATES: dict[State, Text] = {
    State.ASKED: _("with the other side’s coordinators"),
    State.REFUSED: _("not agreed to"),
    State.GROWN: _("waits for your word on the number"),
    State.SENT: _("on its way, or arrived"),
    State.STOPPED: _("stopped"),
    State.WITHDRAWN: _("taken back"),
}

capability = Capability(
    name="announced",
    command="announced",
    title=_("What was announced"),
    # Translators: words that start this, separated by |.
    words=_("announced|what was announced"),
    converse=follow,
    for_whom=ForWhom.COORDINATOR,
    shown_in_menu=False,
    anew=True,
)
