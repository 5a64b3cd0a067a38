"""Join the network: language, then consent in three cards, then who one is."""

from __future__ import annotations

from functools import partial

from handlers.labels import SIDES, service_label, side_label
from handlers.language import _
from handlers.me.about_me import (
    ask_locality,
    ask_organisation,
    ask_role,
    ask_topics,
    ask_visibility,
    country_options,
    service_options,
)
from handlers.me.language_choice import EVERYBODY, language_options
from handlers.names import ask_name
from handlers.registry import Capability, ForWhom
from handlers.talk import Option, Talk
from network import approvals, joining, members
from network.keeper import Keeper
from network.members import State


async def join(keeper: Keeper, talk: Talk) -> None:
    """Lead a newcomer from the first message to membership, or to a kind wait for it."""
    standing = await talk.do("standing", joining.standing, person=talk.person)
    if standing in {State.ACTIVE, State.STOPPED}:
        await talk.say(_("You are a member already. Write “menu” to begin."))
        return
    if not standing:
        await _speak(talk)
    invited = await _invitation(talk)
    if not standing and not await _agrees(keeper, talk):
        return
    if standing != State.WAITING:
        await _introduce(talk, invited)
    if await _is_admitted(talk, invited):
        await _welcome(talk)
    elif standing == State.WAITING:
        await talk.say(_("Your request is with the coordinators. Kindly wait: the answer comes here."))
    else:
        await ask_coordinators(talk)


async def _speak(talk: Talk) -> None:
    """Settle the language before anything else."""
    language = await talk.choose("language", EVERYBODY, language_options())
    await talk.do("speak", joining.speak, person=talk.person, language=language)


async def _agrees(keeper: Keeper, talk: Talk) -> bool:
    """Ask for consent; a refusal erases everything."""
    if not await _consents(keeper, talk):
        await decline(talk)
        return False
    await talk.do("agree", joining.agree, person=talk.person, language=talk.language)
    return True


async def decline(talk: Talk) -> None:
    """Erase a person who does not want to take part, and wish them well."""
    await talk.do("refuse", joining.refuse, person=talk.person)
    await talk.say(_("That is quite all right. Nothing about you is kept. Come back whenever you like. Go well."))


async def _invitation(talk: Talk) -> dict[str, str]:
    """Return the invitation that came with the first message; say so when it does not hold."""
    key = f"invitation {talk.argument}"  # a code may come later than the first message
    found = await talk.do(key, joining.check, person=talk.person, code=talk.argument)
    if found["state"] == joining.SLOW:
        await talk.say(_("Several codes were tried here. Please wait an hour before the next one, or go on without."))
    if found["state"] == joining.WRONG:
        await talk.say(
            _("This invitation is not valid, or no longer. You can go on without: coordinators will decide.")
        )
    return found if found["state"] == joining.GOOD else {}


async def _consents(keeper: Keeper, talk: Talk) -> bool:
    """Show the three cards; False as soon as one is refused."""
    what = _(
        "1 of 3 · What Jisr is\n\n"
        "Jisr links people who reform security and justice in the Maghreb and the Sahel, in civilian services and in "
        "civil society, so that they learn from each other. {keeper} runs it.\n\n"
        "Taking part is your free choice. No employer may order it.\n\n"
        "Jisr is not for emergencies, complaints or intelligence.",
        keeper=keeper.name(talk.language),
    )
    if convener := keeper.convener(talk.language):
        what = _("{above}\n\n{line}", above=what, line=_("Convened by: {convener}", convener=convener))
    if partner := keeper.partner(talk.language):
        what = _("{above}\n\n{line}", above=what, line=_("In partnership with: {partner}", partner=partner))
    # Translators: {place} follows the word "server", such as "in Dakar" or "held by this team".
    kept = _(
        "2 of 3 · What is kept\n\n"
        "Kept: your language, country, side, service, the name you choose, and what you share; locked, on a server "
        "{place}, until you erase it. Safety copies go within 30 days more.\n\n"
        "Members see what you share, with your side and region. Coordinators also see your name, country and service. "
        "Nobody in the network sees your number.\n\n"
        "WhatsApp and Telegram see your number and when you write. Those who run the server could read this chat. "
        "Please write nothing secret here.",
        place=keeper.place(talk.language),
    )
    rights = _(
        "3 of 3 · Your rights\n\n"
        "At any time, write “my data” to see, correct or copy what is kept about you, “stop” to get no more messages, "
        "or “delete me” to erase everything within a minute.\n\n"
        "By agreeing you say:\n"
        "• I am 18 or over.\n"
        "• I belong to a civilian service or to civil society.\n"
        "• I may take part under my service’s rules."
    )
    # Translators: button, max:20
    no = Option("no", _("No, thank you"))
    # Translators: button, max:20
    onwards = [Option("next", _("Next")), no]
    for key, card in (("card what", what), ("card kept", kept)):
        if await talk.choose(key, card, onwards, cancel=False) == "no":
            return False
    # Translators: button, max:20
    return await talk.choose("consent", rights, [Option("yes", _("I agree")), no], cancel=False) == "yes"


