"""Members: who consented, what they said of themselves, and whether they take part."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, LargeBinary, Row, Select, String, Table, bindparam, func, select, update

from network import countries
from network.among import among
from network.errors import Invalid, Missing
from network.folding import fold
from network.store import Instant, Tx, batches, metadata

SIDES = ("official", "civil")
SERVICES: dict[str, tuple[str, ...]] = {
    "official": (
        "ministry",
        "police",
        "gendarmerie",
        "courts",
        "prisons",
        "parliament",
        "rights_institution",
        "oversight",
        "local_authority",
    ),
    "civil": (
        "association",
        "religious_leader",
        "customary_chief",
        "lawyer",
        "media",
        "researcher",
        "local_platform",
    ),
}
DIGITS = ("latn", "arab")
ROLES = ("", "command", "serve")  # in a force: commands a unit, or serves in one; else empty
VISIBILITIES = ("open", "private")  # private: other members see neither name nor service
NIGHT = ("21:00", "07:00")  # quiet hours until the member changes them, local wall time
SEALED = ("name", "organisation", "locality")
PLAIN = ("side", "service", "role", "visibility", "country", "language", "digits", "quiet_from", "quiet_until")
WALL_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
PANIC = "members.panic"
PANIC_WORD = (6, 60)  # folded letters and digits, fewest and most


class State(StrEnum):
    """How a member takes part."""

    JOINING = "joining"  # consented, still answering
    WAITING = "waiting"  # for a coordinator's decision
    ACTIVE = "active"
    STOPPED = "stopped"  # wants no messages for now
    LOCKED = "locked"  # about to be erased: gets nothing more


members = Table(
    "members",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("side", String(10), nullable=False),
    Column("service", String(24), nullable=False),
    Column("role", String(8), nullable=False),
    Column("visibility", String(8), nullable=False),
    Column("country", String(2), nullable=False, index=True),
    Column("name", LargeBinary),
    Column("organisation", LargeBinary),
    Column("locality", LargeBinary),
    Column("language", String(8), nullable=False),
    Column("digits", String(4), nullable=False),
    Column("quiet_from", String(5), nullable=False),
    Column("quiet_until", String(5), nullable=False),
    Column("state", String(10), nullable=False, index=True),
    Column("consent_version", String(16), nullable=False),
    Column("consented_at", Instant, nullable=False),
    Column("joined_at", Instant),
    Column("panic", LargeBinary),
)


@dataclass(frozen=True)
class Member:
    """A member as the network knows them.

    Texts not given are empty. ``quiet_from`` and ``quiet_until`` are local wall times ``HH:MM``,
    both empty when there are no quiet hours. ``joined_at`` is None until the member was active once.
    """

    id: str
    side: str
    service: str
    role: str
    visibility: str
    country: str
    name: str = field(repr=False)
    organisation: str = field(repr=False)
    locality: str = field(repr=False)
    language: str
    digits: str
    quiet_from: str
    quiet_until: str
    state: State
    joined_at: datetime | None
    has_panic_word: bool


async def enrol(tx: Tx, *, person: str, language: str, consent_version: str) -> None:
    """Make a member of a person who has just consented; again, it only renews the consent."""
    again = update(members).where(members.c.id == person)
    if await tx.run(again.values(consent_version=consent_version, consented_at=tx.now)):
        return
    await tx.add(
        members,
        key=("id",),
        id=person,
        side="",
        service="",
        role="",
        visibility=VISIBILITIES[0],
        country="",
        language=language,
        digits=DIGITS[0],
        quiet_from=NIGHT[0],
        quiet_until=NIGHT[1],
        state=State.JOINING.value,
        consent_version=consent_version,
        consented_at=tx.now,
    )


async def places(tx: Tx, *, people: Select[tuple[str]]) -> list[str]:
    """Return the codes of the countries in which the members live whose ids are selected, in their order."""
    meant = people.subquery()
    query = select(members.c.country).join(meant, meant.c[0] == members.c.id).distinct()
    return sorted(row.country for row in await tx.all(query) if row.country)


async def find(tx: Tx, *, person: str) -> Member | None:
    """Return the member with this person id, or None before consent."""
    known = tx.ahead.take("members", person)
    row = await tx.first(_FIND, {"person": person}) if known is None else next(iter(known), None)
    return None if row is None else _member(tx, row)


async def find_ahead(tx: Tx, *, people: Iterable[str]) -> None:
    """Read for many messages at once what ``find`` will ask for."""
    for batch in batches(people):
        rows = await tx.all(_FIND_MANY, {"people": batch})
        tx.ahead.keep("members", batch, {row.id: [row] for row in rows})


async def get(tx: Tx, *, person: str) -> Member:
    """Return a member; raise Missing."""
    member = await find(tx, person=person)
    if member is None:
        raise Missing
    return member


async def get_many(tx: Tx, *, people: Iterable[str]) -> dict[str, Member]:
    """Return those of ``people`` who are members, by id."""
    found: dict[str, Member] = {}
    for batch in batches(people):
        for row in await tx.all(select(members).where(members.c.id.in_(batch))):
            found[row.id] = _member(tx, row)
    return found


async def consented_since(tx: Tx, *, person: str, instant: datetime) -> bool:
    """Whether a person gave their consent, or gave it again, after an instant."""
    given = await tx.scalar(select(members.c.consented_at).where(members.c.id == person))
    return given is not None and given > instant


async def lock(tx: Tx, *, person: str) -> Member:
    """Return a member whose row nobody else changes until this transaction ends; raise Missing.

    Several are locked in the order of their ids.
    """
    row = await tx.one(select(members).where(members.c.id == person).with_for_update())
    return _member(tx, row)


async def change(tx: Tx, *, person: str, **fields: str | None) -> None:
    """Change what a member said of themselves; None or "" empties a field. Raise Invalid or Missing.

    The fields are those of ``Member`` named in ``SEALED`` and ``PLAIN``.
    """
    values: dict[str, str | bytes | None] = {}
    for key, value in fields.items():
        if key in SEALED:
            values[key] = tx.seal.seal(f"members.{key}", person, value) if value else None
        else:
            values[key] = _allowed(key, value or "")
    if values and not await tx.run(update(members).where(members.c.id == person).values(**values)):
        raise Missing


async def set_state(tx: Tx, *, person: str, state: State | str) -> None:
    """Change how a member takes part; the first time they are active is kept. Raise Missing."""
    values: dict[str, Any] = {"state": State(state).value}
    if values["state"] == State.ACTIVE.value:
        values["joined_at"] = func.coalesce(members.c.joined_at, tx.now)
    if not await tx.run(update(members).where(members.c.id == person).values(**values)):
        raise Missing


async def set_panic_word(tx: Tx, *, person: str, word: str | None) -> None:
    """Keep the sealed digest of a secret word, or forget it (None). Raise Invalid, Missing.

    It has 6 to 60 letters and digits.
    """
    kept = None
    if word is not None:
        folded = panic_letters(word)
        if not PANIC_WORD[0] <= len(folded) <= PANIC_WORD[1]:
            raise Invalid
        kept = tx.seal.seal_bytes(PANIC, person, _digest(person, folded))
    if not await tx.run(update(members).where(members.c.id == person).values(panic=kept)):
        raise Missing


async def is_panic_word(tx: Tx, *, person: str, text: str) -> bool:
    """Whether ``text`` is the person's secret word, however they typed its accents, case and spaces.

    Nothing is sought by it, so it needs no index: it rotates with the data keys. Sealed is a digest
    of 32 random-looking bytes whatever the word, so a right and a wrong word cost the same.
    """
    sealed = await tx.scalar(select(members.c.panic).where(members.c.id == person))
    given = _digest(person, panic_letters(text[: 4 * PANIC_WORD[1]]))
    kept = bytes(len(given)) if sealed is None else tx.seal.open_bytes(PANIC, person, sealed)
    return hmac.compare_digest(kept, given)


def panic_letters(text: str) -> str:
    """Return what counts of a secret word: its folded letters and digits. In haste a keyboard adds spaces."""
    return fold(text).replace(" ", "")


async def count(tx: Tx, *, state: State = State.ACTIVE, country: str = "", side: str = "") -> int:
    """Return how many members are in ``state``, in one country or on one side where these are given."""
    query = select(func.count()).select_from(members).where(members.c.state == state.value)
    if country:
        query = query.where(members.c.country == country)
    if side:
        query = query.where(members.c.side == side)
    return int(await tx.scalar(query))


def _digest(person: str, folded: str) -> bytes:
    return hashlib.sha256(f"{person}|{folded}".encode()).digest()


def _allowed(key: str, value: str) -> str:
    """Return ``value`` if the field may hold it; raise Invalid."""
    allowed = {
        "side": value in SIDES,
        "service": any(value in services for services in SERVICES.values()),
        "role": value in ROLES,
        "visibility": value in VISIBILITIES,
        "country": countries.known(value),
        "language": value.isalpha() and len(value) <= 3,  # noqa: PLR2004 - ISO 639
        "digits": value in DIGITS,
        "quiet_from": not value or WALL_TIME.fullmatch(value) is not None,
        "quiet_until": not value or WALL_TIME.fullmatch(value) is not None,
    }
    if not allowed.get(key, False):
        raise Invalid
    return value


def _member(tx: Tx, row: Row[Any]) -> Member:
    opened = {
        key: "" if sealed is None else tx.seal.open(f"members.{key}", row.id, sealed)
        for key, sealed in zip(SEALED, (row.name, row.organisation, row.locality), strict=True)
    }
    plain = {key: row._mapping[key] for key in PLAIN}  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
    return Member(
        id=row.id,
        state=State(row.state),
        joined_at=row.joined_at,
        has_panic_word=row.panic is not None,
        **opened,
        **plain,
    )


# Built once: a message begins with one of these.
_FIND = select(members).where(members.c.id == bindparam("person"))
_FIND_MANY = select(members).where(among(members.c.id, "people"))
