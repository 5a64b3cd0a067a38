"""Choose topics: by field and then by topic, or by words."""

from __future__ import annotations

from handlers.language import Text, _
from handlers.talk import Option, Talk
from network import concepts, topics

WORDS = "words"
MOST = 3  # topics of a practice, an exchange or a dialogue
FIRST = "field[0]"  # the key to revise in order to choose again


def keys(most: int) -> list[str]:
    """Return every key under which ``ask_topics`` records, to forget them when topics are chosen again."""
    return [f"{name}[{place}]" for place in range(most) for name in ("more", "field", "search", "topic")]


async def ask_topics(talk: Talk, question: Text, *, known: tuple[str, ...] = (), turn: str = "") -> tuple[str, ...]:
    """Ask for one topic, and then for others, up to ``MOST``; return their codes, without doubles.

    ``known`` are chosen already; ``turn`` tells one asking from another.
    """
    chosen = list(known)
    for place in range(len(known), MOST):
        if place and not await _wants_more(talk, f"{turn}{place}"):
            break
        chosen.append(await ask_topic(talk, question, place=f"{turn}{place}"))
    return tuple(dict.fromkeys(chosen))


async def ask_topic(talk: Talk, question: Text, *, place: int | str = 0) -> str:
    """Ask for one topic; ``place`` tells one asking from another."""
    fields = [Option(root.code, topics.label(root.code, talk.language)) for root in topics.roots()]
    field = await talk.choose(f"field[{place}]", question, [*fields, Option(WORDS, _("Search by words"))])
    if field == WORDS:
        words = await talk.text(f"search[{place}]", _("Write a word or two of your topic."), at_most=60, check=_found)
        codes = _named(words)
    else:
        codes = [*(topic.code for topic in topics.children(field)), field]
    options = [Option(code, topics.label(code, talk.language)) for code in codes]
    return await talk.choose(f"topic[{place}]", _("Which topic?"), options)


async def _wants_more(talk: Talk, place: str) -> bool:
    # Translators: button, max:20
    return await talk.confirm(
        f"more[{place}]", _("Does it touch another topic?"), yes=_("Add a topic"), no=_("No, that is all")
    )


def _named(words: str) -> list[str]:
    """Return the topics that words name, then those that a word of theirs helps to name."""
    helped = topics.named_by(concepts.meaningful(words)).values()
    return list(dict.fromkeys([*concepts.topics_in(words), *sorted(code for codes in helped for code in codes)]))


def _found(words: str) -> Text | None:
    if _named(words):
        return None
    return _("No topic has these words. Try another word, or go back and choose a field.")
