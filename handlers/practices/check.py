"""Check: a second member reads a translation beside the original, and confirms it or sends it back."""

from __future__ import annotations

from typing import Any

from handlers.labels import language_label
from handlers.language import Text, _
from handlers.practices import pages
from handlers.practices.translate import asked, pairs
from handlers.registry import Capability
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import translations
from network.translations import Translation

REMARK = (5, 300)  # characters, fewest and most
OF = "of:"  # stands before the id of a practice, when no translation is named
OVER = _("This translation was looked at already, or taken back. Thank you for coming.")


async def check(talk: Talk) -> None:
    """Show a translation page by page, and take the word on it.

    The keys hold when it was handed in: a word meant for what it was before is never used for what it became.
    """
    found = await talk.look(translations.find_for, translation=await _which(talk), person=talk.person)
    if found is None:
        await talk.say(OVER)
        return
    turn = f"{found.at:%Y%m%d%H%M%S}"
    if not await _reads_both(talk, found, turn):
        return
    await _show(talk, found, turn)
    # Translators: button, max:20
    right = Option("right", _("It says the same"))
    # Translators: button, max:20
    wrong = Option("wrong", _("Something is wrong"))
    # Translators: button, max:20
    later = Option("later", _("Later"))
    word = await talk.choose(f"word[{turn}]", _("Does the translation say the same?"), [right, wrong, later])
    if word == "later":
        await talk.say(_("Gladly. It waits for you, under “Translations” in the menu."))
    elif word == "right":
        await _confirm(talk, found, turn)
    else:
        await _send_back(talk, found, turn)


async def _which(talk: Talk) -> str:
    """Return the id of the translation that a notice or a reader's wish led to."""
    if not talk.argument.startswith(OF):
        return talk.argument
    practice = talk.argument.removeprefix(OF)
    return await talk.read("which", translations.waiting, practice=practice, person=talk.person)


async def _reads_both(talk: Talk, found: Translation, turn: str) -> bool:
    """Ask whether they read both languages; where they do not, others are asked."""
    question = _(
        "A translation of “{title}” from {source} into {target}. Do you read both languages well?",
        title=found.original.title,
        source=language_label(found.original.language),
        target=language_label(found.language),
    )
    # Translators: button, max:20
    if await talk.confirm(f"reads[{turn}]", question, yes=_("Yes, both"), no=_("No, not both")):
        return True
    others = await talk.do(f"pass[{turn}]", translations.ask, translation=found.id, most=1)
    notice, option = asked(found.id, found.original.title, found.original.language, found.language)
    await talk.tell(f"others[{turn}]", others, notice, [option], about=found.translator or "")
    await talk.say(_("Thank you for saying so. Others are asked."))
    return False


async def _show(talk: Talk, found: Translation, turn: str) -> None:
    """Show each part below its original, as many on a page as one message has room for."""
    shown = pages.packed(talk, pairs(found))
    for number, parts in enumerate(shown):
        for part in parts:
            await talk.say(part)
        if number + 1 < len(shown):
            # Translators: button, max:20
            more = Option("more", _("Read on"))
            question = _("Page {number} of {count}", number=number + 1, count=len(shown))
            await talk.choose(f"page[{turn}.{number}]", question, [more])


async def _confirm(talk: Talk, found: Translation, turn: str) -> None:
    done = await talk.do(f"confirm[{turn}]", translations.confirm, translation=found.id, by=talk.person)
    if not done["fresh"]:
        await talk.say(OVER)
        return
    # Translators: button, max:20
    read = Option(f"practice:{found.practice}", _("Read it"))
    language = language_label(found.language)
    text = _(
        "Your translation of “{title}” was confirmed. It can be read in {language} now. Thank you.",
        title=found.original.title,
        language=language,
    )
    await talk.tell("tell", [done["tell"]], text, [read])
    await _tell_author(talk, done, found, language, read)
    await talk.say(_("Thank you. It can be read in {language} now.", language=language))


async def _tell_author(talk: Talk, done: Any, found: Translation, language: Text | str, read: Option) -> None:
    """Tell the author that more people can read it; not when they had a part in it."""
    if done["author"] in {"", done["tell"], talk.person}:
        return
    text = _(
        "Good news: “{title}” can be read in {language} now. A member translated it, and another confirmed it.",
        title=found.original.title,
        language=language,
    )
    await talk.tell("author", [done["author"]], text, [read])


async def _send_back(talk: Talk, found: Translation, turn: str) -> None:
    fewest, most = REMARK
    question = _("What should be different? A short and kind sentence: the translator reads it, without your name.")
    remark = await talk.text(f"remark[{turn}]", question, at_least=fewest, at_most=most, check=screen)
    given = {"translation": found.id, "by": talk.person, "remark": remark}
    done = await talk.do(f"back[{turn}]", translations.send_back, **given)
    if not done["fresh"]:
        await talk.say(OVER)
        return
    text = _(
        "Thank you for translating “{title}”. The member who read it asks for a change: {remark}",
        title=found.original.title,
        remark=remark,
    )
    # Translators: button, max:20
    option = Option(f"translate:{found.practice}", _("Change it"))
    await talk.tell("tell", [done["tell"]], text, [option])
    await talk.say(_("Thank you. The translator is told."))


capability = Capability(
    name="check",
    command=translations.CHECKING,
    # Translators: in the menu, max:24
    title=_("Check a translation"),
    # Translators: words that start this, separated by |.
    words=_("check a translation"),
    converse=check,
    shown_in_menu=False,
    contributes=True,
    alone="translate",
)
