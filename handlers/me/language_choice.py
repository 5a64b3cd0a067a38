"""Choose the language of this chat."""

from __future__ import annotations

from handlers.language import NAMES, OFFERED, _
from handlers.registry import Capability, ForWhom, Room
from handlers.talk import Option, Talk
from network import joining

# Asked before a language is known, so it is said in all of them.
EVERYBODY = "اختاروا لغتكم.\nChoisissez votre langue.\nChoose your language."


def language_options() -> list[Option]:
    """Return the languages offered, each by its own name."""
    return [Option(tag, NAMES[tag]) for tag in OFFERED]


async def choose_language(talk: Talk) -> None:
    """Ask for the language, and speak it from then on."""
    language = await talk.choose("language", EVERYBODY, language_options())
    await talk.do("speak", joining.speak, person=talk.person, language=language)
    await talk.say(_("From now on we speak English."))


capability = Capability(
    name="language",
    command="language",
    room=Room.ME,
    # Translators: in the menu, max:24
    title=_("Language"),
    # Translators: words that start this, separated by |. Keep the names of the languages as they are.
    words=_("language|العربية|français|english"),
    converse=choose_language,
    for_whom=ForWhom.ANYONE,
    when_stopped=True,
    by_right=True,
)
