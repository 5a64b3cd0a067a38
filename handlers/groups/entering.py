"""Entering: a member comes into a group, asks to, or uses the code of somebody who is in it."""

from __future__ import annotations

from typing import Any

from handlers.groups import group_labels
from handlers.language import Text, _
from handlers.registry import Capability, Room
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import charters, entries, vouches
from network.charters import Charter
from network.entries import Way

WORDS = (10, 300)  # characters of an introduction, fewest and most
TRIES = 3  # codes in one conversation
CODE = 20  # characters of a typed code, at most
WRONG = _("No group has this code, or it holds no more. Please look at it again.")
SLOW = _("Those were many codes. Please wait an hour, then try again.")


async def enter(talk: Talk) -> None:
    """Bring the member into the group that a button or a code names, at once or by asking its coordinators."""
    code: dict[str, str] | None = {} if talk.argument else await _ask_code(talk, "")
    if code is None:
        return
    group = talk.argument or code["group"]
    charter = await talk.look(charters.of, group=group)
    way = await talk.read("way", entries.way, group=group, person=talk.person)
    if way in {Way.CODE, Way.ASK} and not code and (way == Way.CODE or charter.group.vouched):
        code = await _ask_code(talk, group, optional=way == Way.ASK)
        if code is None:
            return
    if way == Way.JOIN:
        await _join(talk, charter, code.get("vouch", ""))
    elif way == Way.ASK or (way == Way.CODE and code):
        await _ask(talk, charter, code.get("vouch", ""))
    else:
        await talk.go("group", group)


async def _join(talk: Talk, charter: Charter, vouch: str) -> None:
    question = _(
        "Join “{group}”? Its members will see the name that you show in Jisr.", group=charter.name(talk.language)
    )
    # Translators: button, max:20
    if not await talk.confirm("sure", question, yes=_("Yes, join"), no=_("Not now")):
        await talk.say(_("Gladly. It stays open to you."))
        return
    if vouch:
        await talk.do("ask", entries.ask, group=charter.id, person=talk.person, vouch=vouch)
    else:
        await talk.do("join", entries.join, group=charter.id, person=talk.person)
    await talk.say(_welcome(charter, talk.language))


async def _ask(talk: Talk, charter: Charter, vouch: str) -> None:
    """Ask the coordinators, with a word on oneself."""
    me = await talk.member()
    question = _(
        "In a sentence or two: what brings you to “{group}”? Its coordinators read it, and a member whom they may ask "
        "to vouch for you. They see this of you:\n\n{me}",
        group=charter.name(talk.language),
        me=group_labels.person(me),
    )
    words = await talk.text("words", question, at_least=WORDS[0], at_most=WORDS[1], skip=_("No word"), check=screen)
    what = {"group": charter.id, "person": talk.person, "words": words, "vouch": vouch}
    asked = await talk.do("ask", entries.ask, **what)
    if asked["state"] == Way.MEMBER:
        await talk.say(_welcome(charter, talk.language))
        return
    await _tell(talk, asked, charter)
    await talk.say(_("Thank you. The coordinators of “{group}” answer here.", group=charter.name(talk.language)))
    if charter.group.vouched and not vouch:
        await talk.say(_("They will ask a member to vouch for you, so it may take a while."))


async def _tell(talk: Talk, asked: dict[str, Any], charter: Charter) -> None:
    news = _("Somebody asks to come into “{group}”.", group=charter.name(talk.language))
    # Translators: button, max:20
    option = Option(f"decide:{asked['approval']}", _("Read and decide"))
    await talk.tell("tell", asked["deciders"], news, [option], about=talk.person)


async def _ask_code(talk: Talk, group: str, *, optional: bool = False) -> dict[str, str] | None:
    """Ask for the code of a member, of this ``group`` where one is given; None after too many, {} when skipped."""
    question = _("Please write the code that a member of the group gave you.")
    if optional:
        question = _(
            "This group asks for the word of a member. If one gave you a code, please write it. Else skip this: a "
            "coordinator will ask a member."
        )
    for turn in range(TRIES):
        # Translators: button, max:20
        skip = _("I have none") if optional else None
        code = await talk.text(f"code[{turn}]", question, at_most=CODE, skip=skip)
        if not code:
            return {}
        typed = await talk.do(f"typed[{turn}]", vouches.typed, person=talk.person, code=code)
        if typed["state"] == vouches.SLOW:
            await talk.say(SLOW)
            return None
        if typed["state"] == vouches.OFFERED and group in {"", typed["group"]}:
            return typed
        await talk.say(WRONG)
    return None


def _welcome(charter: Charter, language: str) -> Text:
    return _("Welcome in “{group}”. You find it under “My groups”.", group=charter.name(language))


capability = Capability(
    name="enter",
    command="enter",
    room=Room.PEOPLE,
    title=_("Join a group"),
    # Translators: words that start this, separated by |.
    words=_("join a group"),
    converse=enter,
    shown_in_menu=False,
    contributes=True,
)
