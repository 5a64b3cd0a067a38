"""A poll on its way to be asked: what a coordinator has settled so far, and how each thing is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers import audience_choice, topic_choice
from handlers.labels import SIDES, language_label
from handlers.language import Text, _, n_
from handlers.polls import poll_wording
from handlers.polls.poll_labels import KIND_NOTES, KINDS, OPEN, OUTCOMES, SECRET, SHOWN, SHOWN_LINES
from handlers.polls.poll_wording import Wording
from handlers.talk import Option, Talk
from network import countries, groups, polls, topics
from network.audiences import Audience
from network.groups import Group
from network.polls import Poll

OPTIONED = ("one", "several", "ranking", "scale")  # kinds whose answers are written
LIMITED = ("several", "ranking")  # kinds in which more than one is chosen
DAYS = (2, 7, 14)  # open for so long
LONGEST, LATEST = timedelta(days=60), timedelta(days=365)
OPENS, CLOSES = time(9), time(18)  # by the wall clock of the coordinator's country
REMINDED = timedelta(days=1)  # before it closes


@dataclass(frozen=True)
class Plan:
    """What is settled. ``opens_at`` None, or past: as soon as it may. Quorum: people wanted of a side, 0 for any."""

    kind: str
    wording: Wording
    most: int = 0
    group: str = ""  # the id of the one that asks
    audience: Audience = field(default_factory=Audience)
    opens_at: datetime | None = None
    open_for: timedelta = timedelta(days=7)
    secret: bool = True
    shown: str = "close"
    reminder: bool = True
    quorum: Mapping[str, int] = field(default_factory=dict)
    adds: bool = False  # members may add answers
    months: int = 0  # it comes again after so many
    topic: str = ""
    outcomes: tuple[str, ...] = ()
    blueprint: str = ""

    @property
    def places(self) -> int:
        """How many may be chosen, or ranked, at most; 0 of several: any number."""
        many = len(self.wording.options)
        return min(self.most or (many if self.kind == "ranking" else 0), many)

    @property
    def wanted(self) -> dict[str, int]:
        """How many of each side must take part: of none, where one side alone is asked."""
        return {} if self.audience.sides else {side: many for side, many in self.quorum.items() if many}

    def closes_at(self, now: datetime) -> datetime:
        """Return when it closes."""
        return max(self.opens_at or now, now) + self.open_for


def of(found: Poll, now: datetime) -> Plan:
    """Return what is settled of a poll that was made, or proposed, before."""
    plan, given = found.plan, tuple(choice.words for choice in found.choices)
    return Plan(
        plan.kind.value,
        Wording(found.question, given if plan.kind.value in OPTIONED else ()),
        most=plan.most,
        audience=plan.audience,
        opens_at=plan.opens_at,
        open_for=plan.closes_at - (plan.opens_at or now),
        secret=plan.secret,
        shown=plan.shown.value,
        reminder=plan.remind_at is not None,
        quorum=plan.quorum,
        adds=plan.adding,
        months=plan.months,
        topic=plan.topic,
        outcomes=tuple(plan.tags),
        blueprint=plan.template,
    )


async def ask(talk: Talk, plan: Plan, name: str, turn: str = "") -> Plan:
    """Ask for one thing, again in a later ``turn``, and return the plan with it."""
    return await _ASKERS[name](talk, plan, turn)


async def ask_kind(talk: Talk) -> tuple[str, Wording]:
    """Ask what kind of poll it is, and for its words."""
    kinds = [Option(kind, label, KIND_NOTES[kind]) for kind, label in KINDS.items()]
    kind = await talk.choose("kind", _("How shall people answer?"), kinds)
    return kind, await poll_wording.ask(talk, has_options=kind in OPTIONED)


async def _words(talk: Talk, plan: Plan, turn: str) -> Plan:
    return replace(plan, wording=await poll_wording.ask(talk, has_options=plan.kind in OPTIONED, turn=turn))


async def _most(talk: Talk, plan: Plan, turn: str) -> Plan:
    """Ask how many may be chosen."""
    many = len(plan.wording.options)
    question = _("How many may one person choose at most? From {low} to {high}.", low=2, high=many)
    if plan.kind == "ranking":
        question = _("How many places shall be filled? From {low} to {high}; three are easy to give.", low=2, high=many)
    return replace(plan, most=await talk.number(f"most{turn}", question, low=2, high=many) or many)


async def speaker(talk: Talk) -> Group | None:
    """Return the group for which a coordinator asks; None where none has a coordinator of each side."""
    mine = await talk.look(groups.coordinated_by, person=talk.person)
    able = {group.id: group for group in mine if await talk.look(groups.has_both_sides, group=group.id)}
    if len(able) > 1:
        called = await audience_choice.names(talk)
        options = [Option(group, called[group]) for group in able]
        return able[await talk.choose("speaker", _("For which group do you speak?"), options)]
    return next(iter(able.values()), None)


async def _audience(talk: Talk, plan: Plan, turn: str) -> Plan:
    """Ask whom it asks, as of a broadcast."""
    group = await talk.look(groups.get, group=plan.group)
    return replace(plan, audience=await audience_choice.ask_audience(talk, group, turn=turn))


async def _times(talk: Talk, plan: Plan, turn: str) -> Plan:
    """Ask when it opens, and for how long."""
    zone = await zone_of(talk)
    today = talk.now.astimezone(zone).date()
    options = [
        # Translators: button, max:20. When a poll opens.
        Option("now", _("Now")),
        # Translators: button, max:20. At nine o’clock.
        Option("tomorrow", _("Tomorrow at 9")),
        # Translators: button, max:20
        Option("other", _("Another day")),
    ]
    when = await talk.choose(f"opens{turn}", _("When does it open?"), options)
    opens_at = None if when == "now" else _at(today + timedelta(days=1), OPENS, zone)
    if when == "other":
        question = _("On which day? It opens at 9 in the morning, your country’s time.")
        first, last = today + timedelta(days=1), today + LATEST
        opens_at = _at(await talk.date(f"opening{turn}", question, earliest=first, latest=last) or first, OPENS, zone)
    return replace(plan, opens_at=opens_at, open_for=await _open_for(talk, opens_at or talk.now, zone, turn))


async def _open_for(talk: Talk, opens_at: datetime, zone: ZoneInfo, turn: str) -> timedelta:
    days = [Option(str(each), n_("{count} day", "{count} days", each)) for each in DAYS]
    # Translators: in a list, max:24
    until = Option("until", _("Until a certain day"))
    chosen = await talk.choose(f"open for{turn}", _("How long does it stay open?"), [*days, until])
    if chosen != "until":
        return timedelta(days=int(chosen))
    first = opens_at.astimezone(zone).date() + timedelta(days=1)
    question = _("Until which day? It closes at 6 in the evening, your country’s time.")
    day = await talk.date(f"closing{turn}", question, earliest=first, latest=first + LONGEST)
    return _at(day or first, CLOSES, zone) - opens_at


async def _secret(talk: Talk, plan: Plan, turn: str) -> Plan:
    """Ask whether it is secret, in words that say what that means; results of a secret one come at its close."""
    question = _("{secret}\n\n{open}\n\nWhich shall it be?", secret=SECRET, open=OPEN)
    # Translators: button, max:20
    secret, openly = Option("secret", _("Secret")), Option("open", _("Open"))
    if await talk.choose(f"secret{turn}", question, [secret, openly]) == "secret":
        return replace(plan, secret=True, shown="close")
    shown = [Option(key, label) for key, label in SHOWN.items()]
    return replace(plan, secret=False, shown=await talk.choose(f"shown{turn}", _("When are the results shown?"), shown))


async def _quorum(talk: Talk, plan: Plan, turn: str) -> Plan:
    """Ask of each side how many must take part."""
    wanted = {}
    for side, label in SIDES.items():
        question = _("{side}: how many must take part for the poll to count? 0: any number.", side=label)
        wanted[side] = await talk.number(f"quorum {side}{turn}", question, low=0, high=10_000) or 0
    return replace(plan, quorum=wanted)


async def _adds(talk: Talk, plan: Plan, turn: str) -> Plan:
    question = _("May members add answers of their own? They are screened, and shown to whoever answers later.")
    return replace(plan, adds=await talk.confirm(f"adds{turn}", question))


async def _reminder(talk: Talk, plan: Plan, turn: str) -> Plan:
    question = _("Shall those who have not answered be reminded once, a day before it closes?")
    return replace(plan, reminder=await talk.confirm(f"reminder{turn}", question))


async def _repeat(talk: Talk, plan: Plan, turn: str) -> Plan:
    # Translators: button, max:20. A poll is asked once.
    once = Option("0", _("No, once"))
    again = [Option(str(each), n_("Every {count} month", "Every {count} months", each)) for each in (6, 12)]
    question = _("Shall it be asked again, and the results put beside the earlier ones?")
    return replace(plan, months=int(await talk.choose(f"months{turn}", question, [once, *again])))


async def _about(talk: Talk, plan: Plan, turn: str) -> Plan:
    """Ask what it tells of, and its topic: it is found under that, and stands in evidence packs."""
    options = [Option(code, label) for code, label in OUTCOMES.items()]
    outcomes = await talk.choose_several(f"outcomes{turn}", _("What does it tell of?"), options)
    question = _("Which field is it about? Its results can then stand in evidence packs.")
    topic = await topic_choice.ask_topic(talk, question, place=f"about{turn}")
    return replace(plan, outcomes=tuple(outcomes), topic=topic)


def lines(plan: Plan, *, language: str, named: Mapping[str, str], now: datetime, zone: ZoneInfo) -> list[Text]:
    """Return what is settled, a line for each thing; ``named`` are the names of the groups, by id."""
    said = list(audience_choice.describe(plan.audience, language, named))
    closes = plan.closes_at(now).astimezone(zone)
    if plan.opens_at is not None:
        opens = plan.opens_at.astimezone(zone)
        said.append(_("Opens on {day} at {time}.", day=opens.date(), time=opens.time()))
    said.append(_("Closes on {day} at {time}.", day=closes.date(), time=closes.time()))
    said.append(_("It is secret.") if plan.secret else _("It is open: choices are kept with the membership."))
    said.append(SHOWN_LINES[plan.shown])
    if plan.places and plan.kind in LIMITED:
        said.append(n_("Up to {count} can be chosen.", "Up to {count} can be chosen.", plan.places))
    if plan.reminder:
        said.append(_("One reminder, a day before it closes, to those who have not answered."))
    said += [
        # Translators: {side} is such as "Civil society"; below which number of its people a poll does not count.
        _("{side}: it counts from {count}.", side=SIDES[side], count=many)
        for side, many in plan.wanted.items()
    ]
    if plan.adds:
        said.append(_("Members may add answers."))
    if plan.months:
        said.append(n_("Asked again after {count} month.", "Asked again after {count} months.", plan.months))
    if plan.topic:
        said.append(_("Topic: {topic}", topic=topics.label(plan.topic, language)))
    said += [
        _("Not written in {language}: its readers see it as it is.", language=language_label(each))
        for each in plan.wording.missing
    ]
    return said


def engine(plan: Plan, *, now: datetime, zone: str) -> polls.Plan:
    """Return it as the network keeps it; a day before it closes those who have not answered are reminded."""
    closes_at = plan.closes_at(now)
    opens_at = plan.opens_at if plan.opens_at and plan.opens_at > now else None
    remind_at = closes_at - REMINDED if plan.reminder and closes_at - REMINDED > (opens_at or now) else None
    return polls.Plan(
        closes_at=closes_at,
        kind=polls.Kind(plan.kind),
        most=plan.most,
        secret=plan.secret,
        shown=polls.Shown(plan.shown),
        audience=plan.audience,
        opens_at=opens_at,
        remind_at=remind_at,
        quorum=plan.wanted,
        adding=plan.adds,
        months=plan.months,
        zone=zone,
        template=plan.blueprint,
        topic=plan.topic,
        tags=plan.outcomes,
    )


def changes(plan: Plan) -> list[Option]:
    """Return what can be changed before it is asked."""
    offered = (
        # Translators: in a list, max:24
        (Option("words", _("The words")), not plan.blueprint),
        # Translators: in a list, max:24
        (Option("most", _("How many choices")), plan.kind in LIMITED and not plan.blueprint),
        # Translators: in a list, max:24
        (Option("audience", _("Who is asked")), True),
        # Translators: in a list, max:24
        (Option("times", _("When")), True),
        # Translators: in a list, max:24
        (Option("secret", _("Secret, and when shown")), True),
        # Translators: in a list, max:24
        (Option("reminder", _("The reminder")), True),
        # Translators: in a list, max:24
        (Option("quorum", _("How many must answer")), not plan.audience.sides),
        # Translators: in a list, max:24
        (Option("adds", _("Answers by members")), plan.kind in {"one", "several"}),
        # Translators: in a list, max:24
        (Option("repeat", _("Asking again")), plan.blueprint != "commitment"),
        # Translators: in a list, max:24
        (Option("about", _("Its topic and purpose")), not plan.blueprint),
    )
    return [option for option, here in offered if here]


async def zone_of(talk: Talk) -> ZoneInfo:
    """Return the zone of the country of the one who writes."""
    me = await talk.member()
    return countries.get(me.country).zone if countries.known(me.country) else ZoneInfo("UTC")


def morning(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which a poll opens on a day."""
    return _at(day, OPENS, zone)


def _at(day: date, hour: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, hour, tzinfo=zone).astimezone(UTC)


_ASKERS = {
    "words": _words,
    "most": _most,
    "audience": _audience,
    "times": _times,
    "secret": _secret,
    "reminder": _reminder,
    "quorum": _quorum,
    "adds": _adds,
    "repeat": _repeat,
    "about": _about,
}
