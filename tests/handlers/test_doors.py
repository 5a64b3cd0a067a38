"""Doors: every command with the id of something that is not for all, typed by whoever has no business with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from network import (
    allies,
    answers,
    approvals,
    directory,
    groups,
    introductions,
    organisations,
    partnerships,
    polls,
    practices,
    questions,
    relayed,
    relays,
    replies,
    requests,
    rounds,
    translations,
)
from network.audiences import Audience
from network.organisations import Terms
from network.polls import Plan, Shown
from network.store import metadata
from tests.handlers.people import erases
from tests.network.people import enrolled, handed_in, published, seated

CANARY = "Canari"  # stands in everything that is not for all
TEXT = f"{CANARY} : un café partagé chaque vendredi avec les habitants du quartier."
WHO = ("stranger", "joining", "member", "author", "coordinator elsewhere", "erased")
OUTSIDE = {"stranger", "erased"}
COMMANDS = (
    "/practice {id}",
    "/find id:{id}",
    "/adapt {id}",
    "/endorse {id}",
    "/translate {id}",
    "/check {id}",
    "/check of:{id}",
    "/pack of:{id}",
    "/share again:{id}",
    "/appeal {id}",
    "/followup {id}.stopped",
    "/followup {id}",
    "/decide {id}",
    "/answer {id}",
    "/asked {id}",
    "/called {id}",
    "/compose {id}",
    "/credit {id}",
    "/reply {id}",
    "/ask about:{id}",
    "/mine {id}",
    "/announced {id}",
    "/announcements {id}",
    "/announcements yes:{id}",
    "/poll {id}",
    "/polls mine:{id}",
    "/newpoll {id}",
    "/results {id}",
    "/receipt {id}",
    "/meet {id}",
    "/allies {id}",
    "/directory {id}",
    "/entry {id}",
    "/organisations {id}",
    "/partnerships {id}",
    "/partner {id}",
    "/partner of:{id}",
    "/to {id}",
    "/start poll-{id}",
    "/start results-{id}",
    "/start practice-{id}",
    "/start share-again:{id}",
    "/start decide-{id}",
    "/start appeal-{id}",
)
KEPT = (
    "polls",
    "participations",
    "practices",
    "practice_texts",
    "practice_topics",
    "approvals",
    "decisions",
    "questions",
    "answers",
    "translations",
    "translation_asks",
    "followups",
    "marks",
    "endorsements",
    "introductions",
    "relays",
    "offers",
    "cards",
    "card_fields",
    "organisations",
    "belongings",
    "partnerships",
    "stages",
    "seats",
    "audit",
)


async def things(tx, owner: str, *, moderators: list[str], sensitive: bool) -> dict[str, str]:
    """Make one of each thing that is not for all, by ``owner`` in Tunis; return their ids by name.

    ``sensitive``: also a question that coordinators of every country may decide on.
    """
    given = {"country": "TN", "title": f"{CANARY} de la paix", "problem": TEXT, "done": TEXT}
    made = {"submitted": await handed_in(tx, owner, **given)}
    for name, change in (("changes", True), ("refused", False)):
        handed = await handed_in(tx, owner, **given)
        approval = await approvals.pending_about(tx, subject=handed, kind="practice")
        word = {"agree": False, "change": change, "reason": TEXT}
        await requests.settle(tx, approval=approval.id, by=moderators[0], **word)
        made[name] = handed
    made["withdrawn"] = await published(tx, owner, **given)
    await practices.withdraw(tx, person=owner, practice=made["withdrawn"])
    made["approval"] = (await approvals.pending_about(tx, subject=made["submitted"], kind="practice")).id
    what = {"text": TEXT, "language": "fr", "scope": "country", "sides": "official"}
    if sensitive:
        made["question waiting"] = (await questions.ask(tx, person=owner, topic="com.selfdefence", **what))["question"]
    made["question"] = (await questions.ask(tx, person=owner, topic="com.dialogue", **what))["question"]
    told = {"person": moderators[1], "text": TEXT, "language": "fr", "level": 1}
    made["answer"] = (await answers.give(tx, question=made["question"], **told))["answer"]
    await replies.ask_back(tx, answer=made["answer"], by=owner, text=TEXT)
    await replies.ask_consent(tx, question=made["question"], by=owner, ids=[made["answer"]])
    made["translation"] = await _translation(tx, owner)
    made |= await _polls(tx, moderators[0])
    made |= await _bodies(tx, owner)
    return made | await _meetings(tx, owner, moderators[1])


async def _meetings(tx, owner: str, other: str) -> dict[str, str]:
    """Let the owner propose a meeting to somebody, and talk with another; return ids of what this makes."""
    peer = await enrolled(tx, country="TN")
    await allies.offer_only(tx, person=peer, kind="ally", topics=["com.dialogue"])
    offer = str(await tx.scalar(select(allies.offers.c.id)))
    what = {"kind": "ally", "name": CANARY, "why": TEXT, "level": 1}
    made = await introductions.propose(tx, person=owner, offer=offer, **what)
    ends = (relays.End(owner, CANARY, 1), relays.End(other, f"{CANARY} deux", 1))
    mine, theirs = await relays.open_up(tx, kind="mentor", topic="com.dialogue", ends=ends, goal=TEXT)
    message = await relayed.pass_on(tx, end=theirs.end, person=other, text=TEXT)
    return {"introduction": made["introduction"], "end": mine.end, "message": message}


async def _bodies(tx, owner: str) -> dict[str, str]:
    """Enter an organisation that waits for coordinators, and say a partnership that waits for the other."""
    other = await enrolled(tx, country="TN")
    terms = Terms("Radio des dunes", "Nous réunissons commerçants et agents.", "TN", "TN-LY", ("com.dialogue",))
    made = {}
    for name, by, called in (("one", owner, "Radio"), ("other", other, "Dunes"), ("waiting", owner, CANARY)):
        about = {"name": called, "about": TEXT} if called == CANARY else {"name": called}
        asked = await organisations.enter(tx, by=by, terms=replace(terms, **about), contact=False)
        wanted = await approvals.get(tx, approval=asked["approval"])
        made[name] = wanted.subject
        if called != CANARY:
            await organisations.settle(tx, wanted, approvals.Decision.APPROVED, "")
            await approvals.withdraw(tx, subject=wanted.subject)
    two = {"one": made["one"], "other": made["other"]}
    said = await partnerships.ask(tx, by=owner, **two, purpose=TEXT, since=2019)
    await directory.show(tx, person=other, what="contact")
    entry = (await directory.mine(tx, person=other)).entry.id
    return {"organisation": made["waiting"], "partnership": said["partnership"], "entry": entry}


async def _polls(tx, coordinator: str) -> dict[str, str]:
    """Make polls for the group in Tunis: a draft, one that is open and one that is closed; return their ids."""
    group = await groups.by_country(tx, country="TN")
    plan = Plan(closes_at=tx.now + timedelta(days=7), audience=Audience(groups=(group.id,)), shown=Shown.AT_ONCE)
    words = {"question": {"fr": TEXT}, "options": [{"fr": CANARY}, {"fr": f"{CANARY} deux"}], "plan": plan}
    made = {f"poll {name}": await polls.draft(tx, by=coordinator, **words) for name in ("draft", "open", "closed")}
    for name in ("open", "closed"):
        await polls.ask(tx, poll=made[f"poll {name}"], by=coordinator)
        await rounds.schedule(tx, poll=made[f"poll {name}"])
        await rounds.open(tx, poll=made[f"poll {name}"])
    await rounds.close_early(tx, poll=made["poll closed"], by=coordinator)
    return made


async def _translation(tx, owner: str) -> str:
    """Make a translation of a practice in Arabic, given back to its translator; return its id."""
    author = await enrolled(tx, country="TN")
    await enrolled(tx, country="TN", side="official", service="police")  # who looks at it
    practice = await published(tx, author, language="ar", country="TN")
    source = await translations.original(tx, practice=practice)
    what = {"language": "fr", "title": f"{CANARY} traduit", "parts": {"problem": TEXT}, "made_from": source.version}
    offered = await translations.offer(tx, practice=practice, person=owner, **what)
    await translations.send_back(tx, translation=offered["translation"], by=offered["ask"][0], remark=TEXT)
    return offered["translation"]


async def rows(phone) -> dict[str, list[str]]:
    """Return what stands in the tables that hold these things."""
    async with phone.world.store.reading(phone.world.now) as tx:
        return {name: sorted(str(tuple(row)) for row in await tx.all(select(metadata.tables[name]))) for name in KEPT}


async def comes(open_phone, who: str, owner):
    """Return the phone of whoever tries the doors."""
    if who == "author":
        return owner
    phone = open_phone(language="fr", channel="whatsapp")
    if who == "joining":
        await phone.is_member(state="joining", country="ML")
    elif who == "coordinator elsewhere":
        await phone.is_member(country="ML", side="official", service="ministry", coordinator=True)
    elif who != "stranger":
        await phone.is_member(country="ML")
    if who == "erased":
        await phone.says("/delete")
        await phone.says("1")
        await phone.says("1")
        await erases(phone)
    return phone


def shown(phone) -> str:
    """Return all that just came, buttons and what stands below them too."""
    return "\n".join(
        [phone.text, *(f"{each.label} {each.note}" for message in phone.heard for each in message.choices)]
    )


@pytest.mark.parametrize("who", WHO)
async def test_a_door_shows_and_changes_nothing_to_whom_it_is_not_for(open_phone, who):
    """Whatever id stands behind a command, it opens nothing that is not for all, and alters nothing, by itself.

    Authors may see what is theirs.
    """
    owner = open_phone(language="fr")
    await owner.is_member(country="TN", name="Amel")
    async with owner.world.store.transaction(owner.world.now) as tx:
        moderators = [await seated(tx, "TN", "civil"), await seated(tx, "TN", "official")]
        made = await things(tx, owner.person, moderators=moderators, sensitive=not who.startswith("coordinator"))
    phone = await comes(open_phone, who, owner)
    before = await rows(owner)
    for name, thing in made.items():
        for command in COMMANDS:
            await phone.says(command.format(id=thing))
            assert who == "author" or CANARY not in shown(phone), f"{command} shows {name}:\n{shown(phone)}"
            if who not in OUTSIDE | {"author"}:
                await phone.says("1")
                assert CANARY not in shown(phone), f"{command}, then 1, shows {name}:\n{shown(phone)}"
            assert not any(other.heard for other in phone.world.phones if other is not phone)
        after = await rows(owner)
        assert after == before, f"changed by a command with {name}: {[n for n in KEPT if after[n] != before[n]]}"
