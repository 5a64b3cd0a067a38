"""Share what was tried: a practice, a lesson that failed, or a barrier; whoever is tired hands in four answers."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from handlers import labels, topic_choice
from handlers.groups import country
from handlers.language import Text, Words, _
from handlers.me.about_me import country_options
from handlers.practices import cards, details, pages
from handlers.practices.details import PART, SECTIONS, SKIP, Draft, Section
from handlers.registry import Capability
from handlers.screening import screen
from handlers.talk import Option, Talk, Told
from network import attachments, attribution, countries, practices, requests, topics
from network.adaptations import NOTES
from network.facts import Facts
from network.practices import AUTHORS_TURN

TITLE = (8, 60)  # characters, fewest and most
FEWEST = 20  # characters of a problem, and of what was done
FEWEST_TRIED = 5  # "nothing yet"
AGAIN = "again:"  # before the id of a practice that its author changes and hands in again
MUSTS = ("kind", "title", "problem", "done", "topics", "country")
EVERYTHING = "everything"

KIND = _(
    "Thank you for sharing. Others can learn from what worked, and from what did not.\n\nPlease name no person, no "
    "precise place, and nothing secret.\n\nWhat would you like to share?"
)
TITLES: dict[str, Text] = {
    "practice": _("Give it a short title, such as “Police answer callers live on radio”."),
    "lesson": _("Give it a short title, such as “Night patrols that the neighbours were not told of”."),
    "barrier": _("Give it a short title, such as “No way to answer residents in public”."),
}
PROBLEMS: dict[str, Text] = {
    "practice": _("What was the problem? A good answer says who felt it, and where, in two or three sentences."),
    "lesson": _("What was the problem? A good answer says who felt it, and where, in two or three sentences."),
    "barrier": _("What does it make impossible? A good answer says who would like to do what, and what is in the way."),
}
DONE: dict[str, Text] = {
    "practice": _("What was done? A good answer says who did what, step by step, and what changed."),
    "lesson": _("What was done, and why did it not work? A good answer says who did what, step by step."),
    "barrier": _("What was tried against it, and by whom? “Nothing yet” is an answer too."),
}

LATER = _("Thank you. As soon as your file has come through, coordinators will read it, and you will hear from them.")


async def share(talk: Talk) -> None:
    """Ask for what must be said, then for as much more as one likes, show it as others will see it, and hand it in."""
    await country.note(talk)
    draft = await _taken_up(talk) if talk.argument.startswith(AGAIN) else await _begun(talk)
    if draft is not None:
        await finish(talk, draft)


async def finish(talk: Talk, draft: Draft) -> None:
    """Ask for what must be said and is missing, let the rest be added and changed, and hand a draft in."""
    for name in ("problem", "done"):
        if name not in draft.parts and name not in draft.files:
            draft = await _ask(talk, draft, name)
    visited: list[str] = []
    for turn in count():
        await _preview(talk, draft)
        key = f"review[{turn}]" if turn else "review"
        wish = await talk.choose(key, _("Shall it be handed in like this?"), _review(talk, draft, visited))
        if wish == "send":
            break
        if wish == "details":
            draft = await _add(talk, draft, visited, turn)
        elif wish == "change":
            draft = await _change(talk, draft, visited, turn)
        else:
            await pages.read_through(talk, _rest(talk, draft), place=f"read[{turn}]")
    await _hand_in(talk, draft)


async def _begun(talk: Talk) -> Draft:
    """Ask for what must be said."""
    draft = Draft(Facts(""))
    for name in MUSTS:
        draft = await _ask(talk, draft, name)
    return draft


async def _taken_up(talk: Talk) -> Draft | None:
    """Return what its author hands in again; None when it is not their turn."""
    found = await talk.look(practices.mine, author=talk.person, only=[talk.argument.removeprefix(AGAIN)])
    if not found or found[0].state not in AUTHORS_TURN:
        await talk.say(_("It cannot be changed now: it is being read, or it is open to the network already."))
        return None
    practice = found[0]
    if practice.reason:
        await talk.say(_("What was said: {reason}", reason=practice.reason))
    files = await talk.look(attachments.of, practice=practice.id)
    return Draft(
        practice.facts,
        practice.title,
        dict(practice.parts),
        practice.topics,
        files={file.part: file.id for file in files},
        sent={file.part: file.kind for file in files},
        level=practice.level,
        consent=practice.named_at is not None,
        practice=practice.id,
        origin=practice.origin,
    )


async def _ask(talk: Talk, draft: Draft, name: str, turn: str = "") -> Draft:
    """Ask for one field, again in a later ``turn``, and return the draft with it."""
    key = f"{name}{turn}"
    if name == "kind":
        kinds = [Option(kind, label) for kind, label in labels.KINDS.items()]
        return draft.knowing(kind=await talk.choose(key, KIND, kinds))
    if name == "title":
        question = TITLES[draft.kind]
        return replace(draft, title=await talk.text(key, question, at_least=TITLE[0], at_most=TITLE[1], check=screen))
    if name in {"problem", "done"}:
        return draft.telling(name, await _told(talk, draft, name, key))
    if name == "topics":
        question = _("Which field is it about?")
        return replace(draft, topics=await topic_choice.ask_topics(talk, question, turn=turn))
    if name == "country":
        return draft.knowing(country=await _country(talk, turn), zone="")
    return await details.ask(talk, draft, name, key=key)


async def _told(talk: Talk, draft: Draft, name: str, key: str) -> Told:
    question = (PROBLEMS if name == "problem" else DONE)[draft.kind]
    fewest = FEWEST_TRIED if (name, draft.kind) == ("done", "barrier") else FEWEST
    return await talk.told(key, question, at_least=fewest, at_most=PART, check=screen)


async def _country(talk: Talk, turn: str) -> str:
    """Ask where it was done; nothing is inferred from where its author is."""
    me = await talk.member()
    # Translators: button, max:20
    options = [Option(me.country, countries.name(me.country, talk.language)), Option("other", _("Another country"))]
    country = await talk.choose(f"country{turn}", _("Where was it done?"), options, skip=SKIP)
    if country != "other":
        return country
    every = country_options(talk.language)
    return await talk.choose(f"other country{turn}", _("In which country?"), every, search=True)


async def _add(talk: Talk, draft: Draft, visited: list[str], turn: int) -> Draft:
    """Ask for the details of one section, or of all that are left."""
    left = _left(visited)
    # Translators: in a list, max:24
    everything = Option(EVERYTHING, _("All, one by one"))
    options = [*(Option(section.name, section.title) for section in left), everything]
    question = _("What would you like to add? Each question can be skipped.")
    chosen = await talk.choose(f"section[{turn}]", question, options)
    for section in left:
        if chosen in {section.name, EVERYTHING}:
            visited.append(section.name)
            for name in section.names:
                draft = await _ask(talk, draft, name, f"[{turn}]")
    return draft


async def _change(talk: Talk, draft: Draft, visited: list[str], turn: int) -> Draft:
    """Ask for one field anew."""
    asked = [name for section in SECTIONS if section.name in visited for name in section.names]
    every = [name for section in SECTIONS for name in section.names]
    known = details.known_of(draft, every)
    names = [*MUSTS, *(NOTES if draft.origin else ()), *(name for name in every if name in asked or name in known)]
    options = [Option(name, details.name_of(name, draft.kind)) for name in names]
    name = await talk.choose(f"which[{turn}]", _("What would you like to change?"), options)
    return await _ask(talk, draft, name, f"[{turn}]")


def _left(visited: list[str]) -> list[Section]:
    return [section for section in SECTIONS if section.name not in visited]


def _review(talk: Talk, draft: Draft, visited: list[str]) -> list[Option]:
    options = [Option("send", _("Yes, hand it in"))]
    if _left(visited):
        # Translators: button, max:20
        options.append(Option("details", _("Add details")))
    # Translators: button, max:20
    options.append(Option("change", _("Change something")))
    return [*options, Option("read", _("Read it all"))] if _rest(talk, draft) else options


async def _preview(talk: Talk, draft: Draft) -> None:
    """Show how the draft begins, exactly as others will see it."""
    level = await talk.look(attribution.holds, person=talk.person, level=draft.level)
    shown = attribution.of_member(await talk.member(), level=level, year=talk.now.year)
    await talk.say(_("This is how others will see it:"))
    await talk.say(cards.headline(draft.title, draft.kind))
    await talk.say(cards.about(draft.facts, draft.topics, shown, talk.language))
    for part in cards.worded(draft.parts, cards.OPENING, draft.kind, draft.sent):
        await talk.say(part)
    if topics.any_sensitive(draft.topics):
        await talk.say(_("One of its topics is sensitive: a coordinator from each side will read it."))


def _rest(talk: Talk, draft: Draft) -> list[list[Words]]:
    """Return what comes after the first page, as others will read on."""
    return pages.packed(talk, cards.worded(draft.parts, cards.REST, draft.kind, draft.sent))


async def _hand_in(talk: Talk, draft: Draft) -> None:
    given = {
        "author": talk.person,
        "facts": draft.facts,
        "topics": draft.topics,
        "title": draft.title,
        "parts": draft.parts,
        "level": draft.level,
        "consent": draft.consent,
        "files": draft.files,
    }
    if draft.practice:
        handed = await talk.do("submit", requests.again, practice=draft.practice, **given)
    else:
        begun = {"language": draft.language or talk.language, "origin": draft.origin}
        handed = await talk.do("submit", requests.share, **begun, **given)
    if not handed["approval"]:
        await talk.say(LATER)
        return
    news: Words = _("A practice waits for your decision: “{title}”.", title=draft.title)
    # Translators: button, max:20
    option = Option(f"decide:{handed['approval']}", _("Read and decide"))
    await talk.tell("tell", handed["deciders"], news, [option], about=talk.person)
    await talk.say(_("Thank you. Coordinators will read it, and you will hear from them here."))


capability = Capability(
    name="share",
    command="share",
    # Translators: in the menu, max:24
    title=_("Share a practice"),
    # Translators: words that start this, separated by |.
    words=_("share|share a practice"),
    converse=share,
    by_link=True,
    contributes=True,
)
