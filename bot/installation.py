"""The installation: what ``jisr.toml`` says, which the environment has no room for.

Several accounts for each channel, and the keeper. ``jisr.example.toml`` shows all of it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from network import countries, keeper
from network.costs import Prices
from network.keeper import Keeper

MILLION = 1_000_000  # prices are kept in millionths of their currency

AccountName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]  # it stands in addresses
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Misconfigured(Exception):
    """The settings do not let the program start."""


class KeeperWords(BaseModel):
    """Who runs the installation, where its server stands, who convenes it and who is its partner, by language tag."""

    model_config = ConfigDict(extra="forbid")

    name: dict[str, Words]
    place: dict[str, Words]
    convener: dict[str, Words] = {}
    partner: dict[str, Words] = {}


class CostsWords(BaseModel):
    """What a template costs and a month may, in a currency (ISO 4217); by country (ISO 3166) where it differs."""

    model_config = ConfigDict(extra="forbid")

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    template: float = Field(ge=0, le=1000)
    monthly_cap: float | None = Field(None, ge=0)
    by_country: dict[str, Annotated[float, Field(ge=0, le=1000)]] = Field(default_factory=dict)


class Installation(BaseModel):
    """What the file says. The tables of the accounts are read where the accounts are made."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    telegram: dict[AccountName, dict[str, Any]] = Field(default_factory=dict, repr=False)
    whatsapp: dict[AccountName, dict[str, Any]] = Field(default_factory=dict, repr=False)
    keeper: KeeperWords | None = None
    costs: CostsWords | None = None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file; without one nothing is said. Raise Misconfigured."""
        try:
            return cls.model_validate(tomllib.loads(path.read_text("utf-8")))
        except FileNotFoundError:
            return cls()
        except ValidationError as error:
            raise Misconfigured(f"{path.name}: {faults(error)}") from None
        except (OSError, ValueError) as error:
            raise Misconfigured(f"{path.name} cannot be read: {type(error).__name__}.") from None

    def keeper_of_it(self) -> Keeper:
        """Return the keeper that the file names, else the one that comes with the program."""
        if self.keeper is None:
            return keeper.unnamed()
        if "en" not in self.keeper.name or "en" not in self.keeper.place:
            raise Misconfigured("The keeper needs at least English words (en) for its name and its place.")
        together = (self.keeper.convener, self.keeper.partner)
        if any(words and "en" not in words for words in together):
            raise Misconfigured("The convener and the partner, where they are named, need at least English words (en).")
        return Keeper(self.keeper.name, self.keeper.place, *together)


def prices_of(said: CostsWords | None) -> Prices | None:
    """Return the prices that the file names, in millionths; raise Misconfigured for a country that there is not."""
    if said is None:
        return None
    unknown = [code for code in said.by_country if not countries.known(code)]
    if unknown:
        raise Misconfigured(f"costs.by_country: {unknown[0]} is no country of the network.")
    cap = None if said.monthly_cap is None else round(said.monthly_cap * MILLION)
    by_country = {code: round(price * MILLION) for code, price in said.by_country.items()}
    return Prices(said.currency, round(said.template * MILLION), by_country, cap)


def faults(error: ValidationError, *, named: Callable[[str], str] = str) -> str:
    """Return what is wrong, and where (as ``named`` writes it), without what was given: it may be a secret."""
    found: list[Mapping[str, Any]] = [*error.errors(include_input=False, include_context=False, include_url=False)]
    return "; ".join(f"{named('.'.join(map(str, one['loc'])))}: {one['msg']}" for one in found)
