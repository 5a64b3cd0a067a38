"""Pseudonyms: what people are called who talk through the bot and do not know each other."""

from __future__ import annotations

from collections.abc import Callable

from handlers.language import Text, Words, _
from handlers.screening import screen
from handlers.talk import Option, Talk
from network.folding import fold
from network.members import Member

OWN = "own"
LONGEST = 20  # characters
FEWEST = 3  # letters of a name that is looked for in another
MARK = "="  # stands before the key of a name that each reads in their language
NAMES: dict[str, Text] = {
    # Translators: in a list, max:24. A name under which somebody writes who is not known.
    "baobab": _("Baobab"),
    # Translators: in a list, max:24
    "palm": _("Palm tree"),
    # Translators: in a list, max:24
    "acacia": _("Acacia"),
    # Translators: in a list, max:24
    "dune": _("Dune"),
    # Translators: in a list, max:24
    "river": _("River"),
    # Translators: in a list, max:24
    "lantern": _("Lantern"),
    # Translators: in a list, max:24
    "swallow": _("Swallow"),
    # Translators: in a list, max:24
    "star": _("Star"),
}


def shown(name: str) -> Words:
    """Return a pseudonym as everybody reads it in their language."""
    return NAMES.get(name.removeprefix(MARK), name) if name.startswith(MARK) else name


async def ask(talk: Talk, *, taken: str = "") -> str:
    """Ask how somebody wants to be called, and return the pseudonym to keep; ``taken`` is that of the other."""
    free = [Option(key, label) for key, label in NAMES.items() if f"{MARK}{key}" != taken]
    question = _("Under which name will you write? It is all that the other sees beside your line.")
    # Translators: in a list, max:24
    chosen = await talk.choose("name", question, [*free, Option(OWN, _("A name of my own"))])
    if chosen != OWN:
        return f"{MARK}{chosen}"
    me = await talk.member()
    return await talk.text(
        "own name",
        _("Which name? Please not the one by which people know you."),
        at_least=2,
        at_most=LONGEST,
        check=_strange(me, taken),
    )


def _strange(me: Member, taken: str) -> Callable[[str], Text | None]:
    """Return the check that a name says nothing of who somebody is, and is not the other's."""

    def check(name: str) -> Text | None:
        """Return why a name cannot be taken, or None."""
        known = fold(f"{me.name} {me.organisation} {me.locality}").split()
        if any(len(word) >= FEWEST and word in fold(name) for word in known):
            return _("That is close to how you are known in Jisr. Please choose a name that says nothing of you.")
        if fold(name) == fold(taken) or name.startswith(MARK):
            return _("That name is taken. Please choose another one.")
        return screen(name)

    return check
