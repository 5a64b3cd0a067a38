"""Session: a host of a series plans that those who are in it meet; the rest is as with every exchange."""

from __future__ import annotations

from handlers.exchanges import exchange_cards
from handlers.exchanges.exchange import LENGTHS, LINK, NONE, PLACE
from handlers.exchanges.exchange_cards import KINDS
from handlers.language import _
from handlers.questions import Option
from handlers.registry import Capability
from handlers.screening import screen
from handlers.series import series_acts, series_cards, series_hosting
from handlers.series.series_opening import TITLE
from handlers.talk import Talk
from network import countries, outputs, series
from network.errors import Conflict, Forbidden, Missing
from network.exchanges import Kind
from network.series import Level, Series

MEETINGS = (Kind.DIALOGUE, Kind.JOINT, Kind.VISIT, Kind.SCENARIO, Kind.FORUM)  # what people of a series do together
OVER = _("That is not possible any more, or not for you.")


async def plan(talk: Talk) -> None:
    """Warn of who is missing, ask for what a session needs, and go on with it as its host."""
    led = [each for each in await talk.look(series.mine, person=talk.person) if talk.person in each.hosts]
    found = next((each for each in led if each.id == talk.argument), None)
    if found is None:
        await talk.say(OVER)
        return
    if not talk.has_answer("kind"):
        await series_hosting.warn(talk, found)
    kinds = [Option(kind, KINDS[kind]) for kind in MEETINGS]
    kind = await talk.choose("kind", _("What do those who take part do together?"), kinds)
    title = await _title(talk, found)
    lengths = [Option(str(minutes), exchange_cards.lasts(minutes)) for minutes in LENGTHS]
    minutes = int(await talk.choose("minutes", _("How long does it last?"), lengths))
    question = _("Where is it? Only those who come read this.")
    place = await talk.text("place", question, at_least=PLACE[0], at_most=PLACE[1], skip=NONE)
    question = _("Is there a link? Only those who come read this.")
    link = await talk.text("link", question, at_least=LINK[0], at_most=LINK[1], skip=NONE)
    zone = countries.get((await talk.member()).country).zone.key
    given = {"kind": kind, "title": title, "minutes": minutes, "place": place, "link": link, "zone": zone}
    try:
        planned = await talk.do("plan", series_acts.planned, found=found.id, by=talk.person, **given)
    except (Conflict, Forbidden, Missing):
        await talk.say(OVER)
        return
    await talk.go("hosting", planned)


async def _title(talk: Talk, found: Series) -> str:
    """Ask what the session is called; the name of the workshop, or of the series, is offered."""
    usual = found.title
    name = outputs.expected(found)
    if found.level is Level.NATIONAL and name is not None:
        usual = talk.who.voice.say(series_cards.OUTPUTS[name])
    question = _("What is the session called? Without your words it is: “{title}”", title=usual)
    # Translators: button, max:20. A title is as it was said above.
    skip = _("Like that")
    written = await talk.text("title", question, at_least=TITLE[0], at_most=TITLE[1], check=screen, skip=skip)
    return written or usual


capability = Capability(
    name="session",
    command="session",
    # Translators: in the menu, max:24. An exchange of a dialogue of a year.
    title=_("Plan a session"),
    # Translators: words that start this, separated by |.
    words=_("session"),
    converse=plan,
    contributes=True,
    shown_in_menu=False,
    alone="series",
)
