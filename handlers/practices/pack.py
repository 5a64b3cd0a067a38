"""Evidence pack: one message and one picture on a topic, for a country, that can be passed on to anybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from handlers import labels
from handlers.labels import attribution_label, language_label
from handlers.language import Place, Text, Voice, Words, _, n_
from handlers.me.about_me import country_options
from handlers.polls import poll_cards, poll_figures
from handlers.registry import Capability, Room
from handlers.talk import Option, Talk
from handlers.topic_choice import ask_topic
from network import countries, packs, practices, topics
from network.packs import Evidence, Pack
from network.texts import Mark

OF = "of:"  # stands before the id of a practice whose topic is meant
OTHER = "other"
MESSAGE = 1024  # characters of the whole message, so that it can be sent on as it is on either app
SHORTEST = 40  # characters: less of what was found says nothing
IN_PICTURE = 320  # characters of each practice
PLACES = 8  # further countries, at most


@dataclass(frozen=True)
class Item:
    """A practice in a pack: its heading, what was done and what came of it, and where it is from."""

    head: str
    done: str
    result: str
    foot: str

    def body(self, most: int) -> str:
        """Return what was done and its result in at most so many characters, the result before all."""
        if len(self.result) > most:
            return shortened(self.result, most)
        return f"{shortened(self.done, most - len(self.result) - 1)} {self.result}".strip()


@dataclass(frozen=True)
class Lines:
    """A pack in the words of its reader."""

    title: str
    subtitle: str
    items: tuple[Item, ...]
    further: tuple[str, ...]
    source: str


async def pack(talk: Talk) -> None:
    """Ask for the topic and the country, and have the pack made."""
    topic = await _topic(talk)
    if not topic:
        await talk.say(_("This practice is not there any more."))
        return
    country = await _country(talk)
    found = await talk.look(packs.gather, topic=topic, country=country, language=talk.language)
    if not found.evidence:
        await talk.say(
            _(
                "On this topic the network has nothing yet that may be passed on to anybody. When you share a "
                "practice, you can allow it."
            )
        )
        return
    lines = worded(found, talk.who.voice)
    await talk.do(
        "draw", packs.draw, person=talk.person, text=message(lines), sheet=sheet(lines, rtl=talk.who.voice.rtl)
    )
    if len(found.evidence) < packs.MOST:
        await talk.say(
            n_(
                "There is only {count} practice yet that may be passed on to anybody.",
                "There are only {count} practices yet that may be passed on to anybody.",
                len(found.evidence),
            )
        )
    await talk.say(
        _(
            "A message and a picture come in a moment. You can forward both: they hold only what may be passed on to "
            "anybody, and name nobody."
        )
    )


async def _topic(talk: Talk) -> str:
    """Return the topic that was meant, or asked for; "" when the practice that was meant is gone."""
    if talk.argument.startswith(OF):
        found = await talk.look(practices.published, ids=[talk.argument.removeprefix(OF)])
        codes = found[0].topics if found else ()
        if len(codes) < 2:  # noqa: PLR2004 - nothing to choose from
            return "".join(codes)
        options = [Option(code, topics.label(code, talk.language)) for code in codes]
        return await talk.choose("topic", _("On which of its topics?"), options)
    return await ask_topic(talk, _("On which field do you need evidence?"))


async def _country(talk: Talk) -> str:
    me = await talk.member()
    # Translators: button, max:20
    options = [Option(me.country, countries.name(me.country, talk.language)), Option(OTHER, _("Another country"))]
    country = await talk.choose("country", _("For which country? What is nearest to it comes first."), options)
    if country != OTHER:
        return country
    return await talk.choose("other country", _("For which country?"), country_options(talk.language), search=True)


def worded(found: Pack, voice: Voice) -> Lines:
    """Return a pack in the words of its reader."""
    where: Place = Place(found.country)
    return Lines(
        title=voice.say(_("Practices and results: {topic}", topic=topics.label(found.topic, voice.language))),
        subtitle=voice.say(_("For {country}, {day}", country=where, day=found.on)),
        items=tuple(_item(number, each, voice) for number, each in enumerate(found.evidence, start=1)),
        further=tuple(voice.say(line) for line in _further(found, voice)),
        source=voice.say(_("Source: the Jisr network. It may be passed on to anybody.")),
    )


def _item(number: int, each: Evidence, voice: Voice) -> Item:
    practice = each.practice
    head = voice.say(_("{number}. {title}", number=number, title=practice.title))
    done, result = (" ".join(practice.parts.get(part, "").split()) for part in ("done", "result"))
    return Item(head, done, result, foot=" · ".join(voice.say(line) for line in _foot(each, voice)))


def _foot(each: Evidence, voice: Voice) -> Iterator[Words]:
    """Yield where a practice is from, how its result is known, who shared it, and whose words these are."""
    facts, practice = each.practice.facts, each.practice
    yield countries.name(facts.country, voice.language)
    if facts.evidence:
        yield labels.EVIDENCE[facts.evidence]
    yield attribution_label(each.attribution)
    if practice.mark is Mark.MACHINE:
        yield _("translated by a machine")
    elif practice.language != voice.language:
        yield _("in {language}", language=language_label(practice.language))


def _further(found: Pack, voice: Voice) -> Iterator[Text]:
    for figure in found.figures:
        yield _(
            "Poll of members “{question}” {answer}: {share} of {count}",
            question=poll_cards.title(figure.question, voice.language),
            answer=poll_cards.in_language(figure.answer, voice.language)[0],
            share=poll_figures.percent(figure.share),
            count=figure.answered,
        )
    if found.elsewhere:
        names = " · ".join(countries.name(code, voice.language) for code in found.elsewhere[:PLACES])
        yield _("Also done in: {countries}", countries=names)
    if found.shared:
        yield n_(
            "{count} practice of the network is about this.",
            "{count} practices of the network are about this.",
            found.shared,
        )
    if found.trying:
        yield n_("{count} member is trying one of them.", "{count} members are trying one of them.", found.trying)


def message(lines: Lines) -> str:
    """Return a pack as one message: what was done is shortened until it fits."""
    bare = _put_together(lines, 0)
    return _put_together(lines, (MESSAGE - len(bare)) // max(1, len(lines.items)) - 1)


def _put_together(lines: Lines, most: int) -> str:
    items = ["\n".join(line for line in (each.head, each.body(most), each.foot) if line) for each in lines.items]
    parts = [f"{lines.title}\n{lines.subtitle}", *items, "\n".join(lines.further), lines.source]
    return "\n\n".join(part for part in parts if part)[:MESSAGE]


def shortened(text: str, most: int) -> str:
    """Return a text in at most so many characters, cut between two words; nothing where that is too few to say much."""
    if len(text) <= most:
        return text
    if most < SHORTEST:
        return ""
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:،؛") + "…"


def sheet(lines: Lines, *, rtl: bool) -> dict[str, Any]:
    """Return a pack as it is drawn."""
    cards = [{"head": each.head, "body": each.body(IN_PICTURE), "foot": each.foot} for each in lines.items]
    return {
        "title": lines.title,
        "subtitle": lines.subtitle,
        "cards": cards,
        "lines": list(lines.further),
        "source": lines.source,
        "rtl": rtl,
    }


capability = Capability(
    name="pack",
    command="pack",
    room=Room.SHELF,
    # Translators: in the menu, max:24
    title=_("Evidence pack"),
    # Translators: words that start this, separated by |.
    words=_("evidence pack|evidence|pack"),
    converse=pack,
)
