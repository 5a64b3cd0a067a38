"""News: a notice to those who want to hear at once of what they follow, and a list of it for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from handlers.labels import attribution_label
from handlers.language import _, n_
from handlers.practices import cards
from handlers.practices.reading import open_practice
from handlers.registry import Capability, Room
from handlers.talk import Option, Talk
from network import attribution, news, practices
from network.practices import Practice


async def published(talk: Talk, practice: str) -> None:
    """Tell those who follow one of the practice's topics at once; the others read of it in their digest.

    Once in a conversation for each practice. Its author is not told; it is taken back when they leave, or withdraw it.
    """
    heard = await talk.do(f"heard {practice}", news.announce, practice=practice)
    for language, people in heard.items():
        found = await talk.look(practices.get, practice=practice, language=language)
        shown = await talk.look(attribution.of, practice=practice)
        text = _(
            "New on a topic you follow:\n\n“{title}”\n{author}", title=found.title, author=attribution_label(shown)
        )
        # Translators: button, max:20
        options = [Option(f"practice:{practice}", _("Read it")), Option("topics:pace", _("How often"))]
        await talk.tell(f"news {practice} {language}", people, text, options, about=practice)


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
    await talk.say(_("Gladly. Write “menu” for anything else."))


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
    room=Room.SHELF,
    # Translators: in the menu, max:24
    title=_("What is new"),
    # Translators: words that start this, separated by |.
    words=_("news|new|digest"),
    converse=read_news,
    by_link=True,
    anew=True,
)
