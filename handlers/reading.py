"""Reading: one practice opened in parts, and what a reader can do with it."""

from __future__ import annotations

from itertools import count

from handlers import cards
from handlers.language import Text, Words, _, n_
from handlers.registry import Capability
from handlers.talk import Option, Talk
from network import attribution, followups, marks, practices
from network.practices import Practice

PAGE = 700  # characters of one message, beside the question and its options (WhatsApp: 1,024 in all)
GONE = _("This practice is not there any more.")
GLADLY = _("Gladly. Write “menu” for anything else.")


async def read_one(talk: Talk) -> None:
    """Open the practice that a notice, a list or a link led to."""
    found = await talk.look(practices.published, ids=[talk.argument], language=talk.language)
    if not found:
        await talk.say(GONE)
        return
    await open_practice(talk, found[0], place="practice")
    await talk.say(GLADLY)


async def open_practice(talk: Talk, practice: Practice, *, place: str) -> None:
    """Show a practice part by part and do what its reader wishes, until they go back.

    ``place`` makes the keys unique where one conversation opens several.
    """
    pages = await _pages(talk, practice)
    page, said = 0, pages[0]
    for turn in count():
        for words in said:
            await talk.say(words)
        action = await talk.choose(
            f"{place}.do[{turn}]", _("What next?"), await _actions(talk, practice, more=page + 1 < len(pages))
        )
        if action == "back":
            return
        if action == "more":
            page += 1
            said = pages[min(page, len(pages) - 1)]
        else:
            said = [await _act(talk, practice, action, key=f"{place}.act[{turn}]")]


async def _pages(talk: Talk, practice: Practice) -> list[list[Words]]:
    """Return what is to be read, as messages of a few parts each."""
    shown = await talk.look(attribution.of, practice=practice.id)
    blocks = [*cards.whole(practice, shown, talk.language), *await _counts(talk, practice)]
    pages: list[list[Words]] = [[]]
    room = PAGE
    for block in blocks:
        length = len(talk.who.voice.say(block)) + 2
        if pages[-1] and length > room:
            pages.append([])
            room = PAGE
        pages[-1].append(block)
        room -= length
    return pages


async def _counts(talk: Talk, practice: Practice) -> list[Words]:
    numbers = await talk.look(marks.counts, practice=practice.id)
    says = {
        marks.USEFUL: lambda number: n_("Useful to {count} member", "Useful to {count} members", number),
        marks.TRYING: lambda number: n_("{count} member is trying it", "{count} members are trying it", number),
        marks.BACKED: lambda number: n_("{count} member stands behind it", "{count} members stand behind it", number),
    }
    return [says[kind](numbers[kind]) for kind in marks.COUNTED if kind in numbers]


async def _actions(talk: Talk, practice: Practice, *, more: bool) -> list[Option]:
    # Translators: button, max:20. Shows the next part of a practice.
    options = [Option("more", _("Read on"))] if more else []
    given = await talk.look(marks.of, person=talk.person, practice=practice.id)
    kinds = (marks.SAVED,) if practice.author == talk.person else marks.KINDS
    options += [Option(kind, MARKED[kind] if kind in given else MARKS[kind]) for kind in kinds]
    # Translators: button, max:20
    return [*options, Option("back", _("Go back"))]


async def _act(talk: Talk, practice: Practice, action: str, *, key: str) -> Text:
    """Do what was chosen, and return what to say to it."""
    marked = await talk.do(key, followups.mark, person=talk.person, practice=practice.id, kind=action)
    return THANKS[action] if marked else TAKEN_BACK


MARKS: dict[str, Text] = {
    # Translators: button, max:20. Marks a practice.
    marks.USEFUL: _("Useful to me"),
    # Translators: button, max:20. Marks a practice.
    marks.TRYING: _("We are trying this"),
    # Translators: button, max:20. Marks a practice: I support it.
    marks.BACKED: _("I stand behind it"),
    # Translators: button, max:20. Keeps a practice in one's list.
    marks.SAVED: _("Save"),
}
MARKED: dict[str, Text] = {
    # Translators: button, max:20. Takes the mark back.
    marks.USEFUL: _("No longer useful"),
    # Translators: button, max:20. Takes the mark back.
    marks.TRYING: _("No longer trying"),
    # Translators: button, max:20. Takes the mark back.
    marks.BACKED: _("No longer behind it"),
    # Translators: button, max:20. Takes a practice out of one's list.
    marks.SAVED: _("Remove from saved"),
}
THANKS: dict[str, Text] = {
    marks.USEFUL: _("Thank you. Only the number of those who say so is shown, from three on."),
    marks.TRYING: _("Good courage! Only the number of those who try it is shown, from three on."),
    marks.BACKED: _("Thank you. Only the number of those who stand behind it is shown, from three on."),
    marks.SAVED: _("Saved. You find it under “Saved practices” in the menu."),
}
TAKEN_BACK = _("That is taken back.")


capability = Capability(
    name="practice",
    command="practice",
    title=_("Read a practice"),
    # Translators: words that start this, separated by |.
    words=_("read a practice"),
    converse=read_one,
    shown_in_menu=False,
    by_link=True,
    anew=True,
)
