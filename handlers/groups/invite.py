"""Invite: a coordinator makes links by which others join, sees which hold, and takes one back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from handlers.labels import SIDES
from handlers.language import Place, Text, Voice, _, n_
from handlers.me.about_me import country_options
from handlers.registry import Capability, ForWhom, Room
from handlers.talk import Option, Talk
from network import countries, groups, invitations, joining
from network.invitations import Invitation

USES = (1, 5, 20, 50)  # people per invitation
DAYS = (7, 14, 30)
APPS = {"telegram": "Telegram", "whatsapp": "WhatsApp"}
EITHER = _("Either side")

_WAYS = (
    # Translators: button, max:20
    Option("new", _("A new invitation")),
    # Translators: button, max:20
    Option("mine", _("Those that hold")),
)


@dataclass(frozen=True)
class Links:
    """Where people come in: the Telegram bot's username, the WhatsApp number, the web server; "" for none."""

    telegram: str = ""
    whatsapp: str = ""
    site: str = ""

    def of(self, code: str) -> list[str]:
        """Return the links that carry a code."""
        return list(self.by_app(code).values())

    def by_app(self, code: str) -> dict[str, str]:
        """Return the link of each app that there is.

        https://core.telegram.org/bots/features#deep-linking, https://faq.whatsapp.com/5913398998672934
        """
        digits = "".join(filter(str.isdigit, self.whatsapp))
        typed = quote(f"{joining.MARK} {code}")
        telegram = {"telegram": f"https://t.me/{self.telegram.lstrip('@')}?start={quote(code)}"}
        whatsapp = {"whatsapp": f"https://wa.me/{digits}?text={typed}"}
        return (telegram if self.telegram else {}) | (whatsapp if digits else {})


NO_LINKS = Links()


@dataclass(frozen=True)
class Terms:
    """For whom an invitation is, and how long it holds."""

    country: str
    side: str
    uses: int
    until: datetime


async def invite(links: Links, talk: Talk) -> None:
    """Make an invitation, or show those that hold."""
    mine = await talk.read("mine", invitations.holding, by=talk.person)
    if mine and await talk.choose("what", _("What would you like to do?"), _WAYS) == "mine":
        await _mine(talk, mine)
    else:
        await _make(links, talk)


async def _make(links: Links, talk: Talk) -> None:
    """Ask whom the invitation is for, show its links, and offer them as a picture."""
    country = await _country(talk)
    side = await talk.choose("side", _("For which side?"), [Option(code, label) for code, label in SIDES.items()])
    uses = int(await talk.choose("uses", _("For how many people?"), _uses()))
    days = int(await talk.choose("days", _("How long shall it hold?"), _days()))
    code = await talk.do("create", invitations.create, by=talk.person, country=country, side=side, uses=uses, days=days)
    await talk.say(_terms(uses, days))
    await talk.say(_("Code: {code}", code=code))
    for link in links.of(code):
        await talk.say(link)
    await talk.say(_("Please send it only to people you know, and never post it in public."))
    if links.of(code):
        await _offer_picture(links, talk, code, Terms(country, side, uses, talk.now + timedelta(days=days)))


async def _offer_picture(links: Links, talk: Talk, code: str, terms: Terms) -> None:
    # Translators: button, max:20
    options = [Option("picture", _("As a picture")), Option("enough", _("That is enough"))]
    if (
        await talk.choose("picture", _("To be scanned with a phone, it can come as a picture too."), options)
        == "enough"
    ):
        await talk.say(_("Gladly."))
        return
    voice = talk.who.voice
    drawn = sheet(links, code, terms, voice)
    await talk.do("draw", invitations.draw, person=talk.person, text=voice.say(_scan()), sheet=drawn)
    await talk.say(_("The picture comes in a moment."))


