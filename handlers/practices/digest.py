"""The digest: once a week, in one short message, what is new on the topics that a member follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers import people
from handlers.labels import attribution_label
from handlers.language import Text, Voice, _, n_
from handlers.messages import Letter, Outgoing, Urgency
from handlers.questions import Option
from handlers.registry import Occasion
from network import attribution, news, seasons, topics
from network.members import State
from network.news import Edition
from network.practices import Practice
from network.seasons import Season
from network.store import Tx

TOPICS_NAMED = 3
LONGEST = 700  # characters of what a digest names; with its end it stays below 900


async def send(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Return the digest of a member whose morning has come; nothing when nothing is new."""
    who = occasion.who
    if who.member is None or who.state is not State.ACTIVE:
        return []
    found, known_by = await news.weekly(tx, person=who.id, language=who.voice.language)
    season = await seasons.invite(tx, person=who.id)
    letter = Letter(who.address.id, Outgoing(), urgency=Urgency.BROADCAST, not_before=people.news_at(tx, who.member))
    letters = []
    if not found.is_empty:
        message = await _digest(tx, found, who.voice)
        letters.append(replace(letter, message=message, about=known_by))
    if season is not None:
        letters.append(replace(letter, message=_invitation(season, who.voice)))
    return letters


async def _digest(tx: Tx, found: Edition, voice: Voice) -> Outgoing:
    text, shown = await _write(tx, found, voice)
    options = [Option(f"practice:{each.id}", f"{number}. {each.title}") for number, each in enumerate(shown, 1)]
    if found.asked:
        # Translators: button, max:24
        options.append(Option("answer", _("Answer a question")))
    # Translators: button, max:24. How often news comes.
    return people.notice(voice, text, [*options, Option("topics:pace", _("How often news comes"))])


def _invitation(season: Season, voice: Voice) -> Outgoing:
    """Return the invitation of a season: to share what prevents, and no incident."""
    words = season.words.get(voice.language, season.words["en"])
    text = _(
        "{question}\n\nTwo minutes are enough. Please tell what has helped: no incidents, no names, no places.",
        question=words,
    )
    # Translators: button, max:20
    options = [Option("share", _("Share it")), Option("topics:pace", _("How often"))]
    return people.notice(voice, text, options)


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
    if shown:
        parts.append(voice.say(_("Write “news” to open them by number.")))
    if found.asked:
        parts.append(voice.say(_asked(found.asked, voice.language)))
    return "\n\n".join(parts), shown


def _asked(codes: Sequence[str], language: str) -> Text:
    """Return how many questions wait, and on what; what they say is read in the chat, while they are open."""
    named = dict.fromkeys(topics.label(code, language) for code in codes)
    shown = " · ".join(list(named)[:TOPICS_NAMED])
    many = len(codes)
    return n_("{count} new question waits: {topics}", "{count} new questions wait: {topics}", many, topics=shown)
