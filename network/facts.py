"""Facts: what is said of a practice beside its text, each one of a few known values."""

from __future__ import annotations

from dataclasses import dataclass

from network.errors import Invalid

KINDS = ("practice", "lesson", "barrier")
EVIDENCE = ("told", "observed", "official", "evaluated")  # the weakest first
DECISIONS = ("unit", "command", "ministry", "law")  # who must agree before it can be done
STAGES = ("idea", "pilot", "expanded", "national", "stopped")
SCALES = ("street", "commune", "region", "national", "border")
RHYTHMS = ("once", "routine")
REUSES = ("network", "public")  # may be passed on within the network, or to anybody
MONTHS_AT_MOST = 600


@dataclass(frozen=True)
class Facts:
    """What is said of a practice beside its text; empty where its author did not say.

    ``country`` is where it was done ("" for the whole region), ``zone`` the border zone ("NE-ML"),
    ``met`` the country in which its author was met, ``months`` how long it was done.
    """

    country: str
    kind: str = "practice"
    zone: str = ""
    met: str = ""
    evidence: str = ""
    decision: str = ""
    stage: str = ""
    months: int | None = None
    scale: str = ""
    rhythm: str = ""
    reuse: str = "network"

    def check(self) -> None:
        """Raise Invalid for a value that is not one of those known."""
        known = (
            (self.kind, KINDS),
            (self.evidence, ("", *EVIDENCE)),
            (self.decision, ("", *DECISIONS)),
            (self.stage, ("", *STAGES)),
            (self.scale, ("", *SCALES)),
            (self.rhythm, ("", *RHYTHMS)),
            (self.reuse, REUSES),
            (self.months or 0, range(MONTHS_AT_MOST + 1)),
        )
        if any(value not in values for value, values in known):
            raise Invalid
