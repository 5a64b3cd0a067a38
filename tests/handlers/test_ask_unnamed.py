"""Nobody learns who asks or answers beyond what these chose: whole exchanges of chance, every word looked through."""

from __future__ import annotations

import random

import pytest

from handlers.labels import SERVICES, attribution_label
from network import answers, attribution, countries, erasure, members, questions, topics
from network.attribution import Attribution
from network.members import SERVICES as OF_SIDE
from tests.handlers.transcript import ISOLATES, Transcript
from tests.network.people import enrolled

COUNTRIES = ("TN", "MA", "NE", "ML", "SN", "NG")
LEVELS = {"Nothing about me": 0, "Side and region": 1, "Role and country": 2}
PEOPLE = 5
TOPIC = "com.dialogue"


async def somebody(phone: Transcript, chance: random.Random, number: int) -> None:
    """Make a member of any kind, with a name, an organisation and a place that stand nowhere else."""
    side = chance.choice(members.SIDES)
    told = {name: f"{name.title()} of Canary{number}" for name in ("name", "organisation", "locality")}
    service, country = chance.choice(OF_SIDE[side]), chance.choice(COUNTRIES)
    await phone.is_member(side=side, service=service, country=country, quiet_from="", quiet_until="", **told)
    async with phone.world.store.transaction(phone.world.now) as tx:
        await topics.follow(tx, person=phone.person, topics=[TOPIC])


async def crowd(phone: Transcript) -> None:
    """Make ten more members like this one, so that role and country point at nobody."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        me = await members.get(tx, person=phone.person)
        for _ in range(attribution.FEWEST):
            await enrolled(tx, side=me.side, service=me.service, role=me.role, country=me.country)


async def line(phone: Transcript, level: int) -> str:
    """Return what is said of somebody at a level, as long as it holds."""
    async with phone.world.store.reading(phone.world.now) as tx:
        me = await members.get(tx, person=phone.person)
        holds = await attribution.holds(tx, person=me.id, level=level)
    return said(phone, attribution.of_member(me, level=holds, year=phone.world.now.year))


def said(phone: Transcript, shown: Attribution) -> str:
    """Return an attribution in words, in English."""
    return phone.world.desk.translator.render(attribution_label(shown), "en").translate(ISOLATES)


async def ask(phone: Transcript, chance: random.Random) -> bool:
    """Ask the network in any way; return whether openly."""
    how = chance.choice(["Openly", "Unattributed"])
    for words in ("/ask", "Community security", "Police-public dialogue", "How do you begin to talk again?"):
        await phone.says(words)
    sides = chance.choice(["Both sides", "Officials", "Civil society"])
    steps = ["Everywhere", sides, how, *(["As they come"] if sides == "Both sides" else []), "Yes, ask it"]
    for label in steps:
        await phone.taps(label)
    await phone.waits(seconds=1)
    return how == "Openly"


async def answer(phone: Transcript, chance: random.Random, number: int) -> int:
    """Answer in any way that is offered; return the level chosen."""
    await phone.taps("Answer it")
    await phone.says(f"This is what we did, told by number {number}.")
    offered = [label for label in LEVELS if label in phone.text]
    label = chance.choice(offered)
    await phone.taps(label)
    await phone.taps("Yes, send it")
    return LEVELS[label]


async def read(phone: Transcript) -> None:
    """Read every answer, thank for each, and ask back wherever that is possible."""
    await phone.says("my questions")
    await phone.says("1")
    await phone.taps("Read the answers")
    while True:
        labels = [choice.label.translate(ISOLATES) for choice in phone.choices]
        back = next((label for label in labels if label.startswith("Ask ") and label.endswith("back")), None)
        if "Say thank you" in labels:
            await phone.taps("Say thank you")
        elif back is not None:
            await phone.taps(back)
            await phone.says("And how did it go on after that?")
        elif "The next answers" in labels:
            await phone.taps("The next answers")
        else:
            await phone.taps("Enough for now")
            return


async def publish(phone: Transcript, others: list[Transcript], chance: random.Random) -> None:
    """Ask every author for their yes, and close the question."""
    await phone.taps("Make it a practice")
    for choice in [choice for choice in phone.choices if "number" in choice.label]:
        await phone.taps(choice.label.removeprefix("☐ "))
    await phone.taps("Done")
    for other in others:
        await other.taps("See and decide")
        await other.taps(chance.choice(["Yes, with this line", "Yes, unnamed", "No, please not"]))
    await phone.says("my questions")
    await phone.says("1")
    await phone.taps("Close the question")
    await phone.says("Thank you all, we begin next week.")


def everything_said(phone: Transcript) -> str:
    """Return every word and token that ever went to a phone."""
    return "\n".join(
        part
        for message in phone.log
        for part in (message.text, *(f"{c.token} {c.label} {c.note}" for c in message.choices))
    ).translate(ISOLATES)


@pytest.mark.parametrize("seed", range(10))
async def test_nobody_is_shown_beyond_what_they_chose(open_phone, seed):
    """Nobody reads another's name, organisation, place, id, country or service, unless that was chosen to be shown."""
    chance = random.Random(seed)
    phones = [open_phone(language="en", channel=chance.choice(["telegram", "whatsapp"])) for _ in range(PEOPLE)]
    for number, phone in enumerate(phones):
        await somebody(phone, chance, number)
    await crowd(chance.choice(phones[1:]))
    asker, called = phones[0], phones[1:]
    openly = await ask(asker, chance)
    answered = [phone for phone in called if "How do you begin to talk again?" in everything_said(phone)]
    levels = {phone.person: await answer(phone, chance, number) for number, phone in enumerate(answered)}
    if answered:
        await read(asker)
        for phone in answered:
            await phone.taps("Answer it")
            await phone.says("It went on well, week after week.")
        await publish(asker, answered, chance)
    asked_as = await line(asker, 1 if openly else 0)
    for reader in phones:
        read_of = [(phone, levels[phone.person]) for phone in answered] if reader is asker else []
        lines = [asked_as, *[await line(phone, level) for phone, level in read_of]]
        lines += [await line(reader, level) for level in LEVELS.values()]
        heard = everything_said(reader)
        for each in sorted([*lines, topics.label(TOPIC, "en")], key=len, reverse=True):
            heard = heard.replace(each, "")
        for other in phones:
            if other is not reader:
                await assert_unseen(heard, other, lines)


