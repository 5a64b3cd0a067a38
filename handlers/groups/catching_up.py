"""Catching up: one digest of what was posted in a member's groups, in their morning or when they wake."""

from __future__ import annotations

import hashlib

from handlers import people
from handlers.groups import post_cards
from handlers.labels import attribution_label
from handlers.language import Text, Voice, Words, _, n_
from handlers.messages import Letter, Urgency
from handlers.prompts import cut_to
from handlers.questions import Option
from handlers.registry import Errand, Occasion
from network import charters, files, hearing, posts
from network.hearing import News
from network.members import State
from network.store import Tx

LONGEST = 700  # characters of what a digest tells
LINE = 110  # characters of one post


async def send(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Return the digest of a member; nothing when nothing is new. It takes the place of one that was not sent yet."""
    who = occasion.who
    if who.member is None or who.state is not State.ACTIVE:
        return []
    mark = hashlib.sha256(f"{hearing.KIND} {who.id}".encode()).hexdigest()[:32]
    found = await hearing.edition(tx, person=who.id, mark=mark)
    if not found:
        return []
    text = await _text(tx, found, who.voice)
    which = found[0].group if len(found) == 1 else ""
    # Translators: button, max:20
    options = [Option(f"posts:{which}" if which else "posts", _("Read them"))]
    if which:
        # Translators: button, max:20. At once, once a day, or not at all.
        options.append(Option(f"membership:{which}", _("How posts come")))
    at = people.news_at(tx, who.member)
    message = people.notice(who.voice, text, options)
    return [Letter(who.address.id, message, urgency=Urgency.BROADCAST, not_before=at, about=mark)]


async def _text(tx: Tx, found: list[News], voice: Voice) -> str:
    """Return what is new, as many posts as fit, each shortened."""
    parts: list[str] = []
    for news in found:
        name = (await charters.of(tx, group=news.group)).name(voice.language)
        heading = n_("“{group}”: {count} new post.", "“{group}”: {count} new posts.", news.many, group=name)
        parts.append(voice.say(heading))
        for each in await posts.shown(tx, found=news.posts):
            file = await files.find(tx, file=each.post.file) if each.post.file else None
            line = voice.say(_line(attribution_label(each.line), post_cards.words(each.post, file), voice))
            if len("\n".join([*parts, line])) <= LONGEST:
                parts.append(line)
    return "\n".join(parts)[: LONGEST + LINE]


def _line(author: Text, words: Words, voice: Voice) -> Text:
    said = cut_to(" ".join(voice.say(words).split()), LINE)
    return _("• {author}: {text}", author=author, text=said)


errands: dict[str, Errand] = {hearing.KIND: send}
