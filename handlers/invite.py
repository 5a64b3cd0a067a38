"""Invite: a coordinator makes links by which others join."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from handlers.about_me import country_options
from handlers.labels import SIDES
from handlers.language import Text, _, n_
from handlers.registry import Capability, ForWhom
from handlers.talk import Option, Talk
from network import countries, groups, invitations, joining

USES = (1, 5, 20, 50)  # people per invitation
DAYS = (7, 14, 30)


@dataclass(frozen=True)
class Links:
    """Where people come in: the Telegram bot's username and the WhatsApp number, "" where there is none."""

    telegram: str = ""
    whatsapp: str = ""

    def of(self, code: str) -> list[str]:
        """Return the links that carry a code.

        https://core.telegram.org/bots/features#deep-linking, https://faq.whatsapp.com/5913398998672934
        """
        digits = "".join(filter(str.isdigit, self.whatsapp))
        links = [f"https://t.me/{self.telegram.lstrip('@')}?start={quote(code)}"] if self.telegram else []
        return [*links, f"https://wa.me/{digits}?text={quote(f'{joining.MARK} {code}')}"] if digits else links


NO_LINKS = Links()


async def invite(links: Links, talk: Talk) -> None:
    """Ask whom the invitation is for, and show its links."""
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
        # Translators: in the menu, max:24
        title=_("Invite"),
        # Translators: words that start this, separated by |.
        words=_("invite|invitation"),
        converse=partial(invite, links),
        for_whom=ForWhom.COORDINATOR,
    )
