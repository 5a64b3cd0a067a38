"""A Telegram group linked to a group: linked by a code, entered by those who know what is seen of them, left."""

from __future__ import annotations

import json
from datetime import timedelta

from handlers.messages import Incoming, Kind
from network import addresses, groups, jobs, linked, members
from network.jobs import Job
from tests.handlers.transcript import Transcript

CHAT = "-1007"


async def at_the_door(phone: Transcript, *, link: str = "https://t.me/+abc", error: str = "") -> list[tuple[str, str]]:
    """Do what was asked for at the door, and hand what came of it to the desk; return each act and its guest."""
    world = phone.world
    world.now += timedelta(seconds=linked.LAST_WORD_S)
    done = []
    async with world.store.transaction(world.now) as tx:
        for job in await jobs.claim(tx, kinds=[linked.GATE]):
            await jobs.done(tx, job=job.id)
            done.append((job.argument["act"], job.argument["guest"]))
            assert job.argument["chat"] == CHAT
            await _tell(phone, tx, job, link, error)
    return done


async def _tell(phone: Transcript, tx, job: Job, link: str, error: str) -> None:
    home = (await addresses.preferred(tx, people=[job.person or ""])).get(job.person or "")
    if home is None:
        return
    result = {"subject": job.argument["subject"], "act": job.argument["act"], "link": link}
    result |= {"error": error} if error else {}
    at = (home.channel, home.account, home.external)
    come = Incoming(*at, Kind.DONE, phone.world.now, text=job.kind, argument=json.dumps(result))
    phone.world.deliver(await phone.world.desk.handle(tx, come))


async def links(coordinator: Transcript, chat: Transcript) -> str:
    """Link a chat to the coordinator's group; return the id of the link."""
    await coordinator.says("/supergroup")
    coordinator.hears("Make a group in Telegram", "invite users and ban users", "I read and keep nothing")
    code = coordinator.text.partition("/jisr ")[2][:9]
    await chat.does(Kind.LINK, argument=code)
    coordinator.hears_nothing()
    assert await at_the_door(coordinator) == [("invite", CHAT)]
    coordinator.hears("Linked: this Telegram group now belongs to “Tunisia”.")
    async with chat.world.store.reading(chat.world.now) as tx:
        found = await linked.of_chat(tx, channel="telegram", account="main", chat=CHAT)
        assert found is not None
        return found.id


async def _people(open_phone) -> tuple[Transcript, Transcript, Transcript]:
    sana, amel, chat = open_phone(language="en"), open_phone(language="en"), open_phone(external=CHAT)
    await sana.is_member(coordinator=True, name="Sana")
    await amel.is_member(name="Amel")
    await in_group(amel)
    return sana, amel, chat


