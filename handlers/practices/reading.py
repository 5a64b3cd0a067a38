"""Reading: one practice opened in parts, and what a reader can do with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count

from handlers import labels
from handlers.language import OFFERED, Place, Text, Words, _
from handlers.practices import cards, pages
from handlers.registry import Capability
from handlers.talk import Option, Talk
from network import adaptations, attachments, followups, marks, practices, standings, translations
from network.adaptations import Node
from network.files import File
from network.practices import Practice
from network.texts import Mark

ASK = "ask"  # the capability that puts a question about a practice
LEADS = {  # what leads to another conversation: its command, and what stands before the practice's id
    "adapt": ("adapt", ""),
    "act": ("endorse", ""),
    "ask": (ASK, "about:"),
    "translate": ("translate", ""),
    "check": ("check", "of:"),
    "pack": ("pack", "of:"),
}
DEEPEST = 6  # steps of indentation that a phone has room for
GONE = _("This practice is not there any more.")
GLADLY = _("Gladly. Write “menu” for anything else.")

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
    marks.TRYING: _(
        "Good luck with it! Only the number of those who try it is shown, from three on. In three months you will be "
        "asked how it goes."
    ),
    marks.BACKED: _("Thank you. Only the number of those who stand behind it is shown, from three on."),
    marks.SAVED: _("Saved. You find it under “My practices” in the menu."),
}
TAKEN_BACK = _("That is taken back.")


@dataclass(frozen=True)
class _Reading:
    """How far somebody is with one practice. ``shown`` is the text they read: the translated or the first one."""

    practice: Practice
    shown: Practice
    pages: list[list[Words]] = field(repr=False)
    page: int = 0
    marked: frozenset[str] = frozenset()
    files: tuple[File, ...] = ()

    @property
    def has_more(self) -> bool:
        """Whether there is another page."""
        return self.page + 1 < len(self.pages)


async def read_one(talk: Talk) -> None:
    """Open the practice that a notice, a list or a link led to."""
    await open_by_id(talk, talk.argument, place="practice")
    await talk.say(GLADLY)


async def open_by_id(talk: Talk, practice: str, *, place: str) -> None:
    """Open a practice by its id, as ``open_practice`` does; say so where it is not there any more."""
    found = await talk.look(practices.published, ids=[practice], language=talk.language)
    if found:
        await open_practice(talk, found[0], place=place)
    else:
        await talk.say(GONE)


async def open_practice(talk: Talk, practice: Practice, *, place: str) -> None:
    """Show a practice part by part and do what its reader wishes, until they go back.

    ``place`` makes the keys unique where one conversation opens several.
    """
    marked = frozenset(await talk.look(marks.of, person=talk.person, practice=practice.id))
    files = tuple(await talk.look(attachments.of, practice=practice.id))
    reading = _Reading(practice, practice, await pages.of(talk, practice), marked=marked, files=files)
    said = reading.pages[0]
    for turn in count():
        for words in said:
            await talk.say(words)
        action = await talk.choose(f"{place}.do[{turn}]", _("What next?"), _actions(talk, reading))
        if action == "other":
            others = await _others(talk, reading)
            action = await talk.choose(f"{place}.other[{turn}]", _("What else would you like to do?"), others)
        if action == "back":
            return
        reading, said = await _act(talk, reading, action, place=f"{place}.act[{turn}]")


def _actions(talk: Talk, reading: _Reading) -> list[Option]:
    """Return what can be done most often; the rest is one step further."""
    practice, shown = reading.practice, reading.shown
    # Translators: button, max:20. Shows the next part of a practice.
    options = [Option("more", _("Read on"))] if reading.has_more else []
    if reading.files:
        # Translators: button, max:20. Shows the files of a practice.
        options.append(Option("files", _("Voice and pictures")))
    translated = practice.mark not in {Mark.ORIGINAL, Mark.EDITORIAL}
    if translated and shown.language != practice.written:
        # Translators: button, max:20. Shows a practice in the language in which it was written.
        options.append(Option("original", _("The original text")))
    elif translated:
        # Translators: button, max:20. Shows a practice in the reader's language again.
        options.append(Option("translated", _("The translation")))
    own = practice.author == talk.person
    kinds = [marks.SAVED] if own else [marks.USEFUL, marks.TRYING, marks.SAVED]
    options += [_mark(kind, reading.marked) for kind in kinds]
    if not own:
        # Translators: button, max:20. Makes a copy of a practice for one's own country.
        options.append(Option("adapt", _("Adapt to my country")))
    # Translators: button, max:20. Shows other things that can be done.
    options.append(Option("other", _("Something else")))
    # Translators: button, max:20. Leaves what was read.
    return [*options, Option("back", _("Close"))]


async def _others(talk: Talk, reading: _Reading) -> list[Option]:
    practice = reading.practice
    options = [_mark(marks.BACKED, reading.marked)] if practice.author != talk.person else []
    copies = await talk.look(adaptations.count, practice=practice.id)
    if practice.origin or copies:
        # Translators: button, max:20. Shows which practices come from which.
        options.append(Option("tree", _("Its adaptations")))
    if any(each.command == ASK for each in await talk.capabilities()):
        # Translators: button, max:20. Puts a question about a practice.
        options.append(Option("ask", _("Ask about it")))
    if practice.author != talk.person and await talk.look(standings.may_endorse, person=talk.person):
        # Translators: button, max:20. Enters an official act for a practice.
        options.append(Option("act", _("An official act")))
    options += await _in_languages(talk, practice)
    if practice.topics:
        # Translators: button, max:20. Makes a page of evidence that can be sent to anybody.
        options.append(Option("pack", _("Make a pack on this")))
    # Translators: button, max:20. Back to the practice.
    return [*options, Option("nothing", _("Back to it"))]


async def _in_languages(talk: Talk, practice: Practice) -> list[Option]:
    """Return what a member can do so that others read a practice in their language."""
    options = []
    if await talk.look(translations.waiting, practice=practice.id, person=talk.person):
        # Translators: button, max:20. Reads somebody else's translation, to confirm it.
        options.append(Option("check", _("Check a translation")))
    here = {"practice": practice.id, "person": talk.person, "languages": OFFERED}
    if await talk.look(translations.wanted, **here):
        # Translators: button, max:20. Puts a practice into another language.
        options.append(Option("translate", _("Translate it")))
    return options


def _mark(kind: str, marked: frozenset[str]) -> Option:
    return Option(kind, MARKED[kind] if kind in marked else MARKS[kind])


async def _act(talk: Talk, reading: _Reading, action: str, *, place: str) -> tuple[_Reading, list[Words]]:
    """Do what was chosen; return how far they are now, and what to say."""
    practice = reading.practice
    if action == "more":
        page = min(reading.page + 1, len(reading.pages) - 1)
        return replace(reading, page=page), reading.pages[page]
    if action in {"original", "translated"}:
        return await _in_other_words(talk, reading, original=action == "original")
    if action in marks.KINDS:
        return await _marked(talk, reading, action, place)
    if action == "tree":
        await _walk(talk, practice, place=place)
    elif action == "files":
        for line, media in cards.files(reading.files, practice.facts.kind):
            await talk.say(line, media)
        return reading, []
    elif action in LEADS:
        command, argument = LEADS[action]
        await talk.go(command, f"{argument}{practice.id}")
    return reading, [_("“{title}”", title=reading.shown.title)]


async def _marked(talk: Talk, reading: _Reading, kind: str, key: str) -> tuple[_Reading, list[Words]]:
    set_ = await talk.do(key, followups.mark, practice=reading.practice.id, person=talk.person, kind=kind)
    marked = reading.marked | {kind} if set_ else reading.marked - {kind}
    return replace(reading, marked=marked), [THANKS[kind] if set_ else TAKEN_BACK]


async def _in_other_words(talk: Talk, reading: _Reading, *, original: bool) -> tuple[_Reading, list[Words]]:
    """Begin again in the language in which it was written, or in that of the reader."""
    shown = reading.practice
    if original:
        shown = await talk.look(practices.get, practice=shown.id, language=shown.written)
    found = await pages.of(talk, shown)
    return replace(reading, shown=shown, pages=found, page=0), found[0]


async def _walk(talk: Talk, practice: Practice, *, place: str) -> None:
    """Show which practices come from which, and open those that are chosen."""
    for turn in count():
        nodes = await talk.look(adaptations.tree, practice=practice.id)
        # Translators: button, max:20. Back to the practice.
        options = [*(_node(node, practice.id) for node in nodes), Option("back", _("Back to it"))]
        question = _("Each practice stands below the one that it was adapted from. Which one would you like to read?")
        chosen = await talk.choose(f"{place}[{turn}]", question, options)
        if chosen in {"back", practice.id}:
            return
        if any(node.id == chosen and node.withdrawn for node in nodes):
            await talk.say(_("Its author took this one back."))
        else:
            await open_by_id(talk, chosen, place=f"{place}.{turn}")


def _node(node: Node, here: str) -> Option:
    indent = "– " * min(node.depth, DEEPEST)
    if node.withdrawn:
        return Option(node.id, _("{indent}withdrawn", indent=indent))
    where: Text | Place = Place(node.country) if node.country else labels.region_label("")
    label = _("{indent}{country}, {year}", indent=indent, country=where, year=node.year)
    if node.id == here:
        return Option(node.id, label, _("the one that you are reading"))
    return Option(node.id, label, labels.STAGES.get(node.stage, ""))


capability = Capability(
    name="practice",
    command="practice",
    # Translators: in the menu, max:24
    title=_("Read a practice"),
    # Translators: words that start this, separated by |.
    words=_("read a practice"),
    converse=read_one,
    shown_in_menu=False,
    by_link=True,
    anew=True,
    alone="find",
)
