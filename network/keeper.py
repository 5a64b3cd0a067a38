"""The keeper: who runs this installation and where it stands, as people are told before they consent.

Each deploying organisation names its own in ``jisr.toml``; ``data/keeper.json`` stands in until then.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources


@dataclass(frozen=True)
class Keeper:
    """Who answers for the installation, in each language (BCP 47 tag to words); with whom, where that is named."""

    names: Mapping[str, str]
    places: Mapping[str, str]
    conveners: Mapping[str, str] = field(default_factory=dict)
    partners: Mapping[str, str] = field(default_factory=dict)

    def name(self, language: str) -> str:
        """Return who runs it, to begin a sentence with."""
        return self.names.get(language, self.names["en"])

    def place(self, language: str) -> str:
        """Return where the server is, to follow the word "server"."""
        return self.places.get(language, self.places["en"])

    def convener(self, language: str) -> str:
        """Return who calls the network together, or ""."""
        return self.conveners.get(language, self.conveners.get("en", ""))

    def partner(self, language: str) -> str:
        """Return the partner or funder of the network, or ""."""
        return self.partners.get(language, self.partners.get("en", ""))


def unnamed() -> Keeper:
    """Return the keeper that comes with the program, true of any installation."""
    data = json.loads(resources.files("network").joinpath("data/keeper.json").read_text("utf-8"))
    return Keeper(names=data["name"], places=data["place"])
