"""What can be done in a conversation through the bot beside writing: exchange contacts, report, end, block."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from handlers.labels import attribution_label
from handlers.language import Text, _
from handlers.meetings import pseudonyms, relay_cards
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import mentoring, relays, reports, swaps, topics
from network.allies import Kind
from network.errors import Conflict, Missing
from network.mentoring import GOING
from network.relayed import Message
from network.relays import Over, Relay

CONTACT = (3, 120)  # characters, fewest and most
WORDS = (10, 300)
SHORT, LOOK = 60, 300  # of a message that is chosen, or looked at again
SHOWN = 10  # messages

Act = Callable[[Talk, Relay], Awaitable[None]]

HOW: dict[str, Text] = {
    # Translators: button, max:20. How a mentoring goes.
    "well": _("It goes well"),
    # Translators: button, max:20
    "slowly": _("It goes slowly"),
    # Translators: button, max:20
    "stuck": _("It is stuck"),
}


async def choose(talk: Talk, relay: Relay) -> None:
    """Ask what somebody wants beside writing, and do it."""
    about = _(
        "{name}: {line}\nTopic: {topic}\nYou write as “{mine}”.",
        name=pseudonyms.shown(relay.other),
        line=attribution_label(relay.line),
        topic=topics.label(relay.topic, talk.language),
        mine=pseudonyms.shown(relay.name),
    )
    await talk.say(about)
    wish = await talk.choose("act", _("What would you like to do?"), _wishes(relay))
    await ACTS[wish](talk, relay)


def _wishes(relay: Relay) -> list[Option]:
    # Translators: in a list, max:24. To give how one can be reached, when the other does too.
    swap = Option("swap", _("Exchange contacts"), _("only if both want to"))
    # Translators: in a list, max:24
    unswap = Option("unswap", _("Give no contact"), _("you offered to"))
    # Translators: in a list, max:24. Of mentoring.
    going = Option("how", _("Say how it goes"))
    # Translators: in a list, max:24. Of mentoring.
    thanks = Option("thank", _("Thank them"))
    return [
        # Translators: in a list, max:24
        Option("write", _("Write on")),
        # Translators: in a list, max:24
        Option("look", _("The latest messages")),
        *([] if relay.swapped else [unswap if relay.contact else swap]),
        *([going, thanks] if relay.kind == Kind.MENTOR else []),
        # Translators: in a list, max:24
        Option("other", _("Another conversation")),
        # Translators: in a list, max:24
        Option("report", _("Report it"), _("you choose what is shown")),
        # Translators: in a list, max:24
        Option("end", _("End it"), _("at once, for both")),
        # Translators: in a list, max:24. To end a conversation, and never to be proposed to that person again.
        Option("block", _("End it and block"), _("you two never meet again")),
        # Translators: in a list, max:24
        Option("leave", _("Leave it for now")),
    ]


async def _write(talk: Talk, relay: Relay) -> None:
    await talk.go("to", str(relay.number))


async def _look(talk: Talk, relay: Relay) -> None:
    latest = await relay_cards.latest(talk, relay, SHOWN)
    if not latest:
        await talk.say(_("Nothing was written yet."))
    for each in latest:
        await relay_cards.say(talk, each, relay, most=LOOK)
    await talk.go("to", str(relay.number))


async def _swap(talk: Talk, relay: Relay) -> None:
    """Ask what somebody gives of themselves; both read it at the same moment, once both want to."""
    if relay.swapped:
        await talk.say(_("You have exchanged contacts already."))
        return
    question = _(
        "How can they reach you: a number, a user name, an e-mail address? They read it only once they give you "
        "theirs, at the same moment. Until then it stays here, sealed, and you can take it back."
    )
    # Translators: button, max:20
    skip = _("I give none")
    contact = await talk.text("contact", question, at_least=CONTACT[0], at_most=CONTACT[1], skip=skip)
    if not contact:
        await talk.go("to", str(relay.number))
    try:
        both = await talk.do("swap", swaps.offer, end=relay.id, person=talk.person, contact=contact)
    except Over:
        await talk.say(relay_cards.OVER)
        return
    if both:
        await talk.say(_("They want to as well: in a moment both of you read it."))
        return
    text = _(
        "{number}. {name} would like to exchange contacts. You read theirs only if you give yours.",
        number=relay.other_number,
        name=pseudonyms.shown(relay.name),
    )
    # Translators: button, max:20
    options = [Option(f"to:swap {relay.other_number}", _("See and decide"))]
    await talk.tell("offered", [relay.other_person], text, options, about=talk.person)
    await talk.say(_("It waits here until they want to as well. Nothing of it was shown."))


async def _unswap(talk: Talk, relay: Relay) -> None:
    try:
        await talk.do("unswap", swaps.take_back, end=relay.id, person=talk.person)
    except Conflict:
        await talk.say(_("You have exchanged contacts already."))
        return
    await talk.say(_("It is taken back, and was not shown."))


async def _how(talk: Talk, relay: Relay) -> None:
    """Ask how a mentoring goes, and say what helps where it does not."""
    question = _("How does it go with your goal?\n“{goal}”", goal=relay.goal)
    going = await talk.choose("going", question, [Option(key, HOW[key]) for key in GOING])
    try:
        await talk.do("how", mentoring.answer, end=relay.id, person=talk.person, going=going)
    except Missing:
        await talk.say(relay_cards.OVER)
        return
    if going != "stuck":
        await talk.say(_("Thank you for telling. Nobody reads it but you."))
        return
    await talk.say(
        _(
            "Thank you for telling. It may help to agree on one small step for this month, or on another goal. Each of "
            "you may also end it, with thanks, at any time."
        )
    )


async def _thank(talk: Talk, relay: Relay) -> None:
    question = _("What do you want to thank them for? A sentence or two.")
    text = await talk.text("thanks", question, at_least=WORDS[0], at_most=WORDS[1], check=screen)
    try:
        await talk.do("thank", mentoring.thank, end=relay.id, person=talk.person, text=text)
    except Over:
        await talk.say(relay_cards.OVER)
        return
    await talk.say(_("Your thanks are on their way."))


async def _other(talk: Talk, _relay: Relay) -> None:
    await talk.go("to")


async def _report(talk: Talk, relay: Relay) -> None:
    """Ask what coordinators are to see, and why, and bring it before them."""
    theirs = [each for each in await relay_cards.latest(talk, relay, SHOWN) if not each.mine]
    shown: list[str] = []
    if theirs:
        question = _("Which messages may the coordinators see? They see no other, and not who you are.")
        options = [Option(each.id, _short(each)) for each in theirs]
        shown = await talk.choose_several("shown", question, options, at_most=reports.MOST_SHOWN)
    question = _("What is the matter? A sentence or two, for the coordinators only.")
    why = await talk.text("why", question, at_least=WORDS[0], at_most=WORDS[1], check=screen)
    try:
        made = await talk.do("report", reports.report, end=relay.id, by=talk.person, why=why, shown=shown)
    except Missing:
        await talk.say(relay_cards.OVER)
        return
    # Translators: button, max:20
    option = Option(f"decide:{made['approval']}", _("Read and decide"))
    text = _("A member asks you to look at a conversation of theirs.")
    await talk.tell("tell", made["deciders"], text, [option], about=talk.person)
    await talk.say(_("Thank you for taking care. Coordinators look at what you chose, and you hear of it."))
    # Translators: button, max:20
    if await talk.confirm(
        "end too", _("Do you want to end the conversation now?"), yes=_("End it now"), no=_("Not yet")
    ):
        await talk.do("end", relays.finish, end=relay.id, person=talk.person)
        await talk.say(_("It has ended."))


async def _end(talk: Talk, relay: Relay) -> None:
    await _finish(
        talk, relay, _("End the conversation for both of you? The other hears that it has ended."), block=False
    )


async def _block(talk: Talk, relay: Relay) -> None:
    words = _("End the conversation for both of you, and never be proposed to each other again?")
    await _finish(talk, relay, words, block=True)


async def _finish(talk: Talk, relay: Relay, question: Text, *, block: bool) -> None:
    # Translators: button, max:20
    if not await talk.confirm("sure", question, yes=_("End it"), no=_("Write on")):
        await talk.go("to", str(relay.number))
    await talk.do("end", relays.finish, end=relay.id, person=talk.person, block=block)
    await talk.say(_("It has ended."))


async def _leave(talk: Talk, _relay: Relay) -> None:
    await talk.say(_("Gladly. What they write comes here all the same. Write “menu” for anything else."))


def _short(message: Message) -> Text | str:
    return relay_cards.shortened(message.text, SHORT) or _("(a file)")


ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "write": _write,
        "look": _look,
        "swap": _swap,
        "unswap": _unswap,
        "how": _how,
        "thank": _thank,
        "other": _other,
        "report": _report,
        "end": _end,
        "block": _block,
        "leave": _leave,
    }
)