async def in_group(phone: Transcript, country: str = "TN") -> str:
    """Put the member behind a phone into the group of a country; return its id."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        group = await groups.by_country(tx, country=country)
        await groups.join(tx, group=group.id, person=phone.person)
        return group.id


async def test_a_member_enters_knowing_what_is_seen_of_them(open_phone):
    """The way in is given after what Telegram shows is said; whoever knows it is let in at once."""
    sana, amel, chat = await _people(open_phone)
    which = await links(sana, chat)
    await amel.says(f"/entrance {which}")
    amel.hears("Telegram, not Jisr, decides what is seen of you", "your number if your Telegram settings show it")
    amel.hears("“Tunisia”")
    await amel.taps("Let me in")
    amel.hears("https://t.me/+abc", "Ask to enter there")
    await amel.does(Kind.KNOCK, argument=CHAT)
    amel.hears_nothing()
    assert await at_the_door(amel) == [("admit", amel.external)]
    amel.hears("The Telegram group of “Tunisia” is open to you.")


async def test_whoever_asks_at_the_door_first_is_told_there(open_phone):
    """A member who came by a link that was passed on is asked in private, and waits before the door until then."""
    sana, amel, chat = await _people(open_phone)
    await links(sana, chat)
    await amel.does(Kind.KNOCK, argument=CHAT)
    amel.hears("Before you enter the Telegram group of “Tunisia”", "They can copy it and write to you")
    assert await at_the_door(amel) == []
    await amel.taps("Let me in")
    amel.hears("I am opening the door.")
    assert await at_the_door(amel) == [("admit", amel.external)]
    await amel.does(Kind.KNOCK, argument=CHAT)
    amel.hears("Before you enter")
    await amel.taps("Stay outside")
    amel.hears("What the group says in Jisr reaches you here.")


async def test_nobody_else_is_let_in(open_phone):
    """A stranger, a member of another group and whoever would rather not are declined, kindly and in private."""
    sana, amel, chat = await _people(open_phone)
    stranger, other = open_phone(language="en"), open_phone(language="en")
    await other.is_member(country="NE", name="Issa")
    await links(sana, chat)
    await stranger.does(Kind.KNOCK, argument=CHAT)
    stranger.hears("is for the members of “Tunisia” in Jisr", "write “join” here")
    await other.does(Kind.KNOCK, argument=CHAT)
    other.hears("is for the members of “Tunisia”, so I could not let you in")
    assert await at_the_door(sana) == [("decline", stranger.external), ("decline", other.external)]
    await amel.does(Kind.KNOCK, argument=CHAT)
    await amel.taps("Stay outside")
    assert await at_the_door(sana) == [("decline", amel.external)]
    await amel.does(Kind.KNOCK, argument="-1008")
    amel.hears_nothing()


async def test_whoever_leaves_the_group_is_taken_out(open_phone):
    """Leaving the group of the network, and being erased, end the place in its Telegram group."""
    sana, amel, chat = await _people(open_phone)
    which = await links(sana, chat)
    await amel.says(f"/entrance {which}")
    await amel.taps("Let me in")
    await amel.does(Kind.KNOCK, argument=CHAT)
    assert await at_the_door(amel) == [("admit", amel.external)]
    async with amel.world.store.transaction(amel.world.now) as tx:
        group = await groups.by_country(tx, country="TN")
        await groups.leave(tx, group=group.id, person=amel.person)
        assert await linked.tend(tx) == 1
        assert await linked.tend(tx) == 0
    assert await at_the_door(amel) == [("remove", amel.external)]
    await amel.says(f"/entrance {which}")
    amel.hears("That Telegram group is not linked any more.")


async def test_a_code_works_once_and_only_for_whoever_holds_a_seat(open_phone):
    """A wrong code, one used before and one of somebody who lost the seat link nothing; members get none."""
    sana, amel, chat = await _people(open_phone)
    await chat.does(Kind.LINK, argument="AAAA-AAAA")
    assert await at_the_door(sana) == []
    await sana.says("/supergroup")
    code = sana.text.partition("/jisr ")[2][:9]
    async with sana.world.store.transaction(sana.world.now) as tx:
        group = await groups.by_country(tx, country="TN")
        await groups.unseat(tx, group=group.id, person=sana.person)
    await chat.does(Kind.LINK, argument=code)
    assert await at_the_door(sana) == []
    await sana.says("/supergroup")
    sana.hears("Only coordinators can do that.")
    await amel.says(f"/supergroup {group.id}")
    amel.hears("Only coordinators can do that.")


async def test_the_coordinator_hears_when_the_bot_has_no_power(open_phone):
    """Without the rights nothing is linked, and who loses them later is told; linking again opens the door."""
    sana, amel, chat = await _people(open_phone)
    await sana.says("/supergroup")
    await chat.does(Kind.LINK, argument=sana.text.partition("/jisr ")[2][:9])
    await at_the_door(sana, error="no_rights")
    sana.hears("I may not let anybody in", "then link it again")
    which = await links(sana, chat)
    await chat.does(Kind.POWERLESS)
    sana.hears("I may not let anybody in")
    await chat.does(Kind.POWERLESS)
    sana.hears_nothing()
    await amel.does(Kind.KNOCK, argument=CHAT)
    amel.hears("I could not let you in")
    assert await at_the_door(sana) == [("decline", amel.external)]
    assert await links(sana, chat) == which
    await sana.says("/supergroup")
    sana.hears("A Telegram group is linked to “Tunisia”.")
    await sana.taps("Unlink it")
    sana.hears("It is not linked any more.")
    await amel.does(Kind.KNOCK, argument=CHAT)
    amel.hears_nothing()


async def test_whoever_has_no_telegram_is_told_so(open_phone):
    """A member known by WhatsApp only is told to link their Telegram first, and gets no link to a closed door."""
    sana, _amel, chat = await _people(open_phone)
    which = await links(sana, chat)
    omar = open_phone(language="en", channel="whatsapp")
    await omar.is_member(name="Omar")
    await in_group(omar)
    await omar.says(f"/entrance {which}")
    await omar.says("1")
    omar.hears("I do not know your Telegram account yet", "write “link”")
    omar.does_not_hear("https://")


async def test_a_locked_member_is_not_let_in(open_phone):
    """Somebody who is about to be erased is declined."""
    sana, amel, chat = await _people(open_phone)
    await links(sana, chat)
    async with amel.world.store.transaction(amel.world.now) as tx:
        await members.set_state(tx, person=amel.person, state="locked")
    await amel.does(Kind.KNOCK, argument=CHAT)
    assert await at_the_door(sana) == [("decline", amel.external)]
