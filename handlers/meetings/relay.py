"""Relay: two who met write to each other through the bot, each under a name of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from handlers import people
from handlers.language import Text, Words, _, n_
from handlers.meetings import pseudonyms, relay_acts, relay_cards
from handlers.messages import Letter, MediaKind
from handlers.questions import Told
from handlers.registry import Capability, Occasion, Room
from handlers.screening import screen, screen_between_two
from handlers.talk import Option, Talk
from network import conversations, files, relayed, relays, swaps, topics
from network.folding import latin_digits
from network.relayed import Message
from network.relays import Over, Relay

if TYPE_CHECKING:
    from network.store import Tx

LONGEST = 1000  # characters of one message: a few of them fit into one of the app
LIVE = timedelta(minutes=15)  # whoever wrote so lately is awake, whatever their quiet hours
KINDS = (MediaKind.VOICE, MediaKind.PICTURE, MediaKind.DOCUMENT)


async def write(talk: Talk) -> None:
    """Pass on what somebody writes, until they do something else."""
    act, _space, number = talk.argument.strip().rpartition(" ")
    relay = await _which(talk, latin_digits(number))
    if relay is None:
        return
    if act in relay_acts.ACTS:  # as a button of a notice has it
        await relay_acts.ACTS[act](talk, relay)
        return
    await _catch_up(talk, relay)
    check = screen_between_two if relay.swapped else screen
    # Translators: button, max:20. What can be done beside writing.
    more = _("Something else")
    told = await talk.told("words", _prompt(relay), at_most=LONGEST, check=check, kinds=KINDS, skip=more, cancel=False)
    if not told:
        await relay_acts.choose(talk, relay)
        return
    await _pass_on(talk, relay, told)


async def _which(talk: Talk, number: str) -> Relay | None:
    """Return the conversation that is meant by its number, or chosen; None where there is none."""
    if number.isdigit() and len(number) <= 4:  # noqa: PLR2004 - nobody has more
        found = await talk.look(relays.numbered, person=talk.person, number=int(number))
        if found is None or found.ended:
            await talk.say(relay_cards.OVER)
            return None
        return found
    mine = await talk.look(relays.mine, person=talk.person)
    if not mine:
        await _none(talk)
        return None
    chosen = str(mine[0].number)
    if len(mine) > 1:
        options = [await _option(talk, each) for each in mine]
        chosen = await talk.choose("which", _("To whom do you want to write?"), options)
    return await talk.go("to", chosen)


async def _option(talk: Talk, relay: Relay) -> Option:
    unread = await talk.look(relayed.unread, end=relay.id)
    topic = topics.label(relay.topic, talk.language)
    note: Words = n_("{topic} · {count} new", "{topic} · {count} new", unread, topic=topic) if unread else topic
    named = _("{number}. {name}", number=relay.number, name=pseudonyms.shown(relay.other))
    return Option(str(relay.number), named, note)


async def _none(talk: Talk) -> None:
    words = _("You talk with nobody now. You meet others under “Who has done this”, when both of you want to.")
    # Translators: button, max:20
    if await talk.confirm("find", words, yes=_("Find somebody"), no=_("Not now")):
        await talk.go("allies")
    await talk.say(_("Gladly. Write “menu” for anything else."))


async def _catch_up(talk: Talk, relay: Relay) -> None:
    """Say that what was just written is on its way, and show what came and was not sent yet."""
    last = await talk.look(relayed.latest, end=relay.id, limit=1)
    if last and last[0].mine and last[0].at == talk.now:
        await talk.say(_("It is on its way."))
    fresh = await talk.do("see", relayed.see, end=relay.id)
    for each in await talk.look(relayed.latest, end=relay.id, only=fresh["messages"]):
        await relay_cards.say(talk, each, relay)


def _prompt(relay: Relay) -> Text:
    return _(
        "{number}. {name} · what do you write? It goes to them as it is: words, a voice message, a picture or a PDF.",
        number=relay.number,
        name=pseudonyms.shown(relay.other),
    )


async def _pass_on(talk: Talk, relay: Relay, told: Told) -> None:
    """Pass something on to whom it is meant for, and go on there."""
    relay = await _meant(talk, relay)
    if told.file and not relay.files_known and not await _known(talk):
        await talk.do("drop", files.forget, which=[told.file])
        await talk.go("to", str(relay.number))
    refused = None if relay.swapped else screen(told.text)
    if refused is not None:
        await talk.say(refused)
        await talk.go("to", str(relay.number))
    try:
        await talk.do("pass", relayed.pass_on, end=relay.id, person=talk.person, text=told.text, file=told.file)
    except Over:
        await talk.say(relay_cards.OVER)
        return
    await talk.go("to", str(relay.number))


async def _meant(talk: Talk, relay: Relay) -> Relay:
    """Ask for whom something is when another wrote meanwhile: an answer to one must not reach another."""
    others = await talk.read("others", relayed.spoke_meanwhile, person=talk.person, end=relay.id)
    if not others:
        return relay
    both = {each.id: each for each in [relay, *others]}
    options = [
        Option(each.id, pseudonyms.shown(each.other), topics.label(each.topic, talk.language)) for each in both.values()
    ]
    return both[await talk.choose("meant", _("Others wrote to you meanwhile. For whom is this?"), options)]


async def _known(talk: Talk) -> bool:
    """Whether somebody who sends a first file knows what it may show of them."""
    question = _(
        "A voice, a face or the head of a letter may tell the other who you are. What a file says beside what is seen "
        "and heard is taken out. Shall it be sent?"
    )
    return await talk.confirm("known", question)


async def deliver(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Bring a message to the other; whoever takes none now gets it later, and at night whoever is awake."""
    translator, who = occasion.who.voice.translator, occasion.who
    reachable = bool(await people.letters(tx, [who.id], relay_cards.OVER, [], translator))
    message = await relayed.take(tx, message=occasion.subject, reachable=reachable)
    if message is None:
        return []
    file = await files.find(tx, file=message.file) if message.file else None
    # Translators: button, max:20
    options = [] if await _is_there(tx, message) else [Option(f"to:{message.number}", _("Answer"))]
    found = await people.letters(
        tx, [message.to], relay_cards.passed(message, file), options, translator, about=message.by
    )
    last = who.address.last_inbound_at
    awake = last is not None and tx.now - last < LIVE
    media = relay_cards.media(file) if file else None
    return [
        replace(
            letter,
            message=replace(letter.message, media=media),
            not_before=None if awake else letter.not_before,
        )
        for letter in found
    ]


