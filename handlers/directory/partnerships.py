"""Partnerships of the directory: read of them, say one for an organisation, confirm one, end one (R130)."""

from __future__ import annotations

from itertools import count

from handlers.directory import directory_cards as cards
from handlers.directory.directory import GLADLY, GONE, ask_sought
from handlers.language import Text, _, n_
from handlers.registry import Capability, Room
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import organisations
from network import partnerships as partnerships_
from network.errors import Conflict, NetworkError
from network.partnerships import EARLIEST, PURPOSE, Partnership

LOOK, ADD, END = "look", "add", "end"
PARTNER = "partner"  # the command
OF = "of:"  # before the id of the organisation for which somebody speaks


async def partnerships(talk: Talk) -> None:
    """Let a member read of partnerships; whoever speaks for an organisation says, confirms and ends its own."""
    wish = talk.argument or await _wish(talk)
    if wish == END:
        await talk.say(GLADLY)
    elif wish == LOOK:
        await _look(talk)
    elif wish == ADD:
        await talk.go(PARTNER)
    else:
        await _one(talk, wish)


async def partner(talk: Talk) -> None:
    """Say for an organisation that it works with another, or answer whoever said so."""
    if talk.argument and not talk.argument.startswith(OF):
        await _answer(talk, talk.argument)
    else:
        await _add(talk, talk.argument.removeprefix(OF))


async def _wish(talk: Talk) -> str:
    waiting = await talk.look(partnerships_.waiting, person=talk.person)
    mine = await talk.look(partnerships_.of_speaker, person=talk.person)
    speaks = [each for each in await talk.look(organisations.spoken_for, person=talk.person) if each.is_open]
    notes: dict[bool, Text] = {True: _("shown"), False: _("waits for the other")}
    options = [
        Option(LOOK, _("Look for one")),
        # Translators: in a list, max:24. To say that an organisation works together with another.
        *([Option(ADD, _("Add a partnership"))] if speaks else []),
        *(Option(each.id, each.one.name, _("asks for your word")) for each in waiting),
        *(Option(each.id, f"{each.one.name} · {each.other.name}", notes[each.is_open]) for each in mine),
        Option(END, _("That is all")),
    ]
    return await talk.choose("wish", _("Partnerships. What would you like to do?"), options, cancel=False)


async def _look(talk: Talk) -> None:
    """List the partnerships that were sought, and open one after the other."""
    by, value = await ask_sought(talk)
    found = await talk.read("found", partnerships_.find, by=by, value=value)
    if not found:
        await talk.say(_("No partnership of that kind is in the directory yet."))
        return
    question = n_("{count} partnership. Choose it to read more.", "{count} partnerships. Which one?", len(found))
    options = [Option(each.id, each.one.name, each.other.name) for each in found]
    for turn in count():
        chosen = await talk.choose(f"which[{turn}]", question, options, search=True, skip=_("That is all"))
        if not chosen:
            await talk.say(GLADLY)
            return
        shown = next((each for each in found if each.id == chosen), None)
        await talk.say(cards.partnership(shown) if shown else GONE)


async def _add(talk: Talk, given: str) -> None:
    """Ask for the two, to what end and since when; ask whoever speaks for the other."""
    mine = [each for each in await talk.look(organisations.spoken_for, person=talk.person) if each.is_open]
    others = [each for each in await talk.look(organisations.find) if each.id not in {own.id for own in mine}]
    if not mine or not others or (given and given not in {own.id for own in mine}):
        await talk.say(_("A partnership needs an organisation for which you speak, and another in the directory."))
        return
    one = given or await talk.choose(
        "one", _("Which organisation of yours?"), [Option(own.id, own.name) for own in mine]
    )
    options = [Option(each.id, each.name, cards.organisation_note(each)) for each in others]
    other = await talk.choose("other", _("With which organisation does it work?"), options, search=True)
    low, high = PURPOSE
    question = _("What do the two do together? One or two sentences that every member may read.")
    purpose = await talk.text("purpose", question, at_least=low, at_most=high, check=screen)
    since = await talk.number("since", _("Since which year?"), low=EARLIEST, high=talk.now.year)
    what = {"one": one, "other": other, "purpose": purpose, "since": since}
    try:
        asked = await talk.do("ask", partnerships_.ask, by=talk.person, **what)
    except Conflict:
        await talk.say(_("That partnership is there already, or waits for the other."))
        return
    except NetworkError:
        await talk.say(_("That is not possible any more."))
        return
    news = _("An organisation says in the directory that it works with yours. Is it so?")
    # Translators: button, max:20
    options = [Option(f"{PARTNER}:{asked['partnership']}", _("Read and answer"))]
    await talk.tell("tell", asked["tell"], news, options, about=talk.person)
    await talk.say(_("Thank you. It is shown once whoever speaks for the other says the same."))


async def _one(talk: Talk, wanted: str) -> None:
    """Show one that waits for a word, or that somebody can end."""
    mine = await talk.look(partnerships_.of_speaker, person=talk.person, only=[wanted])
    if mine:
        await _end(talk, mine[0])
    else:
        await talk.go(PARTNER, wanted)


async def _answer(talk: Talk, wanted: str) -> None:
    found = await talk.look(partnerships_.waiting, person=talk.person, only=[wanted])
    if not found:
        await talk.say(GONE)
        return
    asked = found[0]
    await talk.say(cards.partnership(asked))
    # Translators: button, max:20
    agree = await talk.confirm(
        "agree", _("Is it so? Then every member may read it."), yes=_("Yes, it is so"), no=_("No")
    )
    try:
        told = await talk.do("answer", partnerships_.answer, partnership=asked.id, by=talk.person, agree=agree)
    except NetworkError:
        await talk.say(GONE)
        return
    names = {"one": asked.one.name, "other": asked.other.name}
    text = _("The partnership of “{one}” and “{other}” is not shown: the other did not say the same.", **names)
    if agree:
        text = _("Good news: the partnership of “{one}” and “{other}” is in the directory now.", **names)
    await talk.tell("tell", told, text)
    await talk.say(_("Thank you. It is in the directory now.") if agree else _("Thank you. It is not shown."))


async def _end(talk: Talk, mine: Partnership) -> None:
    await talk.say(cards.partnership(mine))
    question = _("Take it out of the directory?")
    # Translators: button, max:20
    if not await talk.confirm("end", question, yes=_("Take it out"), no=_("Leave it")):
        await talk.say(GLADLY)
        return
    try:
        await talk.do("ended", partnerships_.end, partnership=mine.id, by=talk.person)
    except NetworkError:
        await talk.say(GONE)
        return
    await talk.say(_("It is taken out of the directory."))


capability = Capability(
    name="partnerships",
    command="partnerships",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24
    title=_("Partnerships"),
    # Translators: words that start this, separated by |.
    words=_("partnerships|partners"),
    converse=partnerships,
    shown_in_menu=False,
    anew=True,
)

partner_capability = Capability(
    name=PARTNER,
    command=PARTNER,
    room=Room.PEOPLE,
    # Translators: in the menu, max:24
    title=_("Add a partnership"),
    # Translators: words that start this, separated by |.
    words=_("add a partnership"),
    converse=partner,
    shown_in_menu=False,
    contributes=True,
)
