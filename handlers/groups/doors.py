"""Doors: what happens at the door of a linked group chat, and what people are told of it in private."""

from __future__ import annotations

from handlers import people
from handlers.language import Text, Translator, _
from handlers.messages import Incoming, Kind, Letter, Outgoing, Urgency
from handlers.people import Person
from handlers.questions import Option
from handlers.registry import Errand, Occasion
from network import addresses, charters, groups, linked
from network.charters import Charter
from network.linked import Linked
from network.store import Tx

# Translators: button, max:20
IN = _("Let me in")
# Translators: button, max:20
OUT = _("Stay outside")
KINDS = frozenset({Kind.LINK, Kind.KNOCK, Kind.POWERLESS})


async def answer(tx: Tx, incoming: Incoming, translator: Translator) -> list[Letter]:
    """Do what happened at a door asks for; return the letters. Of a chat that is not linked nothing follows."""
    here = {"channel": incoming.channel, "account": incoming.account}
    if incoming.kind is Kind.LINK:  # whoever gave the code hears when the door is made
        await linked.accept(tx, chat=incoming.external, code=incoming.argument, **here)
        return []
    if incoming.kind is Kind.POWERLESS:
        found = await linked.of_chat(tx, chat=incoming.external, **here)
        return [] if found is None else await _shut(tx, found, translator)
    found = await linked.of_chat(tx, chat=incoming.argument, **here)
    return [] if found is None else await _knock(tx, found, incoming, translator)


async def _knock(tx: Tx, found: Linked, incoming: Incoming, translator: Translator) -> list[Letter]:
    """Let a member in who knows what is shown of them, ask one who does not, and decline others kindly."""
    who = await people.meet(tx, incoming, translator)
    came_to = await linked.knock(tx, at=found, guest=who.address)
    group = await charters.of(tx, group=found.group)
    if came_to == linked.INVITE:
        return [_letter(who, shown(group, who.voice.language), ways(found))]
    if came_to == linked.DECLINE:
        return [_letter(who, _declined(group, who), [])]
    return []  # they hear when the door is open


def shown(group: Charter, language: str) -> Text:
    """Return what Telegram shows of whoever enters the chat of a group, and to whom."""
    return _(
        "Before you enter the Telegram group of “{group}”: there Telegram, not Jisr, decides what is seen of you.\n\n"
        "Everybody in it sees the name and the picture of your Telegram account, your username if you have one, and "
        "your number if your Telegram settings show it. They can copy it and write to you. What you write there "
        "stands under that name; Jisr does not read it, does not keep it and cannot take it back.\n\n"
        "You can hide your number and picture first (Telegram: Settings, Privacy). What the group says in "
        "Jisr reaches you here all the same, and nobody sees your number.",
        group=group.name(language),
    )


def ways(found: Linked) -> list[Option]:
    """Return how a member can answer to that."""
    return [Option(f"entrance:in:{found.id}", IN), Option(f"entrance:out:{found.id}", OUT)]


def _declined(group: Charter, who: Person) -> Text:
    name = group.name(who.voice.language)
    if who.member is None:
        return _(
            "This Telegram group is for the members of “{group}” in Jisr, so I could not let you in. Whoever was "
            "invited, or asks to join, is welcome: write “join” here.",
            group=name,
        )
    return _(
        "This Telegram group is for the members of “{group}”, so I could not let you in. Your groups stand under "
        "“My groups”.",
        group=name,
    )


async def _shut(tx: Tx, found: Linked, translator: Translator) -> list[Letter]:
    """Tell those who hold a seat that nobody can enter any more, and what helps."""
    if not await linked.shut(tx, which=found.id):
        return []
    group = await charters.of(tx, group=found.group)
    seats = {seat.person for seat in await groups.seated(tx, group=group.id)}
    text = _(
        "In the Telegram group of “{group}” I may not let anybody in or take anybody out (any more). Make me an "
        "admin there who may invite users and ban users, then link it again.",
        group=group.name(translator.guess("")),
    )
    # Translators: button, max:20
    return await people.letters(
        tx, sorted(seats), text, [Option(f"supergroup:{group.id}", _("Link it again"))], translator
    )


async def opened(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Tell what came of an act at a door: the chat is linked, or could not be; the guest is in."""
    result, translator = occasion.result, occasion.who.voice.translator
    found = await linked.get(tx, which=str(result["subject"]))
    if found is None:
        return []
    if "error" in result:
        return await _shut(tx, found, translator) if not found.is_open else []
    group = await charters.of(tx, group=found.group)
    name = group.name(occasion.who.voice.language)
    if result["act"] == linked.ADMIT:
        return [_letter(occasion.who, _("The Telegram group of “{group}” is open to you.", group=name), [])]
    await linked.made(tx, which=found.id, invite=str(result["link"]))
    text = _(
        "Linked: this Telegram group now belongs to “{group}”. Members find the way in under “Group talk”; I let in "
        "nobody else. Please add nobody by hand, and keep my rights.",
        group=name,
    )
    return [_letter(occasion.who, text, [])]


async def card(
    tx: Tx, *, group: str, text: Text, options: list[Option], translator: Translator, about: str = ""
) -> list[Letter]:
    """Return a card for the linked chat of a group, none where there is none; its options open the private chat.

    The key of an option is a command that a link may start (``Capability.by_link``); by ``about`` it is taken down.
    """
    found = await linked.of_group(tx, group=group)
    if found is None or not found.is_open:
        return []
    voice = people.voice_of(None, await addresses.get(tx, address=found.address), translator)
    return [Letter(found.address, people.notice(voice, text, options), urgency=Urgency.NOTICE, about=about)]


async def take_down(tx: Tx, *, about: str) -> list[Letter]:
    """Return what takes the cards about something out of linked chats, where they may still be deleted."""
    return [Letter(address, Outgoing(deletes=(ref,))) for address, ref in await linked.posted(tx, about=about)]


def _letter(who: Person, text: Text, options: list[Option]) -> Letter:
    return Letter(who.address.id, people.notice(who.voice, text, options))


errands: dict[str, Errand] = {linked.GATE: opened}
