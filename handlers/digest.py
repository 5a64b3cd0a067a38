"""The digest: once a week, in one short message, what is new on the topics that a member follows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from handlers import cards, people
from handlers.labels import attribution_label
from handlers.language import Voice, _, n_
from handlers.messages import Letter, Urgency
from handlers.reading import open_practice
from handlers.registry import Capability, Occasion
from handlers.talk import Option, Talk
from network import attribution, news, practices
from network.members import State
from network.news import Edition
from network.practices import Practice
from network.store import Tx

LONGEST = 800  # characters of what a digest names; with its end it stays below 900
GLADLY = _("Gladly. Write “menu” for anything else.")


async def send(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Return the digest of a member whose morning has come; nothing when nothing is new."""
    who = occasion.who
    if who.member is None or who.state is not State.ACTIVE:
        return []
    found, letter = await news.weekly(tx, person=who.id, language=who.voice.language)
    if found.is_empty:
        return []
    text, shown = await _write(tx, found, who.voice)
    options = [Option(f"practice:{each.id}", f"{number}. {each.title}") for number, each in enumerate(shown, 1)]
    # Translators: button, max:24. How often news comes.
    options.append(Option("topics:pace", _("How often news comes")))
    message = people.notice(who.voice, text, options)
    at = people.news_at(tx, who.member)
    return [Letter(who.address.id, message, urgency=Urgency.BROADCAST, not_before=at, about=letter)]


async def _write(tx: Tx, found: Edition, voice: Voice) -> tuple[str, list[Practice]]:
    """Return the digest in a member's words, and the practices that it names, by their numbers."""
    authors = await attribution.of_many(tx, [*found.practices, *found.adaptations])
    shown: list[Practice] = []
    parts: list[str] = []
    for heading, chosen in (
        (_("New on the topics you follow"), found.practices),
        (_("Adapted elsewhere from what you shared"), found.adaptations),
    ):
        for place, practice in enumerate(chosen):
            line = voice.say(
                _(
                    "{number}. “{title}”\n{author}",
                    number=len(shown) + 1,
                    title=practice.title,
                    author=attribution_label(authors[practice.id]),
                )
            )
            lines = [line] if place else [voice.say(heading), line]
            if len("\n\n".join([*parts, *lines])) <= LONGEST:
                shown.append(practice)
                parts += lines
    rest = found.more + len(found.practices) + len(found.adaptations) - len(shown)
    if rest:
        parts.append(voice.say(n_("And {count} more.", "And {count} more.", rest)))
    parts.append(voice.say(_("Write “news” to open them by number.")))
    return "\n\n".join(parts), shown


async def read_news(talk: Talk) -> None:
    """Show what is new on the topics that a member follows, and open what they choose."""
    ids = await talk.read("news", news.latest, person=talk.person)
    found = await talk.look(practices.published, ids=ids, language=talk.language)
    if not found:
        await _nothing_new(talk)
        return
    for turn in count():
        question = n_("{count} practice is new.", "{count} practices are new. Which one?", len(found))
        # Translators: button, max:20
        chosen = await talk.choose(f"open[{turn}]", question, _options(found, talk.language), skip=_("That is all"))
        practice = next((each for each in found if each.id == chosen), None)
        if practice is None:
            break
        await open_practice(talk, practice, place=f"news[{turn}]")
    await talk.say(GLADLY)


async def _nothing_new(talk: Talk) -> None:
    question = _("Nothing new on your topics yet.")
    options = [
        # Translators: button, max:20
        Option("topics", _("See my topics")),
        # Translators: button, max:20
        Option("find", _("Look for practices")),
    ]
    await talk.go(await talk.choose("next", question, options))


def _options(found: Sequence[Practice], language: str) -> list[Option]:
    return [Option(each.id, each.title, cards.short_note(each, language)) for each in found]


capability = Capability(
    name="news",
    command="news",
    # Translators: in the menu, max:24
    title=_("What is new"),
    # Translators: words that start this, separated by |.
    words=_("news|new|digest"),
    converse=read_news,
    by_link=True,
    anew=True,
)
