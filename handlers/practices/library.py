"""The library: voices, short lessons, tools to take along, and first steps; each opened card by card."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from handlers.labels import SIDES
from handlers.language import Text, _
from handlers.registry import Capability, Room
from handlers.talk import Option, Talk
from network import library, topics
from network.library import Piece

EDITORIAL = _("Written by the editors of Jisr.")

SHELVES: dict[str, tuple[Text, Text]] = {
    "first_steps": (
        # Translators: button, max:24
        _("First steps"),
        _("Trust does not come by itself: small steps make it. Which one first?"),
    ),
    "voices": (
        # Translators: button, max:24. Short stories of people, without names.
        _("Voices"),
        _("Short stories from both sides. Each is made from several lives; no name is real. Which one?"),
    ),
    "lessons": (
        # Translators: button, max:24
        _("Short lessons"),
        _("Each has five cards and a question at the end. Which one?"),
    ),
    "tools": (
        # Translators: button, max:24. Checklists, protocols and curricula.
        _("Tools to take along"),
        _("Checklists, protocols and training plans to adapt. Which one?"),
    ),
}

KINDS: dict[str, Text] = {
    "checklist": _("Checklist"),
    "protocol": _("Protocol"),
    "curriculum": _("Training plan"),
}


async def visit(talk: Talk) -> None:
    """Let a member choose a shelf and open its pieces, as many as they like."""
    given = talk.argument if talk.argument in SHELVES else ""
    for turn in count():
        shelf = given if given and not turn else await _ask_shelf(talk, turn)
        if not shelf:
            await talk.say(_("Gladly. Write “menu” for anything else."))
            return
        await _browse(talk, shelf, turn)


async def _ask_shelf(talk: Talk, turn: int) -> str:
    shelves = [Option(shelf, label) for shelf, (label, _question) in SHELVES.items()]
    question = _("What would you like to open?")
    return await talk.choose(f"shelf[{turn}]", question, shelves, skip=_("That is all"))


async def _browse(talk: Talk, shelf: str, turn: int) -> None:
    """Open one piece of a shelf after another, until the member goes back."""
    pieces = {each.id: each for each in library.pieces(shelf, talk.language)}
    options = [Option(each.id, each.title, _note(each, talk.language)) for each in pieces.values()]
    for place in count():
        key = f"[{turn}.{place}]"
        chosen = await talk.choose(f"piece{key}", SHELVES[shelf][1], options, skip=_("Other shelves"))
        if not chosen:
            return
        await _open(talk, pieces[chosen], key)


def _note(piece: Piece, language: str) -> Text | str:
    """Return the line below a title: whose voice it is, or the kind of tool and its topic."""
    topic = topics.label(piece.topic, language) if piece.topic else ""
    if piece.side:
        return _("{side} · {topic}", side=SIDES[piece.side], topic=topic)
    return _("{kind} · {topic}", kind=KINDS[piece.kind], topic=topic) if piece.kind else topic


async def _open(talk: Talk, piece: Piece, key: str) -> None:
    """Show a piece card by card; at its end ask its question, or offer what it leads to."""
    await talk.say(_("“{title}”", title=piece.title))
    for number, card in enumerate(piece.cards):
        await talk.say(card)
        if number + 1 < len(piece.cards):
            progress = _("Card {number} of {count}", number=number + 1, count=len(piece.cards))
            # Translators: button, max:20
            onward = [Option("next", _("Next card")), Option("stop", _("Stop here"))]
            if await talk.choose(f"card{key}{number}", progress, onward) == "stop":
                return
    if piece.question:
        await _check(talk, piece, key)
    elif piece.command:
        await _lead(talk, piece, key)
    else:
        await _source(talk, piece)


async def _check(talk: Talk, piece: Piece, key: str) -> None:
    """Ask the question at the end of a lesson; whatever is answered, the reason is told."""
    lines = "\n".join(f"{number}. {answer}" for number, answer in enumerate(piece.answers, 1))
    question = _("{question}\n\n{answers}\n\nWhich answer?", question=piece.question, answers=lines)
    options = [Option(str(number), str(number + 1)) for number in range(len(piece.answers))]
    answer = await talk.choose(f"answer{key}", question, options)
    right = piece.answers[piece.right]
    if int(answer) == piece.right:
        await talk.say(_("Yes: {answer}\n\n{because}", answer=right, because=piece.because))
    else:
        await talk.say(_("We would say: {answer}\n\n{because}", answer=right, because=piece.because))
    await talk.say(EDITORIAL)


async def _lead(talk: Talk, piece: Piece, key: str) -> None:
    """Offer the act that a first step leads to."""
    # Translators: button, max:20
    ways = [Option("go", piece.button), Option("other", _("Another step"))]
    if await talk.choose(f"lead{key}", _("Shall we?"), ways) == "go":
        command, _colon, argument = piece.command.partition(":")
        await talk.go(command, argument)


async def _source(talk: Talk, piece: Piece) -> None:
    """Say who wrote a piece, when, and on what."""
    topic = topics.label(piece.topic, talk.language)
    if piece.kind:
        kind = KINDS[piece.kind]
        await talk.say(
            _("{kind} · {topic} · {date}\n{editorial}", kind=kind, topic=topic, date=piece.date, editorial=EDITORIAL)
        )
    else:
        await talk.say(_("A voice made from several lives; no name is real. {editorial}", editorial=EDITORIAL))


def shelf_options(shelves: Sequence[str]) -> list[Option]:
    """Return options that lead to these shelves, for the menu."""
    return [Option(f"library:{shelf}", SHELVES[shelf][0]) for shelf in shelves]


capability = Capability(
    name="library",
    command="library",
    room=Room.SHELF,
    # Translators: in the menu, max:24
    title=_("Voices and tools"),
    # Translators: words that start this, separated by |.
    words=_("library|voices|lessons|tools|first steps"),
    converse=visit,
    by_link=True,
    anew=True,
)
