"""Suggested: with what an exchange begins where several countries name the same: topic, words and countries."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.language import Text, _
from handlers.screening import screen
from handlers.talk import Talk
from network import board, topics

TOPIC = "topic."  # what begins an argument that names a topic

# Translators: what an exchange is for, in 20 to 400 characters.
PURPOSE = _("Members of several countries name this. Both sides look at what helps, and at what each can do.")


@dataclass(frozen=True)
class Suggested:
    """What is suggested: ``countries`` are those that name the topic, as far as the board says them."""

    topic: str
    title: str
    purpose: str
    countries: tuple[str, ...]


async def of(talk: Talk) -> Suggested | None:
    """Return what the argument of a conversation suggests (``topic.<code>``), and say on which topic; else None."""
    code = talk.argument.removeprefix(TOPIC)
    if not talk.argument.startswith(TOPIC) or code not in {each.code for each in topics.all()}:
        return None
    topic = topics.label(code, talk.language)
    await talk.say(_("Topic: {topic}", topic=topic))
    return Suggested(
        topic=code,
        title=topic,
        purpose=talk.who.voice.say(PURPOSE),
        countries=tuple(await talk.read("countries", board.countries, topic=code)),
    )


async def words(talk: Talk, key: str, question: Text, within: tuple[int, int], ready: str) -> str:
    """Ask for words of so many characters; those that are ``ready`` can be taken."""
    asked = _("{question}\n\nSuggested: “{text}”", question=question, text=ready)
    # Translators: button, max:20. To take the words that are suggested.
    skip = _("Take this")
    given = await talk.text(key, asked, at_least=within[0], at_most=within[1], check=screen, skip=skip)
    return given or ready
