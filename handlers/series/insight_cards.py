"""Insight cards: what people read of a quarter on a topic: what both sides published, what comes first, one voice."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.audience_choice import joined
from handlers.language import Text, _
from handlers.polls.poll_cards import in_language
from network import topics
from network.insights import Edition
from network.priorities import Order

FIRST = 3  # of an order


def lines(found: Edition, language: str, *, at_most: int = 0) -> Iterator[Text]:
    """Yield the insights on a topic, its voice, and nothing of whoever said it; ``at_most`` characters of a text."""
    yield _("Insights of the quarter: {topic}", topic=topics.label(found.topic, language))
    for words in found.texts[: 1 if at_most else None]:
        text = words.get("") or in_language(words, language)[0]
        yield _("Both sides published: “{text}”", text=_cut(text, at_most) if at_most else text)
    if found.order is not None:
        yield _order(found.order, language)
    if found.voice is not None:
        yield _("A voice, as from “a member”: “{text}”", text=found.voice.text)


def _order(found: Order, language: str) -> Text:
    """Return what comes first for those who answered, by topic: the words of problems stay in their dialogue."""
    first = list(dict.fromkeys(each.topic for each in found.listed if each.topic))[:FIRST]
    said = joined(topics.label(code, language) for code in first)
    return _("For ten people or more of a dialogue this comes first: {topics}", topics=said)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
