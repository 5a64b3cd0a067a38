"""Find the practices of others: by words, by what is known of them, or the newest; and narrow what was found."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from handlers import labels
from handlers.language import Text, Words, _, n_
from handlers.me.about_me import country_options
from handlers.practices import cards, reading
from handlers.registry import Capability
from handlers.talk import Option, Talk
from handlers.topic_choice import ask_topic
from network import concepts, countries, search, topics
from network.facts import KINDS
from network.practices import Practice
from network.search import SHOWN_AT_MOST, Wish

OPENED = "id:"  # stands before the id of a practice that a notice leads to
LONGEST = 100  # characters of a search
TOPICS_SHOWN = 3
GLADLY = _("Gladly. Write “menu” for anything else.")


async def find(talk: Talk) -> None:
    """Search and read, as often as one likes."""
    if talk.argument.startswith(OPENED):
        await talk.go("practice", talk.argument.removeprefix(OPENED))
    for turn in count():
        if not await _look(talk, str(turn), await _wish(talk, turn)):
            await talk.say(GLADLY)
            return


async def _wish(talk: Talk, turn: int) -> Wish:
    if turn == 0 and talk.argument:
        return Wish(words=talk.argument[:LONGEST])
    ways = [
        Option("words", _("Search by words")),
        Option("topics", _("By topic")),
        Option("countries", _("By country")),
        Option("zones", _("By border zone")),
        Option("sides", _("By side")),
        Option("kinds", _("By kind")),
        Option("stages", _("By stage")),
        Option("evidence", _("By evidence")),
        Option("newest", _("The newest")),
    ]
    way = await talk.choose(f"way[{turn}]", _("How do you want to look for practices?"), ways)
    if way == "newest":
        return Wish()
    if way == "words":
        question = _("What are you looking for? Write a few words, in any language.")
        return Wish(words=await talk.text(f"words[{turn}]", question, at_least=2, at_most=LONGEST))
    return Wish().narrowed(way, await _ask(talk, turn, way))


async def _ask(talk: Talk, turn: int, way: str) -> str:
    """Ask for the value of one field."""
    key = f"{way}[{turn}]"
    if way == "topics":
        return await ask_topic(talk, _("Which field are you interested in?"), place=turn)
    if way == "countries":
        return await talk.choose(key, _("Which country?"), country_options(talk.language), search=True)
    if way == "zones":
        zones = [Option(zone, countries.zone_name(zone, talk.language)) for zone in countries.zones()]
        return await talk.choose(key, _("Which border zone?"), zones, search=True)
    options = [Option(code, label) for code, label in VALUES[way].items()]
    return await talk.choose(key, QUESTIONS[way], options)


async def _look(talk: Talk, place: str, wish: Wish) -> bool:
    """Show what answers a wish, narrowed as often as is wanted; return whether a new search is."""
    for step in count():
        here = f"{place}.{step}"
        found = await talk.read(f"results[{here}]", search.find, wish=wish, language=talk.language)
        if not found:
            return await _try_again(talk, here, wish)
        what = await _browse(talk, here, wish, found)
        if what != "narrow":
            return what == "new"
        wish = await _narrowed(talk, here, wish)
    return False


async def _browse(talk: Talk, place: str, wish: Wish, found: Sequence[Practice]) -> str:
    """Open those practices that are chosen; return what is wanted instead of another one."""
    options = [Option(practice.id, practice.title, _card(practice, talk.language)) for practice in found]
    for turn in count():
        # Translators: button, max:20. Beside a list of what was found: to narrow it, or to search anew.
        chosen = await talk.choose(f"open[{place}.{turn}]", _counted(len(found)), options, skip=_("Other choices"))
        if chosen:
            await reading.open_by_id(talk, chosen, place=f"read[{place}.{turn}]")
            continue
        what = await talk.choose(f"else[{place}.{turn}]", _("What next?"), _onwards(wish, len(found)))
        if what != "back":
            return what
    return "end"


def _counted(found: int) -> Text:
    if found == SHOWN_AT_MOST:
        return n_("The first {count} practice. Choose it to read it.", "The first {count} practices. Which one?", found)
    return n_("{count} practice found. Choose it to read it.", "{count} practices found. Which one?", found)


def _onwards(wish: Wish, found: int) -> list[Option]:
    # Translators: button, max:20. To see fewer of the results: those of one country, for example.
    narrow = [Option("narrow", _("Narrow the list"))] if found > 1 and _open_fields(wish) else []
    return [
        *narrow,
        # Translators: button, max:20
        Option("new", _("New search")),
        # Translators: button, max:20
        Option("back", _("Back to results")),
        # Translators: button, max:20
        Option("end", _("That is all")),
    ]


async def _narrowed(talk: Talk, place: str, wish: Wish) -> Wish:
    """Ask by what the list shall be narrowed, with how many would remain; return the narrower wish."""
    for turn in count():
        here = f"{place}.{turn}"
        fields = [Option(by, BY[by]) for by in _open_fields(wish)]
        by = await talk.choose(f"by[{here}]", _("Narrow the list by what?"), fields)
        remaining = await talk.read(f"remaining[{here}]", search.narrower, wish=wish, by=by)
        if not remaining:
            await talk.say(_("That is not known of any of them."))
            continue
        options = [
            Option(value, _label(by, value, talk.language), n_("{count} practice", "{count} practices", number))
            for value, number in remaining.items()
        ]
        value = await talk.choose(f"value[{here}]", _("Choose one:"), options, search=True)
        return wish.narrowed(by, value)
    return wish


async def _try_again(talk: Talk, place: str, wish: Wish) -> bool:
    """Say what may help where nothing was found; return whether a new search is wanted."""
    await talk.say(_("Nothing found yet. Fewer or other words may help."))
    named = concepts.topics_in(wish.words)[:TOPICS_SHOWN]
    options = [
        *(Option(code, topics.label(code, talk.language)) for code in named),
        # Translators: button, max:20
        Option("new", _("Search again")),
        # Translators: button, max:20. To put a question to the members.
        Option("ask", _("Ask the network")),
        # Translators: button, max:20
        Option("end", _("Not now")),
    ]
    what = await talk.choose(f"again[{place}]", _("What next?"), options)
    if what == "ask":
        await talk.go("ask")
    if what in named:
        return await _look(talk, f"{place}.topic", Wish(topics=(what,)))
    return what == "new"


def _open_fields(wish: Wish) -> list[str]:
    """Return the fields by which a wish does not narrow yet."""
    return [by for by in BY if not getattr(wish, by)]


def _card(practice: Practice, language: str) -> Words:
    """Return what a list says below a title: where, on what, how far it has come, how well it is known."""
    facts = practice.facts
    said: Words = cards.short_note(practice, language)
    more: list[Words] = []
    if facts.kind != KINDS[0]:
        more.append(labels.KINDS[facts.kind])
    if facts.stage:
        more.append(labels.STAGES[facts.stage])
    if facts.evidence:
        more.append(labels.EVIDENCE[facts.evidence])
    if practice.language != language:
        more.append(labels.language_label(practice.language))
    for words in more:
        said = _("{above} · {more}", above=said, more=words)
    return said


def _label(by: str, value: str, language: str) -> Words:
    if by == "topics":
        return topics.label(value, language)
    if by == "countries":
        return countries.name(value, language)
    if by == "zones":
        return countries.zone_name(value, language)
    return VALUES[by].get(value, value)


VALUES: dict[str, dict[str, Text]] = {
    "sides": labels.SIDES,
    "kinds": labels.KINDS,
    "stages": labels.STAGES,
    "evidence": labels.EVIDENCE,
}
QUESTIONS: dict[str, Text] = {
    "sides": _("Shared by which side? Only where its author lets it be said."),
    "kinds": _("Which kind?"),
    "stages": _("How far has it come?"),
    "evidence": _("How well is the result known?"),
}
BY: dict[str, Text] = {
    # Translators: in a list, max:24. A list is narrowed by this.
    "topics": _("Topic"),
    # Translators: in a list, max:24
    "countries": _("Country"),
    # Translators: in a list, max:24
    "zones": _("Border zone"),
    # Translators: in a list, max:24. Official or civil society.
    "sides": _("Side"),
    # Translators: in a list, max:24. A practice, what did not work, a barrier.
    "kinds": _("Kind"),
    # Translators: in a list, max:24
    "stages": _("Stage"),
    # Translators: in a list, max:24
    "evidence": _("Evidence"),
}

capability = Capability(
    name="find",
    command="find",
    # Translators: in the menu, max:24
    title=_("Find practices"),
    # Translators: words that start this, separated by |.
    words=_("find|search|practices"),
    converse=find,
    by_link=True,
    anew=True,
)
