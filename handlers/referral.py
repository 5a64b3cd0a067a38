"""Referral: what Jisr is not for, and where one can turn.

An emergency, a complaint against somebody or intelligence is told where to turn and is not kept: no
answer is recorded, and only a tally says that it happened. Past events, and practices about such things,
are what the network is for: only what is said of now, by the one who writes, is meant here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

from handlers.language import Text, Words, _
from network import tallies
from network.readings import reads_as
from network.store import Tx

SERVICES: dict[str, Text] = {
    "police": _("police {number}"),
    "guard": _("National Guard {number}"),
    "gendarmerie": _("gendarmerie {number}"),
    "ambulance": _("ambulance {number}"),
    "rescue": _("fire and rescue {number}"),
    "fire": _("fire brigade {number}"),
}


@dataclass(frozen=True)
class Referral(Text):
    """The card for what was read as an ``emergency``, a ``complaint`` or ``intelligence``."""

    read_as: str = ""


def refuse(text: str) -> Referral | None:
    """Return the card that answers ``text``, or None when it reads as nothing of that kind."""
    read = reads_as(text)
    return card(read) if read else None


def card(read: str, country: str = "") -> Referral:
    """Return the card, with the numbers to call in a country where they are known."""
    if read == "emergency":
        said = _(
            "This reads as an emergency. Jisr cannot send help: nobody watches here at every hour, and what you wrote "
            "was not kept.\n\nIf you can do so safely, please call {services}, or ask somebody whom you trust to do "
            "it.",
            services=_services(country),
        )
    elif read == "complaint":
        said = _(
            "This reads as a complaint. Jisr cannot receive complaints about persons or services, and what you wrote "
            "was not kept.\n\nA lawyer, the national human rights institution or the ombudsman of your country, or an "
            "association that you trust can advise you. Practices that make complaints easier, without names, are "
            "welcome here."
        )
    else:
        said = _(
            "This reads as information about armed people, suspects or movements. Jisr does not receive such "
            "information and passes it on to nobody; what you wrote was not kept. For everybody’s safety, please do "
            "not send it here.\n\nIn danger, {services} are there for you.",
            services=_services(country),
        )
    return Referral(said.msgid, said.params, read_as=read)


async def note(tx: Tx, said: Words, country: str) -> Words:
    """Count a card that is about to be said, and put in the numbers of the person's country; others pass."""
    if not isinstance(said, Referral):
        return said
    await tallies.add(tx, what=f"referral_{said.read_as}")
    return card(said.read_as, country)


def _services(country: str) -> Text:
    numbers = _numbers().get(country, {})
    services: Text | None = None
    for name, number in numbers.items():
        one = Text(SERVICES[name].msgid, {"number": number})
        services = one if services is None else _("{list}, {one}", list=services, one=one)
    if services is None:
        return _("the emergency services of your country")
    return _("the emergency services of your country ({numbers})", numbers=services)


@cache
def _numbers() -> dict[str, dict[str, str]]:
    data = json.loads(resources.files("network").joinpath("data/emergency.json").read_text("utf-8"))
    return dict(data["numbers"])
