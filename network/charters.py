"""Charters: what a group is called and is for, in each language, and how both sides agree to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table, UniqueConstraint, select, update

from network import approvals, countries, groups, members, topics
from network.approvals import Approval, Decision
from network.errors import Conflict, Forbidden, Invalid, Missing
from network.groups import BOTH, Group, Policy
from network.ids import new_id
from network.members import SIDES
from network.store import Tx, batches, metadata

KIND = "group"  # the kind of request: a group to begin, or to change
LANGUAGES = ("fr", "ar", "en")  # of which one stands in for a language that has no words here
NAME, PURPOSE, LOCALITY = (3, 40), (10, 300), (2, 60)  # characters, fewest and most
WORDS = {"name": NAME, "purpose": PURPOSE}
TERMS = ("policy", "composition", "vouched", "topic", "country", "locality")

group_texts = Table(
    "group_texts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("group_id", String(32), ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("language", String(8), nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("purpose", LargeBinary, nullable=False),
    UniqueConstraint("group_id", "language"),
)


@dataclass(frozen=True)
class Charter:
    """A group as every member may read of it: names and purposes by language, none for the group of a country."""

    group: Group
    names: Mapping[str, str] = field(default_factory=dict, repr=False)
    purposes: Mapping[str, str] = field(default_factory=dict, repr=False)
    locality: str = field(default="", repr=False)

    @property
    def id(self) -> str:
        """The id of the group."""
        return self.group.id

    def name(self, language: str) -> str:
        """Return what it is called in a language, or in one that stands in for it."""
        if self.group.is_home or not self.names:
            return countries.name(self.group.country, language) if self.group.country else self.group.code
        return _best(self.names, language)

    def purpose(self, language: str) -> str:
        """Return what it is for, "" for the group of a country."""
        return _best(self.purposes, language)


@dataclass(frozen=True)
class Proposal:
    """A group as it would be after a yes; ``now`` is as it is, None for a new one."""

    charter: Charter
    now: Charter | None


async def of(tx: Tx, *, group: str) -> Charter:
    """Return the charter of a group; raise Missing."""
    return (await many(tx, found=[await groups.get(tx, group=group)]))[0]


async def many(tx: Tx, *, found: Iterable[Group]) -> list[Charter]:
    """Return the charters of these groups, in their order."""
    charters = {group.id: Charter(group, {}, {}) for group in found}
    for batch in batches(charters):
        for row in await tx.all(select(group_texts).where(group_texts.c.group_id.in_(batch))):
            charter = charters[row.group_id]
            names = {**charter.names, row.language: tx.seal.open("group_texts.name", row.id, row.name)}
            purposes = {**charter.purposes, row.language: tx.seal.open("group_texts.purpose", row.id, row.purpose)}
            charters[row.group_id] = replace(charter, names=names, purposes=purposes)
        table = groups.groups
        with_place = select(table.c.id, table.c.locality).where(table.c.id.in_(batch), table.c.locality.is_not(None))
        for row in await tx.all(with_place):
            place = tx.seal.open("groups.locality", row.id, row.locality)
            charters[row.id] = replace(charters[row.id], locality=place)
    return list(charters.values())


async def propose(tx: Tx, *, by: str, terms: Mapping[str, str], group: str = "") -> dict[str, Any]:
    """Ask the other side's coordinators to agree to a new group, or to another charter of one.

    ``terms`` hold any of ``TERMS`` ("yes" or "" for vouched) and ``name.fr``, ``purpose.fr`` and so on; the
    composition of a group stays, and that of a country has no charter. Whoever asks gives the word of their
    own side by asking. Returns the ``approval`` and its ``deciders``. Raise Forbidden, Invalid, Missing, and
    Conflict while another change waits. Audited.
    """
    side = await _side(tx, by, group)
    now = await groups.get(tx, group=group) if group else None
    _check(terms, is_new=now is None)
    if now is not None and now.is_home:
        raise Forbidden
    if group and await approvals.is_pending(tx, kind=KIND, subject=group):
        raise Conflict
    country = now.country if now else terms.get("country", "")
    other = next(each for each in SIDES if each != side)
    asked: dict[str, Any] = {"subject": group or new_id(), "by": by, "country": country, "side": other, "group": group}
    approval = await approvals.ask(tx, kind=KIND, **asked, wish=terms)
    return {"approval": approval, "deciders": await approvals.deciders(tx, approval=approval)}


async def proposal(tx: Tx, approval: Approval, _language: str) -> Proposal | None:
    """Return what is decided on; None when its group is gone, or nothing is wished any more."""
    wish = await approvals.wish(tx, approval=approval.id)
    if not wish:
        return None
    try:
        now = await of(tx, group=approval.subject) if approval.group else None
    except Missing:
        return None
    return Proposal(changed(now or Charter(Group(approval.subject, "", "")), wish), now)


async def settle(tx: Tx, approval: Approval, state: Decision, _reason: str) -> str:
    """Begin or change the group after a yes; return who asked, "" when it is gone."""
    wanted = await proposal(tx, approval, "")
    if wanted is None:
        return ""
    await approvals.forget_wish(tx, approval=approval.id)
    if state is Decision.APPROVED:
        await _write(tx, wanted.charter, is_new=wanted.now is None)
        if wanted.now is None:
            await _staff(tx, approval)
    return approval.by


async def _side(tx: Tx, person: str, group: str) -> str:
    """Return the side for which somebody speaks as a coordinator, of this group where it is given; raise Forbidden."""
    for seat in await groups.seated(tx, group=group or None):
        if seat.person == person:
            return seat.side
    raise Forbidden


def _check(terms: Mapping[str, str], *, is_new: bool) -> None:
    """Raise Invalid unless these terms can be written as they are."""
    values: dict[str, bool] = {
        "policy": terms.get("policy", Policy.OPEN) in set(Policy),
        "composition": terms.get("composition", BOTH) in {BOTH, *SIDES},
        "vouched": terms.get("vouched", "") in {"", "yes"},
        "topic": not terms.get("topic") or bool(topics.check([terms["topic"]])),
        "country": not terms.get("country") or countries.known(terms["country"]),
        "locality": not terms.get("locality") or _fits(terms["locality"], LOCALITY),
    }
    words = [key.partition(".") for key in terms if key not in TERMS]
    fit = all(
        part in WORDS and language and _fits(terms[f"{part}.{language}"], WORDS[part]) for part, _, language in words
    )
    spoken = {part: {language for named, _, language in words if named == part} for part in WORDS}
    whole = spoken["name"] == spoken["purpose"] and bool(spoken["name"] or not is_new)
    if not (all(values.values()) and fit and whole) or ("composition" in terms and not is_new):
        raise Invalid


def _fits(text: str, span: tuple[int, int]) -> bool:
    return span[0] <= len(text.strip()) <= span[1]


def changed(now: Charter | None, wish: Mapping[str, str]) -> Charter:
    """Return a charter with what is wished in it; of a new group without its id."""
    charter = now or Charter(Group("", "", ""))
    group = charter.group
    group = replace(
        group,
        policy=Policy(wish.get("policy", group.policy)),
        composition=wish.get("composition", group.composition),
        vouched=bool(wish["vouched"]) if "vouched" in wish else group.vouched,
        topic=wish.get("topic", group.topic),
        country=wish.get("country", group.country),
    )
    texts = {
        part: {key.partition(".")[2]: text for key, text in wish.items() if key.startswith(f"{part}.")}
        for part in WORDS
    }
    names, purposes = {**charter.names, **texts["name"]}, {**charter.purposes, **texts["purpose"]}
    return Charter(group, names, purposes, wish.get("locality", charter.locality))


async def _write(tx: Tx, charter: Charter, *, is_new: bool) -> None:
    group = charter.group
    if is_new:
        await tx.add(groups.groups, key=("id",), id=group.id, code=group.id, country=group.country, created_at=tx.now)
    place = tx.seal.seal("groups.locality", group.id, charter.locality) if charter.locality else None
    values: dict[str, Any] = {"policy": group.policy.value, "composition": group.composition, "vouched": group.vouched}
    values |= {"topic": group.topic, "country": group.country, "locality": place}
    await tx.run(update(groups.groups).where(groups.groups.c.id == group.id).values(**values))
    await tx.run(group_texts.delete().where(group_texts.c.group_id == group.id))
    for language, name in charter.names.items():
        row = new_id()
        sealed = {
            "name": tx.seal.seal("group_texts.name", row, name),
            "purpose": tx.seal.seal("group_texts.purpose", row, charter.purposes.get(language, name)),
        }
        await tx.run(group_texts.insert(), {"id": row, "group_id": group.id, "language": language, **sealed})


async def _staff(tx: Tx, approval: Approval) -> None:
    """Seat whoever asked for a new group and whoever agreed, where their side can be in it."""
    group = await groups.get(tx, group=approval.subject)
    people = [approval.by, *await approvals.agreed(tx, approval=approval.id)]
    for person, known in (await members.get_many(tx, people=people)).items():
        if group.fits(known.side) and known.state is members.State.ACTIVE:
            await groups.seat(tx, group=group.id, person=person, rank="coordinator", by=approval.by)


def _best(texts: Mapping[str, str], language: str) -> str:
    wanted = [language, *LANGUAGES, *texts]
    return next((texts[each] for each in wanted if each in texts), "")
