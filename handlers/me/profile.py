"""The profile: what a member said of themselves, and how to change each thing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from handlers.labels import service_label, side_label
from handlers.language import Text, Words, _
from handlers.me.about_me import (
    ask_locality,
    ask_organisation,
    ask_role,
    ask_topics,
    ask_visibility,
    country_options,
    service_options,
)
from handlers.me.join import ask_coordinators
from handlers.me.quiet import describe
from handlers.names import ask_name
from handlers.registry import Capability, ForWhom, Room
from handlers.talk import Option, Talk
from network import approvals, countries, groups, joining, members, topics
from network.members import Member, State

NOTHING = "–"

ROLES: dict[str, Text] = {"command": _("in command of a unit"), "serve": _("in a unit")}

VISIBILITIES: dict[str, Text] = {
    # Translators: button, max:20. Members see name and service.
    "open": _("Name and service"),
    # Translators: button, max:20. Members see neither name nor service.
    "private": _("Private mode"),
}

DIGITS: dict[str, Text] = {
    # Translators: button, max:20. The digits of Latin script: {sample} is "1 2 3".
    "latn": _("Latin ({sample})", sample="1 2 3"),
    # Translators: button, max:20. The digits of Arabic script: {sample} is "١ ٢ ٣".
    "arab": _("Arabic ({sample})", sample="١ ٢ ٣"),
}


async def profile(talk: Talk) -> None:
    """Show the card, and change one thing after another until the member is content."""
    turn = 0
    while True:
        what = await talk.choose(f"what[{turn}]", await card(talk), _changes(await talk.member()))
        if what == "done":
            await talk.say(_("Your profile is up to date."))
            return
        if what == "side":
            await _change_side(talk)
            return
        await CHANGES[what](talk, f"[{turn}]")
        turn += 1


async def card(talk: Talk) -> Text:
    """Return what a member said of themselves, for their own eyes."""
    me = await talk.member()
    followed = await talk.look(topics.followed, person=talk.person)
    named = " · ".join(topics.label(code, talk.language) for code in followed)
    return _(
        "Your profile\n\n"
        "Name: {name}\n"
        "Country: {country}\n"
        "Side: {side}\n"
        "Service: {service}\n"
        "Members see: {visibility}\n"
        "Organisation: {organisation}\n"
        "Town or district: {locality}\n"
        "Topics: {topics}\n"
        "Digits: {digits}\n"
        "{quiet}",
        name=me.name or NOTHING,
        country=countries.name(me.country, talk.language) if me.country else NOTHING,
        side=side_label(me.side) or NOTHING,
        service=_service(me),
        visibility=VISIBILITIES[me.visibility],
        organisation=me.organisation or NOTHING,
        locality=me.locality or NOTHING,
        topics=named or NOTHING,
        digits=DIGITS[me.digits],
        quiet=describe(me.quiet_from, me.quiet_until),
    )


def _service(me: Member) -> Words:
    """Return the service, with the part in it where there is one."""
    label = service_label(me.service) or NOTHING
    return _("{service} · {role}", service=label, role=ROLES[me.role]) if me.role else label


def _changes(me: Member) -> list[Option]:
    """Return what can be changed; who has not said yet where they stand says it by joining."""
    hidden = {"country", "service", "side", "visibility"} if me.state is State.JOINING else set()
    return [option for option in _everything() if option.key not in hidden]


def _everything() -> list[Option]:
    return [
        # Translators: button, max:24. Nothing (more) to change.
        Option("done", _("All is well")),
        # Translators: button, max:24
        Option("name", _("Name")),
        # Translators: button, max:24
        Option("country", _("Country")),
        # Translators: button, max:24
        Option("service", _("Service")),
        # Translators: button, max:24
        Option("side", _("Side")),
        # Translators: button, max:24
        Option("visibility", _("What members see")),
        # Translators: button, max:24
        Option("organisation", _("Organisation")),
        # Translators: button, max:24
        Option("locality", _("Town or district")),
        # Translators: button, max:24
        Option("topics", _("Topics")),
        # Translators: button, max:24
        Option("digits", _("Digits")),
    ]


async def _change_name(talk: Talk, turn: str) -> None:
    name = await ask_name(talk, f"name{turn}")
    await talk.do(f"name kept{turn}", members.change, person=talk.person, name=name)


async def _change_country(talk: Talk, turn: str) -> None:
    country = await talk.choose(
        f"country{turn}", _("In which country do you work?"), country_options(talk.language), search=True
    )
    await talk.do(f"country kept{turn}", joining.move, person=talk.person, country=country)


async def _change_service(talk: Talk, turn: str) -> None:
    me = await talk.member()
    service = await talk.choose(f"service{turn}", _("Where do you work?"), service_options(me.side))
    role = await ask_role(talk, service, f"role{turn}")
    await talk.do(f"service kept{turn}", members.change, person=talk.person, service=service, role=role)


async def _change_visibility(talk: Talk, turn: str) -> None:
    visibility = await ask_visibility(talk, f"visibility{turn}")
    await talk.do(f"visibility kept{turn}", members.change, person=talk.person, visibility=visibility)


async def _change_topics(talk: Talk, turn: str) -> None:
    """Choose among the fields while joining; a member has a place of their own for topics."""
    if (await talk.member()).state is State.ACTIVE:
        await talk.go("topics")
    await ask_topics(talk, turn)


async def _change_digits(talk: Talk, turn: str) -> None:
    options = [Option(digits, label) for digits, label in DIGITS.items()]
    digits = await talk.choose(f"digits{turn}", _("Which digits shall I write? You may always write either."), options)
    await talk.do(f"digits kept{turn}", members.change, person=talk.person, digits=digits)


async def _change_side(talk: Talk) -> None:
    """Change sides: each side trusts that the other is what it says, so coordinators decide again.

    Until they agree, and where they refuse, a member stays who they were.
    """
    if await talk.do("seated", groups.is_coordinator, person=talk.person):
        await talk.say(_("You hold a seat for your side. Please hand it over first, then come back here."))
        return
    me = await talk.member()
    side = "civil" if me.side == "official" else "official"
    question = _(
        "Your new side would be: {side}. Coordinators decide on it; until then nothing changes. Shall I ask them?",
        side=side_label(side),
    )
    # Translators: button, max:20
    if not await talk.confirm("sure", question, yes=_("Yes, ask them"), no=_("No, leave it")):
        await talk.say(_("Nothing has changed."))
        return
    service = await talk.choose("new service", _("Where do you work?"), service_options(side))
    role = await ask_role(talk, service, "new role")
    visibility = await ask_visibility(talk, "new visibility") if side == "official" else "open"
    wish = {"side": side, "service": service, "role": role, "visibility": visibility}
    if me.state is State.ACTIVE:
        await _ask_to_cross(talk, me.name, wish)
        return
    await talk.do("cross", members.change, person=talk.person, **wish)
    await ask_coordinators(talk)


async def _ask_to_cross(talk: Talk, name: str, wish: dict[str, str]) -> None:
    approval = await talk.do("cross", joining.cross, person=talk.person, **wish)
    deciders = await talk.do("deciders", approvals.deciders, approval=approval)
    # Translators: {side} and {service} are such as "Official" and "Police".
    news = _(
        "{name} asks to change sides: {side}, {service}.",
        name=name,
        side=side_label(wish["side"]),
        service=service_label(wish["service"]),
    )
    # Translators: button, max:20
    await talk.tell("tell", deciders, news, [Option(f"decide:{approval}", _("Decide"))], about=talk.person)
    await talk.say(_("Thank you. The coordinators have your wish. Until they answer here, nothing changes for you."))


CHANGES: dict[str, Callable[[Talk, str], Awaitable[None]]] = {
    "name": _change_name,
    "country": _change_country,
    "service": _change_service,
    "visibility": _change_visibility,
    "organisation": ask_organisation,
    "locality": ask_locality,
    "topics": _change_topics,
    "digits": _change_digits,
}

capability = Capability(
    name="profile",
    command="profile",
    room=Room.ME,
    # Translators: in the menu, max:24
    title=_("My profile"),
    # Translators: words that start this, separated by |.
    words=_("profile|my profile"),
    converse=profile,
    for_whom=ForWhom.CONSENTED,
    when_stopped=True,
)
