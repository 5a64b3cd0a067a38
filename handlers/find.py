"""Find the practices of others: by words, by topic, by country, or the newest."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from handlers import cards
from handlers.about_me import country_options
from handlers.language import _, n_
from handlers.registry import Capability
from handlers.talk import Option, Talk
from handlers.topic_choice import ask_topic
from network import attribution, practices, search
from network.practices import Practice
from network.search import Wish

OPENED = "id:"  # stands before the id of a practice that a notice leads to
GLADLY = _("Gladly. Write “menu” for anything else.")


async def find(talk: Talk) -> None:
    """Search and read, as often as one likes."""
    if talk.argument.startswith(OPENED) and await _open_one(talk, talk.argument.removeprefix(OPENED)) == "end":
        await talk.say(GLADLY)
        return
    for turn in count():
        wish = await _wish(talk, turn)
        found = await talk.read(
            f"results[{turn}]",
            search.find,
            wish=wish,
            language=talk.language,
        )
        if not (await _browse(talk, turn, found) if found else await _try_again(talk, turn)):
            await talk.say(GLADLY)
            return


async def _wish(talk: Talk, search: int) -> Wish:
    if search == 0 and talk.argument and not talk.argument.startswith(OPENED):
        return Wish(words=talk.argument)
    ways = [
        Option("words", _("Search by words")),
        Option("newest", _("The newest")),
        Option("topic", _("By topic")),
        Option("country", _("By country")),
    ]
    way = await talk.choose(f"way[{search}]", _("How do you want to look for practices?"), ways)
    if way == "words":
        question = _("What are you looking for? Write a few words, in any language.")
        return Wish(words=await talk.text(f"words[{search}]", question, at_least=2, at_most=100))
    if way == "topic":
        return Wish(topics=(await ask_topic(talk, _("Which field are you interested in?"), place=search),))
    if way == "country":
        options = country_options(talk.language)
        return Wish(countries=(await talk.choose(f"country[{search}]", _("Which country?"), options, search=True),))
    return Wish()


async def _browse(talk: Talk, search: int, found: Sequence[Practice]) -> bool:
    """Show the results and open those chosen; return whether a new search is wanted."""
    by_id = {practice.id: practice for practice in found}
    options = [Option(practice.id, practice.title, cards.short_note(practice, talk.language)) for practice in found]
    question = n_("{count} practice found. Choose it to read it.", "{count} practices found. Which one?", len(found))
    for turn in count():
        # Translators: button, max:20
        chosen = await talk.choose(f"open[{search}.{turn}]", question, options, skip=_("New search"))
        if not chosen:
            return True
        await _show(talk, by_id[chosen])
        # Translators: button, max:20
        back = Option("back", _("Back to results"))
        after = await talk.choose(f"after[{search}.{turn}]", _("What next?"), [back, *_onwards()])
        if after != "back":
            return after == "new"
    return False


async def _try_again(talk: Talk, search: int) -> bool:
    question = _("Nothing found yet. Fewer or other words may help.")
    # Translators: button, max:20
    return await talk.confirm(f"again[{search}]", question, yes=_("Search again"), no=_("Not now"))


async def _open_one(talk: Talk, practice: str) -> str:
    """Show the one practice that a notice led to; return what is wanted next."""
    found = await talk.look(practices.published, ids=[practice], language=talk.language)
    if not found:
        await talk.say(_("This practice is not there any more."))
        return "new"
    await _show(talk, found[0])
    return await talk.choose("after", _("What next?"), _onwards())


async def _show(talk: Talk, practice: Practice) -> None:
    shown = await talk.look(attribution.of, practice=practice.id)
    for part in cards.whole(practice, shown, talk.language):
        await talk.say(part)


def _onwards() -> list[Option]:
    return [
        # Translators: button, max:20
        Option("new", _("New search")),
        # Translators: button, max:20
        Option("end", _("That is all")),
    ]


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
