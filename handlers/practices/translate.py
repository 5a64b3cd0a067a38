"""Translate: a member puts a published practice into another language, part by part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.labels import language_label, part_label
from handlers.language import OFFERED, Text, Words, _
from handlers.practices.reading import GLADLY, GONE
from handlers.registry import Capability, Room
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import translations
from network.errors import Conflict, Invalid, Missing
from network.texts import PARTS
from network.translations import State, Translation

TITLE, PART = 60, 900  # characters, at most
UNSAID = "-"  # a part of which its author said that nothing is known: nothing to translate
LONGER = 3 / 2  # how much longer a text may become

STATES: dict[State, Text] = {
    State.WAITING: _("waits for a second member"),
    State.BACK: _("a change is asked for"),
    State.CONFIRMED: _("confirmed: thank you"),
}


async def translate(talk: Talk) -> None:
    """Translate the practice that a reader came from, or look at what there is to translate and to check."""
    if not talk.argument:
        await _lists(talk)
        return
    language = await _language(talk)
    if not language:
        return
    given = {"practice": talk.argument, "person": talk.person, "language": language}
    sheet = await talk.read("sheet", translations.sheet, **given)
    if not sheet:
        await talk.say(GONE)
        return
    said = await _worded(talk, sheet, language)
    await talk.say(_("“{title}”", title=said["title"]))
    wish = await talk.choose("review", _("Shall it be handed in like this?"), _review(said))
    if wish != "send":
        await talk.revise(wish)
    await _hand_in(talk, sheet, said, language)


async def _language(talk: Talk) -> str:
    """Return the language to translate into, or "" after saying why there is none."""
    given = {"practice": talk.argument, "person": talk.person, "languages": list(OFFERED)}
    wanted = await talk.read("languages", translations.wanted, **given)
    if not wanted:
        await talk.say(
            _("Thank you. It can be read in every language of the network already, or somebody is at it now.")
        )
        return ""
    if len(wanted) == 1:
        return str(wanted[0])
    options = [Option(language, language_label(language)) for language in wanted]
    return await talk.choose("language", _("Thank you for translating. Into which language?"), options)


async def _worded(talk: Talk, sheet: Mapping[str, Any], language: str) -> dict[str, str]:
    """Ask for the title and each part, below how the original says it."""
    given = {"title": sheet["title"], **sheet["parts"]}
    said: dict[str, str] = {}
    for name, text in given.items():
        if text == UNSAID:
            said[name] = text
            continue
        if not said:
            await _begin(talk, sheet)
        said[name] = await _part(talk, sheet, name, text, language)
    return said


async def _begin(talk: Talk, sheet: Mapping[str, Any]) -> None:
    await talk.say(
        _(
            "Each part is shown as its author wrote it. Say the same, no more and no less; leave as they are figures "
            "and what needs no translation. A second member who reads both languages looks at it before it is shown."
        )
    )
    if sheet["remark"]:
        await talk.say(_("What was said of your translation: {remark}", remark=sheet["remark"]))


async def _part(talk: Talk, sheet: Mapping[str, Any], name: str, text: str, language: str) -> str:
    """Ask for one part; skipped, it stays as it was offered before, or as the original has it."""
    former = sheet["former"].get(name, "")
    await talk.say(pair(_heading(name), sheet["language"], text, language, former))
    question = _("How do you say this in {language}?", language=language_label(language))
    most = TITLE if name == "title" else max(PART, round(LONGER * len(text)))
    # Translators: button, max:20. Keeps what is there.
    skip = _("Leave as it is")
    return await talk.text(f"part[{name}]", question, at_most=most, skip=skip, check=screen) or former or text


def pair(heading: Words, source: str, text: str, target: str, said: str) -> Text:
    """Return a part in the language in which it was written and, where it is said already, in the other."""
    above = _("{heading}\n{language}: {text}", heading=heading, language=language_label(source), text=text)
    if not said:
        return above
    return _("{above}\n\n{language}: {text}", above=above, language=language_label(target), text=said)


def _heading(name: str) -> Text:
    return _("Title") if name == "title" else part_label(name)


def pairs(found: Translation) -> list[Text]:
    """Return the title and the parts of a translation, each below the original."""
    source, target = found.original.language, found.language
    title = pair(_heading("title"), source, found.original.title, target, found.title)
    parts = [name for name in PARTS if name in found.original.parts and name in found.parts]
    return [
        title,
        *(pair(_heading(name), source, found.original.parts[name], target, found.parts[name]) for name in parts),
    ]


def _review(said: Mapping[str, str]) -> list[Option]:
    # Translators: button, max:20
    send = Option("send", _("Yes, hand it in"))
    change = _("change this")
    return [send, *(Option(f"part[{name}]", _heading(name), change) for name in said if said[name] != UNSAID)]


async def _hand_in(talk: Talk, sheet: Mapping[str, Any], said: Mapping[str, str], language: str) -> None:
    parts = {name: text for name, text in said.items() if name != "title"}
    given = {"practice": talk.argument, "person": talk.person, "language": language, "made_from": sheet["version"]}
    try:
        handed = await talk.do("offer", translations.offer, title=said["title"], parts=parts, **given)
    except Missing:
        await talk.say(GONE)
    except Conflict:
        await talk.say(_("Somebody else was faster and has offered this translation. Thank you all the same."))
    except Invalid:
        await talk.say(_("Nothing in it is translated yet, so it was not handed in. You can begin again at any time."))
    else:
        notice, option = asked(handed["translation"], sheet["title"], sheet["language"], language)
        await talk.tell("ask", handed["ask"], notice, [option], about=talk.person)
        await talk.say(
            _("Thank you. A second member will look at it, and you will hear from them here. Your name is not shown.")
        )


def asked(translation: str, title: str, source: str, target: str) -> tuple[Text, Option]:
    """Return what those are told who can confirm a translation."""
    notice = _(
        "A member has translated a practice from {source} into {target}: “{title}”. If you read both, would you see "
        "whether it says the same? One answer is enough.",
        source=language_label(source),
        target=language_label(target),
        title=title,
    )
    # Translators: button, max:20
    return notice, Option(f"{translations.CHECKING}:{translation}", _("Look at it"))


async def _lists(talk: Talk) -> None:
    """Show what waits for this member, and what became of what they offered."""
    to_check = await talk.read("to check", translations.to_check, person=talk.person)
    mine = await talk.read("mine", translations.mine, person=talk.person)
    if not to_check and not mine:
        await talk.say(
            _(
                "There is no translation for you here yet. To offer one, read a practice and choose “Translate it” "
                "under “Something else”."
            )
        )
        return
    options = [Option(f"check {each.id}", each.original.title, _("can you confirm it?")) for each in to_check]
    options += [Option(f"mine {each.id}", each.original.title, STATES[each.state]) for each in mine]
    # Translators: button, max:20
    skip = _("That is all")
    chosen = await talk.choose("which", _("Which translation would you like to see?"), options, skip=skip)
    kind, _space, which = chosen.partition(" ")
    if kind == "check":
        await talk.go(translations.CHECKING, which)
    for each in mine:
        if each.id == which:
            await _open(talk, each)
    await talk.say(GLADLY)


async def _open(talk: Talk, mine: Translation) -> None:
    """Lead a translator to what they offered: to change it, or to read it."""
    if mine.state is State.BACK:
        await talk.go("translate", mine.practice)
    if mine.state is State.CONFIRMED:
        await talk.go("practice", mine.practice)
    await talk.say(_("It waits for a second member who reads both languages. You will hear from them here."))


capability = Capability(
    name="translate",
    command="translate",
    room=Room.ME,
    # Translators: in the menu, max:24
    title=_("Translations"),
    # Translators: words that start this, separated by |.
    words=_("translations|translate"),
    converse=translate,
    contributes=True,
)
