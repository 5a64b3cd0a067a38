"""The countries of the network: their names, zones, languages, weekends and neighbours."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale

from network.errors import Missing

REGION = {"en": "The whole region", "fr": "Toute la région", "ar": "المنطقة كلها"}
WEEKENDS = {"FriSat": (4, 5), "SatSun": (5, 6)}


@dataclass(frozen=True)
class Country:
    """One country. ``code`` is ISO 3166-1 alpha-2; ``weekend`` holds days, Monday being 0.

    ``languages`` are the working languages, the most used first; ``digits`` is CLDR's default
    for Arabic there (``latn`` or ``arab``); ``neighbours`` are codes of countries across a border.
    """

    code: str
    names: dict[str, str]
    zone: ZoneInfo
    languages: tuple[str, ...]
    weekend: tuple[int, ...]
    digits: str
    neighbours: tuple[str, ...]


def all() -> tuple[Country, ...]:  # noqa: A001 - read as countries.all()
    """Return every country, in the order of the data file."""
    return tuple(_countries().values())


def get(code: str) -> Country:
    """Return one country; raise Missing."""
    try:
        return _countries()[code]
    except KeyError:
        raise Missing from None


def known(code: str) -> bool:
    """Whether the network has this country."""
    return code in _countries()


def name(code: str, language: str) -> str:
    """Return the name of a country in ``language``; the empty code is the whole region.

    A country outside the network (some starter practices come from one) has CLDR's name.
    """
    if not code:
        return REGION.get(language, REGION["en"])
    country = _countries().get(code)
    if country is not None:
        return country.names.get(language, country.names["en"])
    return str(Locale.parse(language).territories.get(code, code))


def zones(code: str = "") -> tuple[str, ...]:
    """Return the border zones ("NE-ML") of a country, or all of them."""
    return tuple(zone for zone in _zones() if not code or code in zone.split("-"))


def zone_name(zone: str, language: str) -> str:
    """Return the name of a border zone in ``language``, such as "Niger – Mali"."""
    return " – ".join(name(code, language) for code in zone.split("-"))


@cache
def _zones() -> tuple[str, ...]:
    data = json.loads(resources.files("network").joinpath("data/countries.json").read_text("utf-8"))
    return tuple(data["border_zones"])


@cache
def _countries() -> dict[str, Country]:
    data = json.loads(resources.files("network").joinpath("data/countries.json").read_text("utf-8"))
    borders = [tuple(zone.split("-")) for zone in data["border_zones"]]
    return {row["iso2"]: _country(row, borders) for row in data["countries"]}


def _country(row: dict[str, Any], borders: list[tuple[str, ...]]) -> Country:
    code = row["iso2"]
    return Country(
        code=code,
        names={language: row[language] for language in ("en", "fr", "ar")},
        zone=ZoneInfo(row["tz"]),
        languages=tuple(row["working"]),
        weekend=WEEKENDS[row["weekend"]],
        digits=row["cldr_digits"],
        neighbours=tuple(other for border in borders if code in border for other in border if other != code),
    )
