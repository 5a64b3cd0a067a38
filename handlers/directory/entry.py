"""My entry: what of oneself others see in the directory, said yes to field by field, and taken back at once."""

from __future__ import annotations

from itertools import count

from handlers.directory import directory_cards as cards
from handlers.directory.directory import GLADLY
from handlers.labels import service_label, side_label
from handlers.language import Text, Words, _
from handlers.names import refuse_name
from handlers.registry import Capability, ForWhom, Room
from handlers.talk import Option, Talk
from handlers.topic_choice import ask_topic
from network import countries, directory, topics
from network.directory import ALIAS, MOST_TOPICS, NOT_PRIVATE, Mine, Shown
from network.errors import NetworkError
from network.members import Member

DONE, NONE = "done", "none"
FIELDS: dict[Shown, Text] = {
    # Translators: in a list, max:24. What others may see of somebody in the directory.
    Shown.NAME: _("My name"),
    # Translators: in a list, max:24. A pen name.
    Shown.ALIAS: _("Another name"),
    # Translators: in a list, max:24
    Shown.ORGANISATION: _("My organisation"),
    # Translators: in a list, max:24
    Shown.SIDE: _("My side"),
    # Translators: in a list, max:24
    Shown.SERVICE: _("My service"),
    # Translators: in a list, max:24
    Shown.COUNTRY: _("My country"),
    # Translators: in a list, max:24
    Shown.ZONE: _("My border zone"),
    # Translators: in a list, max:24
    Shown.TOPICS: _("My topics"),
    # Translators: in a list, max:24. Others may ask to meet me, through Jisr.
    Shown.CONTACT: _("Can be asked to meet"),
}


async def entry(talk: Talk) -> None:
    """Show a member's own entry as others see it, and let them say yes to a field, or take it back."""
    await talk.say(
        _(
            "You decide here what others see of you in the directory: field by field, and you can take each back at "
            "once. Where few are like you, a service and a country may already tell who you are."
        )
    )
    for turn in count():
        mine = await talk.look(directory.mine, person=talk.person)
        await talk.say(_as_seen(mine, talk.language))
        question = _("What would you like to change?")
        what = await talk.choose(f"what[{turn}]", question, _options(await talk.member(), mine), cancel=False)
        if what == DONE:
            await talk.say(GLADLY)
            return
        if what == NONE:
            await talk.do(f"none[{turn}]", directory.hide_all, person=talk.person)
            await talk.say(_("It is done: nobody sees anything of you in the directory."))
        else:
            await _change(talk, Shown(what), turn)


def _as_seen(mine: Mine, language: str) -> Words:
    if not mine.fields:
        return _("Nobody sees anything of you in the directory now.")
    seen = cards.entry(mine.entry, language)
    if mine.entry.is_empty:
        return _("You are not in the directory yet: beside meeting, it needs one thing that others see of you.")
    return _("This is what others see:\n\n{entry}", entry=seen)


def _options(member: Member, mine: Mine) -> list[Option]:
    """Return what can be shown or taken back, with how it stands."""
    notes: dict[bool, Text] = {True: _("others see it"), False: _("nobody sees it")}
    there = [
        Option(what, label, notes[what in mine.fields]) for what, label in FIELDS.items() if _is_there(member, what)
    ]
    # Translators: in a list, max:24. To be shown no more in the directory.
    nothing = [Option(NONE, _("Show nothing of me"))] if mine.fields else []
    return [Option(DONE, _("That is all")), *nothing, *there]


def _is_there(member: Member, what: Shown) -> bool:
    """Whether a member has something to show: in private mode neither name nor service."""
    if what in NOT_PRIVATE and (member.visibility == "private" or not getattr(member, what.value)):
        return False
    return what is not Shown.ZONE or bool(countries.zones(member.country))


async def _change(talk: Talk, what: Shown, turn: int) -> None:
    """Ask for the yes to one field, showing what it is to, or take the yes back."""
    shown = what in await talk.read(f"shown[{turn}]", directory.said, person=talk.person)
    if shown:
        await talk.do(f"hide[{turn}]", directory.hide, person=talk.person, what=what.value)
        await talk.say(_("It is taken back. Others do not see it any more."))
        return
    values = await _values(talk, what, turn)
    question = _said(await talk.member(), what, values, talk.language)
    # Translators: button, max:20
    if not await talk.confirm(f"yes[{turn}]", question, yes=_("Yes, show it"), no=_("No, keep it")):
        await talk.say(_("Gladly. Nothing has changed."))
        return
    try:
        await talk.do(f"show[{turn}]", directory.show, person=talk.person, what=what.value, values=values)
    except NetworkError:
        await talk.say(_("That is not possible any more."))


async def _values(talk: Talk, what: Shown, turn: int) -> list[str]:
    """Ask for what is not in the profile."""
    if what is Shown.ALIAS:
        question = _("Which name? Please not one by which people know you.")
        low, high = ALIAS
        return [await talk.text(f"alias[{turn}]", question, at_least=low, at_most=high, check=refuse_name)]
    if what is Shown.ZONE:
        zones = countries.zones((await talk.member()).country)
        options = [Option(zone, countries.zone_name(zone, talk.language)) for zone in zones]
        return [await talk.choose(f"zone[{turn}]", _("Which border zone?"), options)]
    if what is Shown.TOPICS:
        return await ask_several_topics(talk, f"{turn}.")
    return []


async def ask_several_topics(talk: Talk, turn: str = "") -> list[str]:
    """Ask for topics, one after the other, ``MOST_TOPICS`` at most."""
    chosen: list[str] = []
    for place in range(MOST_TOPICS):
        chosen.append(await ask_topic(talk, _("Which topic shall others read?"), place=f"{turn}{place}"))
        # Translators: button, max:20
        more, enough = _("Add a topic"), _("No, that is all")
        if place + 1 == MOST_TOPICS or not await talk.confirm(
            f"more[{turn}{place}]", _("One more?"), yes=more, no=enough
        ):
            break
    return list(dict.fromkeys(chosen))


def _said(member: Member, what: Shown, values: list[str], language: str) -> Text:
    """Return the question for a yes, with exactly what others would see."""
    if what is Shown.CONTACT:
        return _(
            "Members who read your entry could propose to meet you: you read why and a line about them, and say yes or "
            "no. They learn nothing more of you. Shall it be so?"
        )
    seen: Words = values[0] if values else str(getattr(member, what.value))
    if what is Shown.SIDE:
        seen = side_label(member.side)
    elif what is Shown.SERVICE:
        seen = service_label(member.service)
    elif what is Shown.COUNTRY:
        seen = countries.name(member.country, language)
    elif what is Shown.ZONE:
        seen = countries.zone_name(values[0], language)
    elif what is Shown.TOPICS:
        seen = " · ".join(topics.label(code, language) for code in values)
    return _("Every member could read this of you in the directory: “{seen}”. Shall it be shown?", seen=seen)


capability = Capability(
    name="entry",
    command="entry",
    room=Room.ME,
    # Translators: in the menu, max:24
    title=_("My directory entry"),
    # Translators: words that start this, separated by |.
    words=_("entry|my entry"),
    converse=entry,
    for_whom=ForWhom.MEMBER,
    shown_in_menu=False,
    by_right=True,
)
