"""Across: this week's one small thing with the other side; never more than offered."""

from __future__ import annotations

from handlers.language import Text, _
from handlers.practices.reading import open_practice
from handlers.registry import Capability
from handlers.talk import Option, Talk
from network import crossings, practices

OFFERS: dict[str, tuple[Text, Text]] = {
    crossings.QUESTION: (
        _("Somebody from the other side asks something that you may know. Will you have a look?"),
        # Translators: button, max:20
        _("See the question"),
    ),
    crossings.PRACTICE: (
        _("Here is a practice that the other side has shared. Two minutes to read; a thank-you is one press."),
        # Translators: button, max:20
        _("Read it"),
    ),
    crossings.VOICE: (
        _("The other side has not shared anything new for you yet. There are voices from it to hear."),
        # Translators: button, max:20
        _("Hear a voice"),
    ),
}


async def cross(talk: Talk) -> None:
    """Offer this week's act, and lead to it; left for another time, it is not offered again before next week."""
    picked = await talk.read("picked", crossings.pick, person=talk.person)
    question, label = OFFERS[picked["kind"]]
    # Translators: button, max:20
    ways = [Option("go", label), Option("later", _("Not this week"))]
    chosen = await talk.choose("act", question, ways, cancel=False)
    await talk.do("settled", crossings.settle, person=talk.person)
    if chosen == "later":
        await talk.say(_("That is quite all right."))
    elif picked["kind"] == crossings.QUESTION:
        await talk.go("answer", picked["id"])
    elif picked["kind"] == crossings.PRACTICE:
        await _read(talk, picked["id"])
    else:
        await talk.go("library", "voices")


async def _read(talk: Talk, practice: str) -> None:
    found = await talk.look(practices.published, ids=[practice], language=talk.language)
    if not found:
        await talk.say(_("This practice is not there any more."))
        return
    await open_practice(talk, found[0], place="across")
    await talk.say(_("Gladly. Write “menu” for anything else."))


capability = Capability(
    name="across",
    command="across",
    # Translators: in the menu, max:24
    title=_("With the other side"),
    # Translators: words that start this, separated by |.
    words=_("across|other side"),
    converse=cross,
    shown_in_menu=False,
    by_link=True,
    anew=True,
    contributes=True,
)
