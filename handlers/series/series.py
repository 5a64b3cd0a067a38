"""Series: the dialogues of a year or longer that somebody leads, is in or is invited to, and what they can do there."""

from __future__ import annotations

from functools import reduce

from handlers.audience_choice import below
from handlers.exchanges import exchange_cards
from handlers.language import Text, Words, _
from handlers.practices import pages
from handlers.prompts import cut_to
from handlers.questions import Option
from handlers.registry import Capability, Room
from handlers.series import series_cards, series_hosting
from handlers.talk import Talk
from network import consultations, leads, outputs, sessions
from network import series as series_
from network.errors import Conflict, Forbidden, Missing
from network.series import Series, State

SHORT = 24  # characters of a title in a list
BEGIN = "newseries"
DOORS: dict[str, Text] = {  # what other rooms do for a series, by the command that starts it
    # Translators: in a list, max:24. Something that goes wrong, in a dialogue of a year.
    "problem": _("Name a problem"),
    # Translators: in a list, max:24
    "problems": _("The problems so far"),
    # Translators: in a list, max:24. What was agreed on, and by whom it is done.
    "actions": _("The agreed actions"),
    # Translators: in a list, max:24. A poll of the first phase is compared with the last.
    "shift": _("Before and after"),
}
AFTERWARDS = ("actions", "shift")  # the doors that stay open when it is over
NOT_YOURS = _("This dialogue is not there for you, or is over.")


async def series(talk: Talk) -> None:
    """Show a series, and do what is wished."""
    found = await _pick(talk)
    if found is None:
        return
    if found.begins_at is not None and not await talk.look(series_.is_in, series=found.id, person=talk.person):
        await _invitation(talk, found)
        return
    await _show(talk, found)
    wish = await talk.choose("wish", _("What would you like to do?"), await _wishes(talk, found))
    command, colon, argument = wish.partition(":")
    if colon:
        await talk.go(command, argument)
    try:
        await _WAYS[wish](talk, found)
    except (Conflict, Forbidden, Missing):
        await talk.say(_("That is not possible any more, or not for you."))


async def _pick(talk: Talk) -> Series | None:
    """Return the series that a button led to, or the one chosen; None for none."""
    listed = await talk.look(series_.mine, person=talk.person)
    if talk.argument:
        for found in listed:
            if found.id == talk.argument:
                return found
        await talk.say(NOT_YOURS)
        return None
    options = [Option(each.id, cut_to(each.title, SHORT), series_cards.progress(each)) for each in listed]
    # Translators: in a list, max:24. A dialogue of a year or longer.
    options.append(Option(BEGIN, _("Begin a dialogue")))
    question = _("Which dialogue?") if listed else _("You are in no dialogue yet. One lasts a year or longer.")
    chosen = await talk.choose("which", question, options)
    if chosen == BEGIN:
        await talk.go(BEGIN)
    return next((each for each in listed if each.id == chosen), None)


async def _invitation(talk: Talk, found: Series) -> None:
    """Show what somebody is invited to, and take their yes or no."""
    for line in series_cards.about(found, talk.language):
        await talk.say(line)
    await talk.say(series_cards.progress(found))
    await talk.say(series_cards.rules(found))
    options = [
        # Translators: button, max:20. In a dialogue of a year.
        Option("yes", _("I take part")),
        # Translators: button, max:20. In a dialogue of a year.
        Option("no", _("Not for me")),
    ]
    question = _("Would you like to take part? Others read what is said, never your name, and you can leave it.")
    word = await talk.choose("part", question, options)
    try:
        await talk.do("answer", series_.take_part, series=found.id, person=talk.person, yes=word == "yes")
    except (Conflict, Missing):
        await talk.say(NOT_YOURS)
        return
    if word == "yes":
        await talk.go("series", found.id)
    await talk.say(_("It is kept. You can take part later all the same: write “series”."))


async def _show(talk: Talk, found: Series) -> None:
    """Show where it stands, what comes next, and with what it is linked."""
    await talk.say(series_cards.card(found, talk.now, talk.language))
    me = await talk.member()
    for session in (await talk.look(sessions.upcoming, series=found.id, person=talk.person))[:1]:
        when = exchange_cards.when(session.starts_at, me.country) if session.starts_at else _("soon")
        await talk.say(below(_("The next meeting: “{title}”", title=session.title), when))
    if found.parent:
        wide = await talk.look(series_.find, series=found.parent)
        if wide is not None:
            await talk.say(_("Linked to the national series {series}", series=series_cards.short(wide)))
    for local in await talk.look(series_.locals_of, national=found.id):
        await talk.say(_("A local series is linked: {series}", series=series_cards.short(local)))


