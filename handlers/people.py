"""Who is writing: their address, their membership, their language; and letters to others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from handlers.language import Translator, Voice, Words, _
from handlers.messages import Choice, Incoming, Letter, Outgoing, Style, Urgency
from handlers.prompts import BUTTON_LABEL, BUTTONS
from handlers.questions import Option
from handlers.registry import Capability, ForWhom
from network import addresses, countries, groups, leaving, links, members, outbox, quiet, regimes
from network.addresses import Address
from network.errors import Missing
from network.members import Member, State
from network.regimes import Standing
from network.store import Tx

PAUSED = _(
    "Jisr is paused in your country for now, to keep everybody safe. Nothing is lost, and it all goes on afterwards. "
    "At any time you can get a copy of what is kept about you, erase it, or stop: write “privacy”, “delete me”, “stop” "
    "or “help”."
)
OBSERVING = _(
    "Your country only observes in Jisr for now: you can read everything, and share, post, ask and answer again later. "
    "Nothing that you began is lost."
)
SILENT = frozenset({State.LOCKED, State.STOPPED})  # who gets no news


@dataclass(frozen=True)
class Person:
    """The person at the other end of one message."""

    id: str
    address: Address = field(repr=False)
    member: Member | None = field(repr=False)
    voice: Voice

    @property
    def state(self) -> State | None:
        """How they take part; None before consent."""
        return self.member.state if self.member else None


async def meet(tx: Tx, incoming: Incoming, translator: Translator) -> Person:
    """Return the person that a message came from, on first contact too."""
    address = await addresses.meet(
        tx,
        channel=incoming.channel,
        account=incoming.account,
        external=incoming.external,
        alias=incoming.alias,
        language=translator.guess(incoming.language),
    )
    if incoming.alias and incoming.alias != address.alias:
        address = await links.recognise(tx, address=address, alias=incoming.alias)
    return await at(tx, address, translator)


async def let_in(tx: Tx, incoming: Incoming, *, reachable: bool) -> None:
    """Note that a person blocked the bot, or let it in again. A stranger's wish needs no note."""
    ids = [incoming.external, *([incoming.alias] if incoming.alias else [])]
    await addresses.let_in(tx, channel=incoming.channel, account=incoming.account, externals=ids, reachable=reachable)
    found = await _known(tx, incoming)
    if found is not None and not reachable:
        await outbox.fail_all(tx, address=found.id, code="blocked")


async def opt(tx: Tx, incoming: Incoming, *, out: bool) -> None:
    """Stop, or take part again, as a person told their app: they are not answered, for they did not write to us."""
    found = await _known(tx, incoming)
    if found is not None:
        await (leaving.opt_out if out else leaving.opt_in)(tx, address=found.id)


async def at(tx: Tx, address: Address, translator: Translator) -> Person:
    """Return the person of an address as they stand now."""
    member = await members.find(tx, person=address.person)
    return Person(address.person, address, member, voice_of(member, address, translator))


async def again(tx: Tx, who: Person) -> Person:
    """Return ``who`` after something was done: the language, the state or the person may have changed."""
    try:
        address = await addresses.get(tx, address=who.address.id)
    except Missing:  # they have just been erased; the goodbye is still theirs
        return Person(who.id, who.address, None, who.voice)
    return await at(tx, address, who.voice.translator)


def voice_of(member: Member | None, address: Address, translator: Translator) -> Voice:
    """Return how to speak to somebody: as they chose, else as their app is set, else in French."""
    language = translator.guess((member.language if member else "") or address.language)
    return Voice(translator, language, (member.digits if member else "") or "latn")


async def may(tx: Tx, who: Person, capability: Capability) -> bool:
    """Whether a person may start a capability now."""
    if capability.for_whom is ForWhom.ANYONE:
        return True
    if capability.for_whom is ForWhom.CONSENTED:
        return who.member is not None
    if who.state is not State.ACTIVE:
        return capability.when_stopped and who.state is State.STOPPED
    return capability.for_whom is ForWhom.MEMBER or await groups.is_coordinator(tx, person=who.id)


async def held(tx: Tx, who: Person, capability: Capability) -> Words:
    """Return why a person cannot have this conversation while their country is held back, "" where they can."""
    if who.member is None or capability.by_right:
        return ""
    standing = await regimes.standing(tx, country=who.member.country)
    if standing is Standing.PAUSED:
        return PAUSED
    return OBSERVING if standing is Standing.OBSERVING and capability.contributes else ""


async def letters(
    tx: Tx, people: Sequence[str], text: Words, options: Sequence[Option], translator: Translator, *, about: str = ""
) -> list[Letter]:
    """Return a notice for each of ``people`` who can be reached, in the language of each.

    The key of an option is a command, with its argument after a colon: ``decide:<id>``. In the
    quiet hours of its reader it waits for their end.
    """
    known = await members.get_many(tx, people=people)
    reach = await addresses.preferred(tx, people=people)
    found: list[Letter] = []
    for person in dict.fromkeys(people):
        member, address = known.get(person), reach.get(person)
        if address is not None and (member is None or member.state not in SILENT):
            message = notice(voice_of(member, address, translator), text, options)
            at = news_at(tx, member) if member is not None else None
            found.append(Letter(address.id, message, urgency=Urgency.NOTICE, not_before=at, about=about))
    return found


def news_at(tx: Tx, member: Member) -> datetime:
    """Return when news of now may reach a member: not in their quiet hours."""
    if not countries.known(member.country):
        return tx.now
    zone = countries.get(member.country).zone
    return quiet.news_at(tx.now, zone=zone, quiet_from=member.quiet_from, quiet_until=member.quiet_until)


def notice(voice: Voice, text: Words, options: Sequence[Option] = ()) -> Outgoing:
    """Return a message whose buttons start commands."""
    choices = tuple(Choice(f"/{o.key}", voice.say(o.label), voice.say(o.note)) for o in options)
    short = len(choices) <= BUTTONS and all(len(choice.label) <= BUTTON_LABEL for choice in choices)
    return Outgoing(voice.say(text), choices, Style.BUTTONS if short else Style.LIST, rtl=voice.rtl)


async def _known(tx: Tx, incoming: Incoming) -> Address | None:
    """Return the address that something came from, by either id; None before first contact."""
    here = {"channel": incoming.channel, "account": incoming.account}
    found = await addresses.find(tx, external=incoming.external, **here)
    return found or (await addresses.find(tx, external=incoming.alias, **here) if incoming.alias else None)
