"""Scopes: how far from one's country something goes (R021)."""

from __future__ import annotations

from network import attribution, countries

SCOPES = ("country", "neighbours", "region", "all")  # each is wider than the one before it


def within(country: str, scope: str) -> tuple[str, ...]:
    """Return the countries of a scope seen from a country; none for everywhere.

    Seen from either of two countries the other is within the same scopes.
    """
    if scope == "all" or not countries.known(country):
        return ()
    if scope == "country":
        return (country,)
    if scope == "neighbours":
        return (country, *(code for code in countries.get(country).neighbours if countries.known(code)))
    near = attribution.region(country)
    return tuple(code for code in attribution.REGIONS if attribution.region(code) == near) or (country,)
