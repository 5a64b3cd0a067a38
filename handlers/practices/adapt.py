"""Adapt: take a practice to one's own country, say what differs there, and hand it in like any other."""

from __future__ import annotations

from dataclasses import replace

from handlers.labels import attribution_label
from handlers.language import _
from handlers.level_choice import ask_level
from handlers.me.about_me import country_options
from handlers.practices import details, share
from handlers.practices.details import Draft
from handlers.practices.reading import GONE
from handlers.registry import Capability
from handlers.talk import Option, Talk
from network import adaptations, attribution, countries, news, practices
from network.adaptations import CARRIED, NOTES
from network.facts import Facts
from network.practices import Practice


async def adapt(talk: Talk) -> None:
    """Copy a practice for another country, with notes on what differs; its fields can be changed one by one."""
    found = await talk.look(practices.published, ids=[talk.argument], language=talk.language)
    if not found:
        await talk.say(GONE)
        return
    draft = _copy(found[0])
    await talk.say(
        _(
            "You make a copy of “{title}” for your country. First say what differs; then you see the whole and can "
            "change each part. Once it is published, whoever shared the first one hears of it.",
            title=draft.title,
        )
    )
    draft = draft.knowing(country=await _country(talk))
    for name in (*NOTES, "stage"):
        draft = await details.ask(talk, draft, name, key=name)
    level, named = await ask_level(talk)
    await share.finish(talk, replace(draft, level=level, consent=named))


def _copy(source: Practice) -> Draft:
    """Return what an adaptation begins with: what was proven elsewhere is left out, for it is proven anew."""
    facts = Facts("", kind=source.facts.kind, decision=source.facts.decision, rhythm=source.facts.rhythm)
    carried = {part: source.parts[part] for part in CARRIED if source.parts.get(part)}
    return Draft(facts, source.title, carried, source.topics, origin=source.id, language=source.language)


async def _country(talk: Talk) -> str:
    me = await talk.member()
    # Translators: button, max:20
    options = [Option(me.country, countries.name(me.country, talk.language)), Option("other", _("Another country"))]
    country = await talk.choose("country", _("For which country is it?"), options)
    if country != "other":
        return country
    return await talk.choose("other country", _("In which country?"), country_options(talk.language), search=True)


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
    await talk.do(f"hears of {practice}", news.heard, person=author, practice=practice)
    await talk.tell(f"adapted {practice}", [author], text, [option], about=practice)


capability = Capability(
    name="adapt",
    command="adapt",
    # Translators: in the menu, max:24
    title=_("Adapt a practice"),
    # Translators: words that start this, separated by |.
    words=_("adapt|adapt a practice"),
    converse=adapt,
    shown_in_menu=False,
    contributes=True,
    alone="find",
)