def sheet(links: Links, code: str, terms: Terms, voice: Voice) -> dict[str, Any]:
    """Return an invitation as it is drawn: a code to scan for each app."""
    return {
        "title": voice.say(_("Invitation to Jisr")),
        "subtitle": voice.say(_whom(terms)),
        "cards": [],
        "lines": [voice.say(_scan()), voice.say(_("Code: {code}", code=code))],
        "codes": [{"caption": APPS[app], "text": link} for app, link in links.by_app(code).items()],
        "source": voice.say(_("Please show it only to people you know, and never post it in public.")),
        "rtl": voice.rtl,
    }


def letter(links: Links, code: str, until: datetime, voice: Voice) -> str:
    """Return what is sent to somebody with a link that is theirs alone."""
    words = voice.say(
        _("You are invited to Jisr. This is for you alone, until {day}. Please pass it on to nobody.", day=until.date())
    )
    return "\n".join([words, *links.of(code)])


async def _mine(talk: Talk, mine: Sequence[Invitation]) -> None:
    """Show the invitations that hold, and let one be revoked; the code is never shown again."""
    options = [Option(each.id, _label(each), _whom(_terms_of(each))) for each in mine]
    which = await talk.choose("which", _("These invitations of yours still hold. Which one is it about?"), options)
    found = next(each for each in mine if each.id == which)
    question = _(
        "{whom}.\n\nRevoke it? Then nobody comes in by it any more; who came already stays.",
        whom=_whom(_terms_of(found)),
    )
    # Translators: button, max:20
    if not await talk.confirm("sure", question, yes=_("Yes, revoke it"), no=_("No, leave it")):
        await talk.say(_("Nothing has changed."))
        return
    await talk.do("revoke", invitations.revoke, invitation=which, by=talk.person)
    await talk.say(_("It is revoked."))


def _label(found: Invitation) -> Text:
    # Translators: an invitation in a list: its country, and how many people may still use it.
    return _("{country}, {count}", country=Place(found.country), count=found.uses_left)


def _terms_of(found: Invitation) -> Terms:
    return Terms(found.country, found.side, found.uses_left, found.expires_at)


def _whom(terms: Terms) -> Text:
    people = n_("{count} person", "{count} people", terms.uses)
    side = SIDES.get(terms.side, EITHER)
    where = Place(terms.country)
    # Translators: {country}, {side}, {people} are such as "Niger", "Civil society", "5 people".
    return _(
        "{country}, {side}, {people}, until {day}", country=where, side=side, people=people, day=terms.until.date()
    )


def _scan() -> Text:
    return _("Scan the code with the phone’s camera, or write the words to Jisr.")


def _terms(uses: int, days: int) -> Text:
    people = n_("{count} person", "{count} people", uses)
    within = n_("{count} day", "{count} days", days)
    return _("Here is the invitation, for {people}, within {time}.", people=people, time=within)


async def _country(talk: Talk) -> str:
    mine = [group.country for group in await talk.look(groups.coordinated_by, person=talk.person) if group.country]
    near = [Option(country, countries.name(country, talk.language)) for country in dict.fromkeys(mine)]
    country = await talk.choose("country", _("For which country?"), [*near, Option("other", _("Another country"))])
    if country != "other":
        return country
    return await talk.choose("other country", _("In which country?"), country_options(talk.language), search=True)


def _uses() -> list[Option]:
    return [Option(str(number), n_("{count} person", "{count} people", number)) for number in USES]


def _days() -> list[Option]:
    return [Option(str(number), n_("{count} day", "{count} days", number)) for number in DAYS]


def capability(links: Links = NO_LINKS) -> Capability:
    """Return the capability for an installation that is reached at ``links``."""
    return Capability(
        name="invite",
        command="invite",
        room=Room.LEAD,
        # Translators: in the menu, max:24
        title=_("Invite"),
        # Translators: words that start this, separated by |.
        words=_("invite|invitation"),
        converse=partial(invite, links),
        for_whom=ForWhom.COORDINATOR,
    )
