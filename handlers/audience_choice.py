"""Choose an audience: a coordinator says who is meant, and sees each time exactly how many that is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from itertools import count

from handlers.labels import LANGUAGES, SIDES
from handlers.language import OFFERED, Place, Text, _, n_
from handlers.me.about_me import country_options
from handlers.talk import Option, Talk
from network import audiences, charters, countries, groups, topics
from network.audiences import Audience
from network.folding import fold
from network.groups import Group

EVERYBODY, SEVERAL = "everybody", "several"
FIELDS: dict[str, Text] = {
    # Translators: in a list, max:24. By what an audience is narrowed.
    "countries": _("Only some countries"),
    # Translators: in a list, max:24
    "sides": _("Only one side"),
    # Translators: in a list, max:24
    "topics": _("Only who follow topics"),
    # Translators: in a list, max:24
    "languages": _("Only some languages"),
    # Translators: in a list, max:24
    "without_countries": _("Leave out countries"),
    # Translators: in a list, max:24
    "without_groups": _("Leave out groups"),
    # Translators: in a list, max:24. Two countries on both sides of a border.
    "zone": _("Only a border zone"),
}
QUESTIONS: dict[str, Text] = {
    "groups": _("Which groups?"),
    "countries": _("Which countries?"),
    "sides": _("Which side?"),
    "topics": _("Which fields? Whoever follows the field, or a topic of it, is meant."),
    "languages": _("Readers of which languages?"),
    "without_countries": _("Which countries are left out?"),
    "without_groups": _("The members of which groups are left out?"),
    "zone": _("Which border zone? The members of both its countries are meant."),
}


async def ask_audience(talk: Talk, speaker: Group, *, turn: str = "") -> Audience:
    """Ask who is meant, narrowed as often as one likes; ``speaker`` is the group for which the person speaks."""
    audience = await _begun(talk, speaker, turn)
    for step in count():
        place = f"{turn}[{step}]"
        many = await talk.read(f"many{place}", audiences.count, audience=audience, hearing=True)
        await talk.say(reduce(below, describe(audience, talk.language, await names(talk))))
        # Translators: in a list, max:24. An audience is as it shall be.
        options = [Option("ready", _("That is right"))] if many else []
        options += [Option(name, label) for name, label in FIELDS.items()]
        # Translators: in a list, max:24. To choose an audience from the beginning.
        options.append(Option("anew", _("Choose anew")))
        wish = await talk.choose(f"who{place}", counted(many), options)
        if wish == "ready":
            return audience
        if wish == "anew":
            audience = await _begun(talk, speaker, place)
        else:
            audience = await _narrowed(talk, audience, wish, place)
    return audience


def counted(many: int) -> Text:
    """Return how many members are meant."""
    if not many:
        return _("That is nobody. Whoever stopped messages, or silenced the group, is never meant.")
    return n_("That is exactly {count} member.", "That is exactly {count} members.", many)


def describe(audience: Audience, language: str, called: Mapping[str, str]) -> Iterator[Text]:
    """Yield who is meant, a line for each field; ``called`` are the names of the groups, by id."""
    if audience.groups:
        yield _("For: {whom}", whom=joined(called.get(each, "") for each in audience.groups))
    else:
        yield _("For the whole network")
    if audience.countries:
        yield _("Countries: {countries}", countries=joined(map(Place, audience.countries)))
    if audience.sides:
        yield _("Side: {side}", side=joined(SIDES[side] for side in audience.sides))
    if audience.topics:
        yield _("Topics: {topics}", topics=joined(topics.label(code, language) for code in audience.topics))
    if audience.languages:
        yield _("Languages: {languages}", languages=joined(LANGUAGES[each] for each in audience.languages))
    if audience.series:
        yield _("Only those who take part in the dialogue")
    left_out: list[Place | str] = list(map(Place, audience.without_countries))
    left_out += [called.get(each, "") for each in audience.without_groups]
    if left_out:
        yield _("Left out: {whom}", whom=joined(left_out))


async def _begun(talk: Talk, speaker: Group, turn: str) -> Audience:
    options = [
        Option(speaker.id, (await names(talk))[speaker.id]),
        # Translators: in a list, max:24
        Option(SEVERAL, _("Other groups")),
        # Translators: in a list, max:24
        Option(EVERYBODY, _("The whole network")),
    ]
    question = _("Whom is it for? Beyond your group it needs the yes of a coordinator of the other side.")
    chosen = await talk.choose(f"audience{turn}", question, options)
    if chosen == EVERYBODY:
        return Audience()
    if chosen == SEVERAL:
        every = [Option(group, name) for group, name in (await names(talk)).items()]
        several = await talk.choose_several(f"groups{turn}", QUESTIONS["groups"], every, at_least=1, search=True)
        return Audience(groups=tuple(several))
    return Audience(groups=(chosen,))


async def _narrowed(talk: Talk, audience: Audience, name: str, place: str) -> Audience:
    options = await _values(talk, name)
    key = f"{name}{place}"
    if name == "sides":
        return replace(audience, sides=(await talk.choose(key, QUESTIONS[name], options),))
    search = name.endswith(("countries", "groups"))
    if name == "zone":
        zone = await talk.choose(key, QUESTIONS[name], options, search=True)
        return replace(audience, countries=tuple(zone.split("-")))
    chosen = await talk.choose_several(key, QUESTIONS[name], options, search=search)
    return replace(audience, **{name: tuple(chosen)})


async def _values(talk: Talk, name: str) -> list[Option]:
    if name.endswith("countries"):
        return country_options(talk.language)
    if name == "without_groups":
        return [Option(group, label) for group, label in (await names(talk)).items()]
    if name == "sides":
        return [Option(side, label) for side, label in SIDES.items()]
    if name == "zone":
        return [Option(zone, countries.zone_name(zone, talk.language)) for zone in countries.zones()]
    if name == "topics":
        return [Option(root.code, topics.label(root.code, talk.language)) for root in topics.roots()]
    return [Option(language, LANGUAGES[language]) for language in OFFERED]


async def able_group(talk: Talk, key: str, mine: Sequence[Group], question: Text, *, none: Text) -> Group | None:
    """Return the one of these groups that is meant, of those with both sides; say ``none`` where there is none."""
    able = [each for each in mine if await talk.look(groups.has_both_sides, group=each.id)]
    if not able:
        await talk.say(none)
        return None
    if len(able) == 1:
        return able[0]
    called = await names(talk)
    options = [Option(each.id, called.get(each.id, each.code)) for each in able]
    chosen = await talk.choose(key, question, options, search=True)
    return next(each for each in able if each.id == chosen)


async def names(talk: Talk) -> dict[str, str]:
    """Return what every group is called, by its id, in the order of the names."""
    every = await talk.look(charters.many, found=await talk.look(groups.every))
    called = {charter.id: charter.name(talk.language) for charter in every}
    return dict(sorted(called.items(), key=lambda item: fold(item[1])))


def joined(values: Iterable[Text | Place | str]) -> Text | str:
    """Return values one after the other."""
    said: Text | str = ""
    for value in values:
        said = _("{above} · {more}", above=said, more=value) if said else _("{one}", one=value)
    return said


def below(above: Text, line: Text) -> Text:
    """Return a text with a line below it."""
    return _("{above}\n{line}", above=above, line=line)
