"""Exchange: somebody plans that people of both sides meet, and sees it as it comes before it is proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from handlers.audience_choice import able_group, ask_audience, below, describe, joined, names
from handlers.exchanges import exchange_cards, suggested
from handlers.exchanges.exchange_cards import KINDS, TELLING
from handlers.exchanges.suggested import Suggested
from handlers.labels import LANGUAGES, SIDES
from handlers.language import OFFERED, Place, Text, _, n_
from handlers.names import refuse_contact
from handlers.questions import Option
from handlers.registry import Capability, Room
from handlers.screening import screen
from handlers.talk import Talk
from handlers.topic_choice import ask_topics
from network import countries, exchanges, groups, invitees, planning
from network.audiences import Audience
from network.errors import Forbidden
from network.exchanges import SMALL, Kind, Rule, State
from network.groups import Group

TITLE, PURPOSE, BODY, PLACE, LINK, RULES = (5, 60), (20, 400), (3, 60), (3, 200), (8, 300), (10, 400)  # characters
LED = frozenset({Kind.LAUNCH, Kind.CAMPAIGN, Kind.CALL_IN})  # only verified coordinators call many together so (R075)
LENGTHS = (30, 60, 90, 120, 180, 480)  # minutes
MINE, NEAR, WIDER, CODES = "mine", "near", "wider", "codes"
OWN = "own"
NO_GROUP = _("Your groups have no coordinator from each side yet. Until then nobody plans an exchange in them.")
RULES_SHORT: dict[str, Text] = {
    # Translators: in a list, max:24. What was said may be told, not by whom.
    Rule.UNATTRIBUTED: _("What, never who"),
    # Translators: in a list, max:24. Nothing that is said may be told.
    Rule.CLOSED: _("Nothing"),
    # Translators: in a list, max:24. All that is said may be told.
    Rule.OPEN: _("What, and who"),
}
# Translators: button, max:20. Nothing is to be said to a question.
NONE = _("Nothing")


@dataclass(frozen=True)
class Plan:
    """What is planned, but where and for whom."""

    kind: str
    title: str
    purpose: str
    host: str
    partner: str
    languages: list[str]
    topics: tuple[str, ...]
    minutes: int
    telling: str
    rules: str
    sides: tuple[str, ...]


async def exchange(talk: Talk) -> None:
    """Ask for what an exchange needs, show it, and propose it."""
    group = await _group(talk)
    if group is None:
        return
    leads = group.id in {each.id for each in await talk.look(groups.coordinated_by, person=talk.person)}
    given = await suggested.of(talk)
    plan = await _plan(talk, given, leads=leads)
    place, link = await _where(talk)
    near = given.countries if given and leads else ()
    audience, capacity = await _whom(talk, group, plan.kind, near, leads=leads)
    await _preview(talk, plan, audience, capacity)
    question = _("Shall it be proposed like this?")
    # Translators: button, max:20
    if not await talk.confirm("sure", question, yes=_("Yes, propose it")):
        await talk.say(_("Nothing was proposed."))
        return
    me = await talk.member()
    what = {"group": group.id, "audience": audience, "capacity": capacity, "place": place, "link": link}
    what |= {**asdict(plan), "zone": countries.get(me.country).zone.key}
    await _propose(talk, await talk.do("draft", exchanges.draft, by=talk.person, **what))


async def _group(talk: Talk) -> Group | None:
    """Return the group in which it is planned: one of their own that has both sides."""
    mine = await talk.look(groups.of, person=talk.person)
    return await able_group(talk, "group", mine, _("In which group do you plan it?"), none=NO_GROUP)


async def _plan(talk: Talk, given: Suggested | None, *, leads: bool) -> Plan:
    kinds = [Option(kind, label) for kind, label in KINDS.items() if leads or kind not in LED]
    kind = await talk.choose("kind", _("People of both sides meet. What do they do together?"), kinds)
    title, purpose = await _words(talk, given)
    skip = None if kind == Kind.TRAINING else NONE  # both who convene a training are named (R067)
    host = await _body(talk, "host", _("Which organisation or service is the host? No person, please."), skip)
    partner = await _body(talk, "partner", _("And its partner from the other side?"), skip)
    languages = await ask_languages(talk)
    about = await ask_topics(talk, _("What is it about?"), known=(given.topic,) if given else ())
    telling = [Option(rule, label, TELLING[rule]) for rule, label in RULES_SHORT.items()]
    return Plan(
        kind=kind,
        title=title,
        purpose=purpose,
        host=host,
        partner=partner,
        languages=languages,
        topics=about,
        minutes=int(await talk.choose("minutes", _("How long does it last?"), lengths())),
        telling=await talk.choose("telling", _("What may those who come tell of it?"), telling),
        rules=await ask_rules(talk),
        sides=await _sides(talk),
    )


async def _words(talk: Talk, given: Suggested | None) -> tuple[str, str]:
    """Ask for the title and the purpose; those that are suggested can be taken."""
    title, purpose = _("What is it called, in a few words?"), _("What is it for? Please name no person and no place.")
    if given is None:
        return await written(talk, "title", title, TITLE), await written(talk, "purpose", purpose, PURPOSE)
    called = await suggested.words(talk, "title", title, TITLE, given.title)
    return called, await suggested.words(talk, "purpose", purpose, PURPOSE, given.purpose)


async def ask_languages(talk: Talk) -> list[str]:
    """Ask in which languages people speak."""
    offered = [Option(language, LANGUAGES[language]) for language in OFFERED]
    return await talk.choose_several("languages", _("In which languages?"), offered, at_least=1)


def lengths() -> list[Option]:
    """Return how long an exchange can last."""
    return [Option(str(minutes), exchange_cards.lasts(minutes)) for minutes in LENGTHS]


async def ask_rules(talk: Talk) -> str:
    """Ask for the ground rules, "" for none."""
    options = [
        # Translators: button, max:20. People speak in turn.
        Option(exchange_cards.ROUNDS, _("Rounds")),
        # Translators: button, max:20
        Option(OWN, _("My own words")),
    ]
    question = _(
        "Which ground rules go with it? Those of talking in rounds are: {rules}", rules=exchange_cards.IN_ROUNDS
    )
    way = await talk.choose("rules", question, options, skip=NONE)
    if way != OWN:
        return way
    return await written(talk, "own rules", _("Write the ground rules."), RULES)


async def _sides(talk: Talk) -> tuple[str, ...]:
    options = [Option(side, label) for side, label in SIDES.items()]
    question = _("Which sides shall be there? You are warned as long as nobody of one comes.")
    return tuple(await talk.choose_several("sides", question, options))


async def _where(talk: Talk) -> tuple[str, str]:
    """Ask for the place and the link, which only those read who come."""
    question = _("Where is it? Only those who come read this.")
    place = await talk.text("place", question, at_least=PLACE[0], at_most=PLACE[1], skip=NONE)
    question = _("Is there a link? Only those who come read this.")
    return place, await talk.text("link", question, at_least=LINK[0], at_most=LINK[1], skip=NONE)


async def _whom(
    talk: Talk, group: Group, kind: str, near: Sequence[str], *, leads: bool
) -> tuple[Audience | None, int]:
    """Ask who is invited, and for how many there are places (0: for everybody); ``near`` are countries suggested."""
    if kind == Kind.PRECONSULTATION:
        await talk.say(_("It is for a small list: you invite each with a code, and no message goes to many."))
        return None, await ask_places(talk, kind)
    options = [
        Option(MINE, (await names(talk)).get(group.id, group.code)),
        # Translators: in a list, max:24. Each gets a code that somebody hands over.
        Option(CODES, _("Only with a code")),
    ]
    # Translators: in a list, max:24. The members of countries that name the same problem.
    options += [Option(NEAR, _("The countries of it"), joined(map(Place, near)))] if near else []
    # Translators: in a list, max:24
    options += [Option(WIDER, _("Others too"))] if leads else []
    way = await talk.choose("whom", _("Who is invited?"), options)
    audience = Audience(groups=(group.id,)) if way == MINE else None
    if way == NEAR:
        audience = Audience(countries=tuple(near))
    if way == WIDER:
        audience = await ask_audience(talk, group)
    return audience, await ask_places(talk, kind)


async def ask_places(talk: Talk, kind: str) -> int:
    """Ask how many can come, 0 for as many as like to: of a small list they are few."""
    question = _("How many places are there?")
    if kind == Kind.PRECONSULTATION:
        return await talk.number("places", question, low=2, high=SMALL) or SMALL
    # Translators: button, max:20. So many may come as like to.
    return await talk.number("places", question, low=2, high=10_000, skip=_("No limit")) or 0


async def _preview(talk: Talk, plan: Plan, audience: Audience | None, capacity: int) -> None:
    """Show it as it comes, but where it is, and whom it is for."""
    await talk.say(_("{kind}: “{title}”\n{purpose}", kind=KINDS[plan.kind], title=plan.title, purpose=plan.purpose))
    await talk.say(exchange_cards.about(plan.topics, talk.language))
    if audience is None:
        await talk.say(_("Only who has a code is invited."))
    else:
        for line in describe(audience, talk.language, await names(talk)):
            await talk.say(line)
    for side in await _lacking(talk, plan, audience):
        await talk.say(_("Mind: nobody of this side is among those invited: {side}", side=SIDES[side]))
    if capacity:
        await talk.say(n_("There is {count} place.", "There are {count} places.", capacity))
    await talk.say(below(TELLING[plan.telling], exchange_cards.lasts(plan.minutes)))


async def _lacking(talk: Talk, plan: Plan, audience: Audience | None) -> list[str]:
    if audience is None:
        return []
    return await talk.look(invitees.lacking, audience=audience, sides=plan.sides)


async def _propose(talk: Talk, found: str) -> None:
    try:
        proposed = await talk.do("propose", planning.propose, exchange=found, by=talk.person)
    except Forbidden:
        await talk.say(NO_GROUP)
        return
    if proposed["state"] != State.PROPOSED:
        await talk.go("hosting", found)
    # Translators: button, max:20
    option = Option(f"decide:{proposed['approval']}", _("Read and decide"))
    news = _("An exchange is proposed and waits for your side’s decision.")
    await talk.tell("tell", proposed["deciders"], news, [option], about=talk.person)
    await talk.say(_("Thank you. Coordinators read it now, and you hear from them here; nobody is invited before."))


async def written(talk: Talk, key: str, question: Text, within: tuple[int, int]) -> str:
    """Ask for words that others will read, of so many characters."""
    return await talk.text(key, question, at_least=within[0], at_most=within[1], check=screen)


async def _body(talk: Talk, key: str, question: Text, skip: Text | None) -> str:
    def refuse(name: str) -> Text | None:
        return refuse_contact(name) or screen(name)

    return await talk.text(key, question, at_least=BODY[0], at_most=BODY[1], check=refuse, skip=skip)


capability = Capability(
    name="exchange",
    command="exchange",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24. A meeting of people of both sides.
    title=_("Plan an exchange"),
    # Translators: words that start this, separated by |.
    words=_("exchange|plan an exchange"),
    converse=exchange,
    contributes=True,
)
