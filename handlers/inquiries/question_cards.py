"""Question cards: questions and answers as people see them, without who wrote them."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.labels import attribution_label, language_label
from handlers.language import Text, Words, _
from handlers.messages import Media, MediaKind
from handlers.prompts import cut_to
from handlers.talk import Talk
from network import files, topics
from network.answers import Answer, Set
from network.attribution import NETWORK, Attribution
from network.questions import Question

SHORT = 60  # characters of a text in a list or a notice
CARE = _(
    "This topic may touch what people lived through. Nobody has to answer or to read on. Please write gently, "
    "of no person, and of no case; and talk to somebody you trust if it weighs on you."
)
SIDES: dict[str, Text] = {"official": _("From officials"), "civil": _("From civil society")}


def author_line(shown: Attribution) -> Text:
    """Return who writes, as far as they let it be said."""
    return _("A member of the network") if shown.level == NETWORK else attribution_label(shown)


def asked(question: Question, shown: Attribution, language: str, *, practice: str = "") -> Text:
    """Return a question as those who are asked read it; ``practice`` is the title of the one it is about."""
    whole = card(question.topic, question.text, shown, language, practice=practice)
    if question.language != language:
        whole = below(whole, _("It is written in {language}.", language=language_label(question.language)))
    return below(whole, CARE) if question.needs_care else whole


def card(topic: str, text: str, shown: Attribution, language: str, *, practice: str = "") -> Text:
    """Return who asks, as far as that is said, on which topic, and what."""
    card = _(
        "{author} asks, on the topic {topic}:\n\n“{question}”",
        author=author_line(shown),
        topic=topics.label(topic, language),
        question=text,
    )
    return below(card, _("It is about the practice “{title}”.", title=practice)) if practice else card


def answer(given: Answer, shown: Attribution, language: str) -> Text:
    """Return an answer as the asker reads it, with what was asked back."""
    words = given.text or _("(a voice message)")
    card = _("{author}:\n“{answer}”", author=author_line(shown), answer=words)
    if given.language != language:
        card = _("{card}\n({language})", card=card, language=language_label(given.language))
    if given.back:
        card = _("{card}\n\nYou asked back: “{question}”", card=card, question=given.back)
    if given.more:
        card = _("{card}\nThe answer: “{answer}”", card=card, answer=given.more)
    return card


async def play(talk: Talk, given: Answer, shown: Attribution) -> None:
    """Let a voice message be heard that stands for an answer."""
    if not given.file:
        return
    file = await talk.look(files.find, file=given.file)
    if file is None:
        await talk.say(_("The voice message is not there any more."))
        return
    media = Media(MediaKind(file.kind), file.ref, file.mime, file.size)
    await talk.say(_("{author}, by voice", author=author_line(shown)), media)


def together(one: Set, shown: dict[str, Attribution], asked_of: Sequence[str], language: str) -> list[Words]:
    """Return the answers that are read together, and say it where a side that was asked has none."""
    if one.other is not None:
        return [answer(one.other, shown[one.other.id], language)]
    parts: list[Words] = []
    for side, given in (("official", one.official), ("civil", one.civil)):
        if given is not None:
            parts.append(answer(given, shown[given.id], language))
        elif side in asked_of:
            parts.append(_("{side}: no other answer yet.", side=SIDES[side]))
    return parts


def listed(given: Answer) -> Words:
    """Return an answer as it stands in a list."""
    return short(given.text) if given.text else _("(a voice message)")


def below(above: Words, rest: Words) -> Text:
    """Return one text below another."""
    return _("{above}\n\n{below}", above=above, below=rest)


def short(text: str) -> str:
    """Return the beginning of a text, on one line."""
    line = " ".join(text.split())
    return cut_to(line, SHORT)
