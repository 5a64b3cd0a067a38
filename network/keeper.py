"""The keeper: who runs this installation and where it stands, as people are told before they consent.

Each deploying organisation names its own in ``jisr.toml``; ``data/keeper.json`` stands in until then.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class Keeper:
    """Who answers for the installation, in each language (BCP 47 tag to words)."""

    names: Mapping[str, str]
    places: Mapping[str, str]

    def name(self, language: str) -> str:
        """Return who runs it, to begin a sentence with."""
        return self.names.get(language, self.names["en"])

    def place(self, language: str) -> str:
        """Return where the server is, to follow the word "server"."""
        return self.places.get(language, self.places["en"])


def unnamed() -> Keeper:
    """Return the keeper that comes with the program, true of any installation."""
    data = json.loads(resources.files("network").joinpath("data/keeper.json").read_text("utf-8"))
    return Keeper(names=data["name"], places=data["place"])
