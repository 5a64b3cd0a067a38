"""A network in which everything is as long and as many as it may be, for walks through the conversations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from network import (
    addresses,
    allies,
    answers,
    approvals,
    attendance,
    callins,
    charters,
    commitments,
    consultations,
    entries,
    exchanges,
    extracts,
    followups,
    groups,
    introductions,
    marks,
    members,
    outputs,
    planning,
    practices,
    preparations,
    questions,
    relayed,
    relays,
    remarks,
    replies,
    reports,
    requests,
    sections,
    series,
    slots,
    standings,
    starter,
    swaps,
    topics,
    translations,
)
from network.audiences import Audience
from network.facts import KINDS, STAGES, Facts
from network.members import State
from network.store import Tx
from network.texts import PARTS

COORDINATORS = {"official": "gendarmerie", "civil": "association"}
LINES = ("figure", "source")  # the parts of one line
PART, LINE, TITLE = 900, 200, 60  # characters, at most
LONG_COUNTRIES = ("BF", "CI", "MR")
LONG_TOPICS = ("prv.elections", "bdr.trafficking", "ppl.promotion")  # the longest names in ar, fr and en
WORDS = {
    "ar": (
        "جلسة شاي كل جمعة بين الشرطة والأهالي في الساحة 🤝🏽 لسماع المشاكل الصغيرة قبل أن تكبر، "
        "على طريقة Community Policing مع 👨‍👩‍👧 لجنة Comité de veille. "
    ),
    "fr": "Un thé partagé chaque vendredi ☕ entre la brigade et les habitants, pour entendre « les soucis » tôt. ",
    "en": "Tea shared every Friday 🫖 between the brigade and the residents, so that small worries are heard early. ",
}


@dataclass(frozen=True)
class Who:
    """Somebody with a phone."""

    external: str
    channel: str
    language: str
    side: str
    country: str = "BF"
    seated: bool = False


def long_text(language: str, length: int) -> str:
    """Return a harmless text of exactly so many characters."""
    words = (WORDS[language] * (length // len(WORDS[language]) + 1))[: length - 1]
    return words.rstrip() + "…" * (length - len(words.rstrip()))


async def fill(tx: Tx, people: list[Who]) -> None:
    """Fill the network around ``people``: the first is the author, asker and reader of most of it."""
    await starter.load(tx)
    ids = [await _enrol(tx, who) for who in people]
    await _others(tx)
    shared = await _practices(tx, ids)
    await _standing(tx, ids, shared)
    await _requests(tx, ids[0])
    await _questions(tx, ids)
    await _translations(tx, ids, shared)
    await _meetings(tx, ids)
    await _groups(tx, ids)
    await _dialogues(tx, ids)
    await _exchanges(tx, ids)
    await _drafts(tx, ids)


async def _enrol(tx: Tx, who: Who) -> str:
    found = await addresses.meet(tx, channel=who.channel, account="main", external=who.external, language=who.language)
    await _member(tx, found.person, who.language, who.side, who.country, seated=who.seated)
    await topics.follow(tx, person=found.person, topics=["com", "prv", "bdr"])
    return found.person


async def _member(tx: Tx, person: str, language: str, side: str, country: str, *, seated: bool = False) -> None:
    await members.enrol(tx, person=person, language=language, consent_version="test")
    name = {"ar": "أمل Ben Salah (الحي)", "fr": "Aïssata d’Arly-Gourma", "en": "Zen"}[language]
    profile = {"side": side, "country": country, "service": COORDINATORS[side], "name": name}
    await members.change(tx, person=person, role="command" if side == "official" else "", **profile)
    await members.set_state(tx, person=person, state=State.ACTIVE)
    if seated:
        group = await groups.by_country(tx, country=country)
        await groups.join(tx, group=group.id, person=person)
        await groups.seat(tx, group=group.id, person=person, rank="coordinator")


async def _others(tx: Tx) -> None:
    for number in range(24):
        who = Who(f"other-{number}", "telegram", ("ar", "fr", "en")[number % 3], ("civil", "official")[number % 2])
        await _enrol(tx, who)


async def _practices(tx: Tx, people: list[str]) -> list[str]:
    """Publish practices with every part as long as it may be, in each language, with kept and tried ones."""
    shared: list[str] = []
    for number in range(15):
        language = ("ar", "fr", "en")[number % 3]
        origin = shared[number // 2] if number % 4 == 3 else ""
        made = await practices.submit(tx, author=people[number % 2], origin=origin, **whole(language, number))
        await practices.publish(tx, practice=made)
        shared.append(made)
    for kind in (marks.SAVED, marks.TRYING, marks.USEFUL):
        for practice in shared[1::2]:
            await followups.mark(tx, practice=practice, person=people[0], kind=kind)
    return shared


def whole(language: str, number: int = 0) -> dict[str, object]:
    """Return what a practice says where everything is said, as long as may be."""
    parts = {part: long_text(language, LINE if part in LINES else PART) for part in PARTS}
    facts = Facts(
        country=LONG_COUNTRIES[number % 3],
        kind=KINDS[number % 3],
        zone="BF-CI",
        met="MR",
        evidence="evaluated",
        decision="ministry",
        stage=STAGES[number % 5],
        months=600,
        scale="border",
        rhythm="routine",
        reuse="public",
    )
    what = {"language": language, "facts": facts, "parts": parts, "topics": list(LONG_TOPICS)}
    return {**what, "title": long_text(language, TITLE), "level": number % 3}


async def _standing(tx: Tx, people: list[str], shared: list[str]) -> None:
    for act, practice in zip(("law", "agreement", "budget"), shared, strict=False):
        given = {"institution": "rights_institution", "country": "BF", "on": date(2026, 9, 30)}
        await standings.endorse(tx, practice=practice, person=people[1], act=act, **given)
    for practice in shared[:6:2]:
        told = await followups.answer(tx, practice=practice, person=people[0], answer="changed")
        await followups.add_note(tx, followup=told, person=people[0], note=long_text("fr", 300))


async def _requests(tx: Tx, author: str) -> None:
    """Hand practices in: many that wait, one given back for a change, one refused."""
    for number in range(14):
        language = ("ar", "fr", "en")[number % 3]
        handed = await requests.share(tx, author=author, **whole(language, number) | {"topics": ["com.dialogue"]})
        agree, change = False, number == 0
        if number < 2:
            decider = (await approvals.deciders(tx, approval=handed["approval"]))[0]
            reason = long_text(language, 300)
            await requests.settle(
                tx, approval=handed["approval"], by=decider, agree=agree, change=change, reason=reason
            )


async def _questions(tx: Tx, people: list[str]) -> None:
    """Ask questions, with answers from both sides, one asked back, and consents asked."""
    for number, language in enumerate(("ar", "fr", "en")):
        asker = people[number % len(people)]
        what = {"topic": LONG_TOPICS[1], "text": long_text(language, 500), "language": language}
        asked = await questions.ask(tx, person=asker, scope="all", **what)
        question = asked["question"]
        if asked["approval"]:
            await questions.open_up(tx, question=question)
        for person in people:
            if person != asker:
                given = {"text": long_text(language, 700), "language": language, "level": 1}
                answer = (await answers.give(tx, question=question, person=person, **given))["answer"]
                await replies.ask_back(tx, answer=answer, by=asker, text=long_text(language, 300))
                await replies.ask_consent(tx, question=question, by=asker, ids=[answer])


async def _translations(tx: Tx, people: list[str], shared: list[str]) -> None:
    """Translate one practice and have it confirmed; leave another to check, and one sent back."""
    for number, practice in enumerate(shared[:4]):
        source = await practices.get(tx, practice=practice)
        language = "fr" if source.language != "fr" else "ar"
        parts = {part: long_text(language, LINE if part in LINES else PART) for part in source.parts}
        sheet = await translations.original(tx, practice=practice)
        what = {"language": language, "title": long_text(language, TITLE), "parts": parts, "made_from": sheet.version}
        by = people[2] if number % 2 else people[0]
        offered = await translations.offer(tx, practice=practice, person=by, **what)
        checker = offered["ask"][0]
        if number == 0:
            await translations.confirm(tx, translation=offered["translation"], by=checker)
        if number == 1:
            remark = long_text(language, 300)
            await translations.send_back(tx, translation=offered["translation"], by=checker, remark=remark)


async def _meetings(tx: Tx, people: list[str]) -> None:
    """Let some be found, propose and be proposed to, and talk with several, under names as long as may be."""
    rows = await tx.all(select(members.members.c.id).order_by(members.members.c.id).limit(30))
    others = [row.id for row in rows if row.id not in people]
    for person in others[:12]:
        for kind in allies.Kind:
            await allies.offer_only(tx, person=person, kind=kind, topics=[*LONG_TOPICS, "com.dialogue"])
    asked = [(others[0], people[0]), (people[0], others[1]), (people[1], others[2])]
    for at, (seeker, peer) in enumerate(asked):
        kind = list(allies.Kind)[at % 2]
        await allies.offer_only(tx, person=peer, kind=kind, topics=["com.dialogue"])
        theirs = (allies.offers.c.person == peer) & (allies.offers.c.kind == kind.value)
        offer = await tx.scalar(select(allies.offers.c.id).where(theirs, allies.offers.c.topic == "com.dialogue"))
        how = {"kind": kind.value, "months": 6 * (kind is allies.Kind.MENTOR), "why": long_text("ar", 300)}
        await introductions.propose(tx, person=seeker, offer=offer, name="Zz" * 10, level=2, **how)
    for at, (person, other) in enumerate(zip(people * 2, others[5:], strict=False)):
        ends = (relays.End(person, "=swallow", 2), relays.End(other, "Zz" * 10, 2))
        kind, goal = ("mentor", long_text("fr", 300)) if at % 2 else ("ally", "")
        mine, theirs = await relays.open_up(tx, kind=kind, topic=LONG_TOPICS[at % 3], ends=ends, goal=goal)
        for place in (mine, theirs) * 6:
            said = await relayed.pass_on(tx, end=place.end, person=place.person, text=long_text("ar", 1000))
            await relayed.take(tx, message=said, reachable=True)
        await swaps.offer(tx, end=theirs.end, person=other, contact=long_text("fr", 120))
        if not at:
            latest = [each.id for each in await relayed.latest(tx, end=mine.end, limit=12) if not each.mine]
            shown = latest[: reports.MOST_SHOWN]
            await reports.report(tx, end=mine.end, by=person, why=long_text("ar", 300), shown=shown)


async def _groups(tx: Tx, people: list[str]) -> None:
    """Begin a group whose texts are as long as may be, by those who are seated; somebody asks to come in."""
    _author, official, civil = people[:3]
    texts = {f"name.{language}": long_text(language, 40) for language in ("ar", "fr", "en")}
    texts |= {f"purpose.{language}": long_text(language, 300) for language in ("ar", "fr", "en")}
    for policy, vouched in (("open", ""), ("request", "yes")):
        texts["name.fr"] = f"{policy} {texts['name.fr']}"[:40]
        terms = {**texts, "policy": policy, "vouched": vouched, "country": "NE", "locality": long_text("fr", 60)}
        asked = await charters.propose(tx, by=civil, terms=terms)
        await requests.settle(tx, approval=asked["approval"], by=official, agree=True)
    for group in await groups.coordinated_by(tx, person=civil):
        for number in range(12):
            who = await addresses.find(tx, channel="telegram", account="main", external=f"other-{number}")
            assert who is not None
            if not group.is_home and number < 11:
                await groups.join(tx, group=group.id, person=who.person)
            elif group.vouched:
                await entries.ask(tx, group=group.id, person=who.person, words=long_text("fr", 300))


async def _dialogues(tx: Tx, people: list[str]) -> None:
    """Begin dialogues of a year whose texts are as long as may be; one waits for a word, one is at its end."""
    author, official, civil = people[:3]
    home = (await groups.by_country(tx, country="BF")).id
    for at, level in enumerate(("local", "national", "local")):
        words = {name: long_text(("ar", "fr", "en")[at], most) for name, most in (("title", 60), ("purpose", 400))}
        how = {"group": home, "level": level, "places": ["BF"], "zone": "BF-CI" if at else "", "about": LONG_TOPICS[:1]}
        bodies = ("rights_institution", "local_authority", "religious_leader")
        asked = await series.open_one(tx, by=civil, rules=long_text("ar", 400), services=bodies, **words, **how)
        if at == 2:
            continue
        await requests.settle(tx, approval=asked["approval"], by=official, agree=True)
        await groups.join(tx, group=home, person=author)
        await series.take_part(tx, series=asked["id"], person=author)
        while level == "national" and (await series.get(tx, series=asked["id"])).phase.following:
            await outputs.write(tx, series=asked["id"], by=civil, text=long_text("fr", 3000))
            given = await outputs.publish(tx, series=asked["id"], by=civil)
            await requests.settle(tx, approval=given["approval"], by=official, agree=True)
            await series.advance(tx, series=asked["id"], by=official)


async def _exchanges(tx: Tx, people: list[str]) -> None:
    """Plan exchanges whose texts are as long as may be: without a time, full, on the air, with a summary."""
    author, official, civil = people[:3]
    home = (await groups.by_country(tx, country="BF")).id
    how = {"group": home, "audience": Audience(groups=(home,)), "zone": "Africa/Ouagadougou", "capacity": 2}
    how |= {"place": long_text("fr", 200), "link": "https://meet.example.org/" + "x" * 270, "topics": LONG_TOPICS[:1]}
    how |= {"languages": ["ar", "en", "fr"], "minutes": 480}
    for at, kind in enumerate(("dialogue", "crossservice", "callin", "openday")):
        lengths = (("title", 60), ("purpose", 400), ("rules", 400), ("host", 60), ("partner", 60))
        words = {name: long_text(("ar", "fr", "en")[at % 3], most) for name, most in lengths}
        found = await exchanges.draft(tx, by=civil, kind=kind, **how, **words)
        await planning.propose(tx, exchange=found, by=civil)
        moments = [(tx.now + timedelta(days=20 + day)).isoformat() for day in range(slots.MOST)]
        await slots.propose(tx, exchange=found, by=civil, at=moments)
        if not at:
            continue
        local = (tx.now + timedelta(days=20)).replace(tzinfo=None, second=0, microsecond=0)
        await planning.set_time(tx, exchange=found, by=official, local=local, zone="Africa/Ouagadougou")
        for person in (official, author, civil):
            await attendance.answer(tx, exchange=found, person=person, answer="yes")
        for number in range(4):
            text = long_text(("ar", "fr", "en")[number % 3], 300)
            await preparations.ask(tx, exchange=found, person=author, text=text, with_side=bool(number % 2))
        for name in preparations.FIELDS:
            await preparations.note(tx, exchange=found, by=civil, name=name, text=long_text("ar", 900))
        if kind == "callin":
            for asked in (await callins.questions(tx, exchange=found, by=civil))[1:]:
                given = {"exchange": found, "question": asked.id, "text": long_text("fr", 500)}
                await callins.answer(tx, by=civil, sensitive=False, **given)
            await callins.publish(tx, exchange=found, by=civil)
    asked = await preparations.publish(tx, exchange=found, by=civil)
    await requests.settle(tx, approval=asked["approval"], by=official, agree=True)


async def _drafts(tx: Tx, people: list[str]) -> None:
    """Put drafts before both sides as long as may be, answered as long: asked for, open, closed, renewed."""
    author, official, civil = people[:3]
    home = (await groups.by_country(tx, country="BF")).id
    for at in range(4):
        language = ("ar", "fr", "en")[at % 3]
        parts = [[long_text(language, 60), long_text(language, sections.LONGEST)] for _number in range(3)]
        how = {"group": home, "title": long_text(language, 60), "why": long_text(language, 400), "days": 60}
        asked = await consultations.propose(tx, by=civil, parts=parts, audience=Audience(groups=(home,)), **how)
        if not at:
            continue
        await requests.settle(tx, approval=asked["approval"], by=official, agree=True)
        for section in await consultations.sections(tx, consultation=asked["id"]):
            for person, stance in ((author, "amend"), (official, "comment"), (civil, "amend")):
                said = long_text(language, remarks.LONGEST)
                await remarks.say(tx, section=section.id, person=person, stance=stance, text=said)
        if at == 1:
            continue
        await consultations.close(tx, consultation=asked["id"], by=official)
        until = (tx.now + timedelta(days=90)).date().isoformat()
        promise = {"what": long_text(language, 300), "who": long_text(language, 80), "due_on": until}
        await commitments.add(tx, consultation=asked["id"], by=civil, **promise)
        renewed = {
            "section": section.id,
            "text": long_text(language, sections.LONGEST),
            "why": long_text(language, 150),
        }
        await consultations.renew(tx, consultation=asked["id"], by=civil, **renewed)
        if at == 2:
            await extracts.ask(tx, consultation=asked["id"], by=civil)
        else:
            await consultations.publish(tx, consultation=asked["id"], by=civil)
