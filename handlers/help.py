"""Help: the words that work here, and what Jisr is not for."""

from __future__ import annotations

from handlers.language import _
from handlers.registry import Capability, ForWhom, Room
from handlers.talk import Talk


async def show_help(talk: Talk) -> None:
    """Say what each word does."""
    await talk.say(
        # Translators: the words before the colons must be among those that start each thing in your language.
        _(
            "Write one of these words at any time:\n\n"
            "menu: what you can do\n"
            "share: tell what worked, or did not\n"
            "find: look for what others did\n"
            "ask: put a question to the network\n"
            "topics: choose what you follow, and how often news comes\n"
            "news: what is new on these topics\n"
            "library: voices, short lessons, tools\n"
            "profile: see and change what you said of yourself\n"
            "language: choose the language\n"
            "quiet: hours without news\n"
            "link: write from your other app too\n"
            "my data: what is kept about you, and a copy of it\n"
            "secret word: protect yourself\n"
            "stop: no more messages\n"
            "delete me: leave, and be erased\n\n"
            "Within a question, “back”, “cancel” and “menu” help. You may answer with the number of a choice."
        )
    )
    await talk.say(
        _(
            "Jisr is not for emergencies, complaints or intelligence. In danger, please call the emergency services of "
            "your country."
        )
    )


capability = Capability(
    name="help",
    command="help",
    room=Room.ME,
    # Translators: in the menu, max:24
    title=_("Help"),
    # Translators: words that start this, separated by |.
    words=_("help|how"),
    converse=show_help,
    for_whom=ForWhom.ANYONE,
    lasting=False,
    always=True,
    when_stopped=True,
    by_right=True,
)
