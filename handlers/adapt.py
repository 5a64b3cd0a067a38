"""Adapt: take a practice to one's own country, say what differs there, and hand it in like any other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count

from handlers import cards, labels, pages
from handlers.about_me import country_options
from handlers.labels import attribution_label
from handlers.language import Text, Words, _
from handlers.level_choice import ask_level
from handlers.reading import GONE
from handlers.registry import Capability
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import adaptations, attribution, countries, practices, requests, topics
from network.adaptations import CARRIED, NOTES
from network.practices import STAGES, Facts, Practice

TITLE, PART = (8, 60), (20, 900)  # characters, fewest and most
NOTE = (20, 900)


@dataclass(frozen=True)
class Draft:
    """An adaptation before it is handed in: ``parts`` hold the notes, and what was taken over or changed."""

    source: Practice = field(repr=False)
    country: str
    title: str = field(repr=False)
    parts: dict[str, str] = field(repr=False)
    stage: str = ""

    @property
    def facts(self) -> Facts:
        """What is known of it beside its text: of its source no more than what stays true elsewhere."""
        source = self.source.facts
        return Facts(self.country, kind=source.kind, stage=self.stage, decision=source.decision, rhythm=source.rhythm)


async def adapt(talk: Talk) -> None:
    """Copy a practice for another country, with notes on what differs; its fields can be changed one by one."""
    found = await talk.look(practices.published, ids=[talk.argument], language=talk.language)
    if not found:
        await talk.say(GONE)
        return
    draft = await _begin(talk, found[0])
    level, named = await ask_level(talk)
    for turn in count():
        await _preview(talk, draft, level)
        wish = await talk.choose(f"review[{turn}]", _("Shall it be handed in like this?"), _review(draft))
        if wish == "send":
            break
        if wish == "read":
            parts = cards.worded(draft.parts, list(labels.PARTS), draft.source.facts.kind)
            await pages.read_through(talk, pages.packed(talk, parts), place=f"read[{turn}]")
        else:
            draft = await _change(talk, draft, wish, turn)
    await _hand_in(talk, draft, level=level, named=named)


async def _begin(talk: Talk, source: Practice) -> Draft:
    """Ask for what an adaptation must say, and take over the rest."""
    me = await talk.member()
    await talk.say(
        _(
            "You make a copy of “{title}” for your country. First say what differs; then you see the whole and can "
            "change each part.",
            title=source.title,
        )
    )
    # Translators: button, max:20
    here = [Option(me.country, countries.name(me.country, talk.language)), Option("other", _("Another country"))]
    country = await talk.choose("country", _("For which country is it?"), here)
    if country == "other":
        options = country_options(talk.language)
        country = await talk.choose("other country", _("In which country?"), options, search=True)
    differs = await _note(talk, "differs", _("What differs there from where it comes? A law, the people, the place…"))
    changed = await _note(talk, "changed", _("What did you change, or what will you do otherwise?"))
    stages = [Option(stage, labels.STAGES[stage]) for stage in STAGES]
    stage = await talk.choose("stage", _("How far has it come with you?"), stages)
    carried = {part: source.parts[part] for part in CARRIED if source.parts.get(part)}
    return Draft(source, country, source.title, {**carried, "differs": differs, "changed": changed}, stage)


async def _note(talk: Talk, key: str, question: Text) -> str:
    return await talk.text(key, question, at_least=NOTE[0], at_most=NOTE[1], check=screen)


async def _preview(talk: Talk, draft: Draft, level: int) -> None:
    """Show how the adaptation begins, as others will see it, and its notes."""
    level = await talk.look(attribution.holds, person=talk.person, level=level)
    shown = attribution.of_member(await talk.member(), level=level, year=talk.now.year)
    await talk.say(_("This is how others will see it:"))
    await talk.say(cards.headline(draft.title, draft.source.facts.kind))
    await talk.say(cards.about(draft.facts, draft.source.topics, shown, talk.language))
    for part in cards.worded(draft.parts, NOTES, draft.source.facts.kind):
        await talk.say(part)
    if topics.any_sensitive(draft.source.topics):
        await talk.say(_("One of its topics is sensitive: a coordinator from each side will read it."))


def _review(draft: Draft) -> list[Option]:
    parts = [part for part in labels.PARTS if part in draft.parts]
    return [
        Option("send", _("Yes, hand it in")),
        Option("read", _("Read it all")),
        Option("title", _("Change the title")),
        *(Option(part, labels.part_label(part, draft.source.facts.kind)) for part in parts),
    ]


async def _change(talk: Talk, draft: Draft, part: str, turn: int) -> Draft:
    """Ask for one field anew, showing what stands in it."""
    if part == "title":
        question = _("The title is “{title}”. What shall it be?", title=draft.title)
        bounds = TITLE
    else:
        heading = labels.part_label(part, draft.source.facts.kind)
        question = _("{heading}\n{text}\n\nHow shall it read instead?", heading=heading, text=draft.parts[part])
        bounds = PART
    words = await talk.text(f"{part}[{turn}]", question, at_least=bounds[0], at_most=bounds[1], check=screen)
    return replace(draft, title=words) if part == "title" else replace(draft, parts={**draft.parts, part: words})


async def _hand_in(talk: Talk, draft: Draft, *, level: int, named: bool) -> None:
    handed = await talk.do(
        "submit",
        requests.share,
        author=talk.person,
        language=draft.source.language,
        facts=draft.facts,
        topics=draft.source.topics,
        title=draft.title,
        parts=draft.parts,
        level=level,
        consent=named,
        origin=draft.source.id,
    )
    news: Words = _("A practice waits for your decision: “{title}”.", title=draft.title)
    # Translators: button, max:20
    option = Option(f"decide:{handed['approval']}", _("Read and decide"))
    await talk.tell("tell", handed["deciders"], news, [option], about=talk.person)
    await talk.say(
        _(
            "Thank you. Coordinators will read it, and you will hear from them here. Once it is published, whoever "
            "shared the first one hears of it, by the line that you chose."
        )
    )


async def announce(talk: Talk, practice: str) -> None:
    """Tell the author of what was adapted that the adaptation is published: of the adapter only the line."""
    author, source = await talk.look(adaptations.author_to_tell, practice=practice)
    if not author:
        return
    first = await talk.look(practices.get, practice=source)
    copy = await talk.look(practices.get, practice=practice)
    shown = await talk.look(attribution.of, practice=practice)
    text = _(
        "What you shared travels: “{first}” was adapted elsewhere.\n\n“{title}”\n{author}",
        first=first.title,
        title=copy.title,
        author=attribution_label(shown),
    )
    # Translators: button, max:20
    option = Option(f"practice:{practice}", _("Read it"))
    await talk.tell(f"adapted {practice}", [author], text, [option], about=copy.author or "")


capability = Capability(
    name="adapt",
    command="adapt",
    # Translators: in the menu, max:24
    title=_("Adapt a practice"),
    # Translators: words that start this, separated by |.
    words=_("adapt|adapt a practice"),
    converse=adapt,
    shown_in_menu=False,
)