async def _wishes(talk: Talk, found: Series) -> list[Option]:
    """Return what can be done now."""
    options: list[Option] = []
    if found.begins_at is not None:
        options += await _near(talk, found)
        doors = DOORS if found.state is State.OPEN else {name: DOORS[name] for name in AFTERWARDS}
        options += series_hosting.doors(talk, found, doors)
        options += await _leading(talk, found)
        options += await _shelf(talk, found)
    if found.state is State.OPEN and talk.person not in found.hosts:
        # Translators: in a list, max:24. A dialogue of a year.
        options.append(Option("leave", _("Leave it")))
    # Translators: in a list, max:24
    return [*options, Option("end", _("That is all"))]


async def _near(talk: Talk, found: Series) -> list[Option]:
    """Return the sessions and drafts of a series, for those who are in it."""
    ahead = await talk.look(sessions.upcoming, series=found.id, person=talk.person)
    options = [Option(f"attend:{each.id}", cut_to(each.title, SHORT), _("a session")) for each in ahead]
    drafts = [each for each in await talk.look(consultations.readable, person=talk.person) if each.series == found.id]
    return [*options, *(Option(f"consult:{each.id}", cut_to(each.title, SHORT), _("a draft")) for each in drafts)]


async def _leading(talk: Talk, found: Series) -> list[Option]:
    """Return how somebody leads it, or could."""
    if found.state is State.OPEN and talk.person in found.hosts:
        # Translators: in a list, max:24. What the hosts of a dialogue of a year do.
        return [Option("lead", _("Lead it"))]
    if await talk.look(leads.is_vacant, series=found.id, person=talk.person):
        # Translators: in a list, max:24. A dialogue of a year which nobody of that side leads.
        return [Option("take", _("Lead it for your side"))]
    return []


async def _shelf(talk: Talk, found: Series) -> list[Option]:
    """Return what there is to read of it."""
    # Translators: in a list, max:24. Of a dialogue of a year.
    options = [Option("phases", _("The phases"))]
    # Translators: in a list, max:24
    options.append(Option("rules", _("The ground rules")))
    if await talk.look(outputs.published, series=found.id):
        # Translators: in a list, max:24. That both sides published.
        options.append(Option("texts", _("The texts so far")))
    national = await talk.look(outputs.published, series=found.parent or "")
    # Translators: in a list, max:24. Of the national series to which a local one is linked.
    return [*options, Option("wide", _("The national texts"))] if national else options


async def _texts(talk: Talk, found: Series) -> None:
    await _read(talk, found.id)


async def _wide(talk: Talk, found: Series) -> None:
    await _read(talk, found.parent or "")


async def _read(talk: Talk, found: str) -> None:
    """Show the texts to which both sides agreed."""
    published = await talk.look(outputs.published, series=found)
    lines: list[Words] = [below(series_cards.OUTPUTS[each.name], _("{text}", text=each.text)) for each in published]
    await pages.read_through(talk, pages.packed(talk, lines), place="texts")


async def _phases(talk: Talk, found: Series) -> None:
    await talk.say(reduce(below, series_cards.phases(found)))


async def _rules(talk: Talk, found: Series) -> None:
    await talk.say(series_cards.rules(found))


async def _leave(talk: Talk, found: Series) -> None:
    # Translators: button, max:20
    yes = _("Yes, leave it")
    if await talk.confirm("sure", _("Shall you take part no more?"), yes=yes):
        await talk.do("leave", series_.take_part, series=found.id, person=talk.person, yes=False)
        await talk.say(_("It is kept. You can take part later all the same: write “series”."))


async def _take(talk: Talk, found: Series) -> None:
    await talk.do("take", leads.take_up, series=found.id, by=talk.person)
    await talk.go("series", found.id)


async def _end(talk: Talk, _found: Series) -> None:
    await talk.say(_("Gladly. Write “menu” for anything else."))


_WAYS = {
    "texts": _texts,
    "wide": _wide,
    "phases": _phases,
    "rules": _rules,
    "take": _take,
    "leave": _leave,
    "lead": series_hosting.lead,
    "end": _end,
}

capability = Capability(
    name="series",
    command="series",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24. Dialogues of a year or longer.
    title=_("My dialogues"),
    # Translators: words that start this, separated by |.
    words=_("series|my dialogues"),
    converse=series,
    by_link=True,
    anew=True,
)