async def _introduce(talk: Talk, invited: dict[str, str]) -> None:
    """Ask country, side, service and name, but for what the invitation already says."""
    country = invited.get("country") or await talk.choose(
        "country", _("In which country do you work?"), country_options(talk.language), search=True
    )
    sides = [Option(side, label) for side, label in SIDES.items()]
    side = invited.get("side") or await talk.choose("side", _("Which side are you on?"), sides)
    service = await talk.choose("service", _("Where do you work?"), service_options(side))
    role = await ask_role(talk, service)
    visibility = await ask_visibility(talk) if side == "official" else "open"
    name = await ask_name(talk)
    await talk.do(
        "introduce",
        members.change,
        person=talk.person,
        country=country,
        side=side,
        service=service,
        role=role,
        visibility=visibility,
        name=name,
    )


async def _is_admitted(talk: Talk, invited: dict[str, str]) -> bool:
    """Whether the invitation still holds now that the person is known; if so, it is used."""
    if not invited:
        return False
    return await talk.do("admit", joining.admit, person=talk.person, invitation=invited["id"])


async def _welcome(talk: Talk) -> None:
    """Greet a new member, and offer to hear more."""
    me = await talk.member()
    await talk.say(_("Welcome to Jisr, {name}! You are in the group of your country now.", name=me.name))
    await tell_more(talk)


async def tell_more(talk: Talk) -> None:
    """Offer the questions that can wait; each can be skipped. Then show the menu."""
    question = _("Three short questions help us to bring you what is useful to you. All can be skipped.")
    # Translators: button, max:20
    ways = [Option("now", _("Tell a little more")), Option("later", _("Later"))]
    if await talk.choose("more", question, ways) == "now":
        await ask_organisation(talk)
        await ask_locality(talk)
        await ask_topics(talk)
        await talk.say(_("Thank you."))
    else:
        await talk.say(_("Gladly. You find them under “profile”."))
    await talk.go("menu")


async def ask_coordinators(talk: Talk) -> None:
    """Ask for a decision on the person, tell those who decide, and ask for patience."""
    approval = await talk.do("ask", joining.ask, person=talk.person)
    deciders = await talk.do("deciders", approvals.deciders, approval=approval)
    me = await talk.member()
    # Translators: {side} and {service} are such as "Official" and "Police".
    news = _(
        "{name} asks to join: {side}, {service}.",
        name=me.name,
        side=side_label(me.side),
        service=service_label(me.service),
    )
    # Translators: button, max:20
    await talk.tell("tell", deciders, news, [Option(f"decide:{approval}", _("Decide"))], about=talk.person)
    await talk.say(
        _(
            "Thank you, {name}! The coordinators have your request. Kindly wait: the answer comes here, often within a "
            "few days.",
            name=me.name,
        )
    )


def capability(keeper: Keeper) -> Capability:
    """Return the capability for an installation that ``keeper`` runs."""
    return Capability(
        name="join",
        command="join",
        # Translators: in the menu, max:24
        title=_("Join"),
        # Translators: words that start this, separated by |. Keep "jisr" as it is.
        words=_("join|jisr"),
        converse=partial(join, keeper),
        by_link=True,
        for_whom=ForWhom.ANYONE,
        shown_in_menu=False,
        always=True,
    )