async def assert_unseen(heard: str, other: Transcript, lines: list[str]) -> None:
    """Assert that nothing of somebody stands in what was heard, once the ``lines`` that may stand there are out."""
    async with other.world.store.reading(other.world.now) as tx:
        who = await members.get(tx, person=other.person)
    country, service = countries.name(who.country, "en"), SERVICES[who.service].msgid
    for secret in (who.name, who.organisation, who.locality, who.id, who.name[-7:], country, service):
        assert secret not in heard
    for level in (1, 2):
        beyond = await line(other, level)
        assert beyond in lines or beyond not in heard


async def test_a_copy_holds_ones_own_words_only(open_phone):
    """The asker's copy has what they asked and wrote, the answerer's what they answered; neither has the other's."""
    asker, other = open_phone(language="en"), open_phone(language="en")
    chance = random.Random(1)
    for number, phone in enumerate((asker, other)):
        await somebody(phone, chance, number)
    async with asker.world.store.transaction(asker.world.now) as tx:
        asked = {"topic": TOPIC, "text": "Words of the asker?", "language": "en"}
        question = (await questions.ask(tx, person=asker.person, **asked))["question"]
        given = {"text": "Words of the other.", "language": "en", "level": 1}
        await answers.give(tx, question=question, person=other.person, **given)
        copies = {phone.person: repr(await erasure.export(tx, person=phone.person)) for phone in (asker, other)}
    assert "Words of the asker?" in copies[asker.person]
    assert "Words of the other." not in copies[asker.person]
    assert "Words of the other." in copies[other.person]
    assert "Words of the asker?" not in copies[other.person]
    assert asker.person not in copies[other.person]