async def _is_there(tx: Tx, message: Message) -> bool:
    """Whether whom a message is for is writing in that very conversation."""
    for each in await conversations.of(tx, person=message.to):
        if each.state is conversations.State.ACTIVE and each.name == relays.TALK:
            return bool(each.answers.get("argument") == str(message.number))
    return False


async def ended(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Tell one of two kindly that their conversation has ended; by whom, and why, is not said."""
    relay = await relays.find(tx, end=occasion.subject)
    if relay is None:
        return []
    voice = occasion.who.voice
    text = _(
        "Your conversation number {number} on the topic {topic} has ended. Thank you for the time that you gave it.",
        number=relay.number,
        topic=topics.label(relay.topic, voice.language),
    )
    return await people.letters(tx, [occasion.who.id], text, [], voice.translator)


async def swap(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Tell two who both want to how the other can be reached: both at the same moment, or neither."""
    translator = occasion.who.voice.translator
    both = await swaps.people(tx, relay=occasion.subject)
    reached = await people.letters(tx, both, relay_cards.OVER, [], translator)
    if not both:
        return []
    if len(reached) < len(both):
        await swaps.put_off(tx, relay=occasion.subject, person=occasion.who.id)
        return []
    at = max((letter.not_before for letter in reached if letter.not_before), default=None)
    found: list[Letter] = []
    for given in await swaps.take(tx, relay=occasion.subject):
        text = _(
            "You both wanted to exchange contacts. {name} can be reached so: {contact}",
            name=pseudonyms.shown(given.name),
            contact=given.contact,
        )
        found += await people.letters(tx, [given.person], text, [], translator)
    return [replace(letter, not_before=at) for letter in found]


capability = Capability(
    name=relays.TALK,
    command="to",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24
    title=_("My conversations"),
    # Translators: words that start this, separated by |.
    words=_("conversations|my conversations|write to somebody"),
    converse=write,
)

errands = {relayed.ON_ITS_WAY: deliver, relays.ENDED: ended, swaps.BOTH: swap}
