"""Inviting: a host gets a code for one guest, to hand on, or to be sent to somebody they write with here."""

from __future__ import annotations

from handlers.audience_choice import below
from handlers.exchanges import exchange_cards
from handlers.language import _
from handlers.meetings import pseudonyms
from handlers.talk import Option, Talk
from network import passes, relays
from network.exchanges import Exchange
from network.relays import Relay

HAND = "hand"  # the host hands the code on


async def invite(talk: Talk, found: Exchange) -> None:
    """Ask to whom the code goes, and show it, or send it to the one with whom the host writes."""
    relay = await _through(talk)
    if relay is not None and not await _is_sure(talk, relay):
        await talk.say(_("Nothing was sent."))
        return
    code = await talk.do("code", passes.invite, exchange=found.id, by=talk.person)
    if relay is not None:
        await _send(talk, found, relay, code)
        return
    await talk.say(_("Hand this code to the one you invite, also through Jisr: {code}", code=code))
    await talk.say(_("They write “attend {code}”. It holds once.", code=code))


async def _through(talk: Talk) -> Relay | None:
    """Return the conversation through which somebody is invited, None where the host hands the code on."""
    mine = {str(each.number): each for each in await talk.look(relays.mine, person=talk.person)}
    if not mine:
        return None
    # Translators: in a list, max:24. A host gives the code to a guest themselves.
    options = [Option(HAND, _("I hand it on myself"))]
    options += [
        Option(number, _("{number}. {name}", number=each.number, name=pseudonyms.shown(each.other)))
        for number, each in mine.items()
    ]
    chosen = await talk.choose(
        "through", _("To whom does the code go? You can send it to those you write with."), options
    )
    return mine.get(chosen)


async def _is_sure(talk: Talk, relay: Relay) -> bool:
    """Ask whether the other one may know who hosts it."""
    question = _(
        "{other} then knows that “{mine}”, as you call yourself there, is a host of this exchange, and reads what "
        "everybody reads who is invited. Shall it be sent?",
        other=pseudonyms.shown(relay.other),
        mine=pseudonyms.shown(relay.name),
    )
    # Translators: button, max:20
    return await talk.confirm("through sure", question, yes=_("Yes, send it"))


async def _send(talk: Talk, found: Exchange, relay: Relay, code: str) -> None:
    text = _(
        "{number}. {name} invites you to an exchange: “{title}”.",
        number=relay.other_number,
        name=pseudonyms.shown(relay.name),
        title=found.title,
    )
    text = below(text, _("Until you open it nobody knows whether you come. It holds once."))
    await talk.tell("invite", [relay.other_person], text, [exchange_cards.attend(code)], about=talk.person)
    await talk.say(_("It is on its way to {other}.", other=pseudonyms.shown(relay.other)))
