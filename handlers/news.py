"""News: a notice to those who want to hear at once of what they follow."""

from __future__ import annotations

from handlers.labels import attribution_label
from handlers.language import _
from handlers.talk import Option, Talk
from network import attribution, news, practices


async def published(talk: Talk, practice: str) -> None:
    """Tell those who follow one of the practice's topics at once; the others read of it in their digest.

    Once in a conversation for each practice; its author is not told, and their erasure takes it back.
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
        await talk.tell(f"news {practice} {language}", people, text, options, about=found.author or "")
