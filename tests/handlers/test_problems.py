"""Problems in conversation: named by nobody, read by topic, put in order, hidden, taken to the country, shared."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.language import Text, Voice
from handlers.me.export import write_copy
from handlers.series import problem_news
from network import (
    board,
    conversations,
    due,
    erasure,
    escalations,
    groups,
    insights,
    problems,
    requests,
    series,
    topics,
)
from network.members import SERVICES
from tests.handlers.polling_talk import passes
from tests.handlers.test_broadcast import coordinators, goes_through, joins, queued
from tests.handlers.test_unmasked import seen
from tests.handlers.wires import Wires
from tests.network.people import enrolled

TITLE = "Le soir au marché"
TEXT = "La nuit, personne ne répond à la brigade."
ARABIC = "لا أحد يجيب في المركز ليلا."
SECOND = "Les femmes attendent trop longtemps au guichet."
RULE = "Il manque une règle nationale sur la permanence de nuit."
TOPIC = ("[Community security]", "[Police-public dialogue]")
CALM = {"quiet_from": "", "quiet_until": ""}


async def begun(open_phone, language="en", **how):
    """Open a series in Niger; return it and the phones of its hosts."""
    awa, issa = await coordinators(open_phone, language)
    world = awa.world
    async with world.store.transaction(world.now) as tx:
        group = (await groups.by_country(tx, country="NE")).id
        given = {"title": TITLE, "purpose": "Que les deux côtés décident ensemble.", **how}
        asked = await series.open_one(tx, by=awa.person, group=group, **given)
        await requests.settle(tx, approval=asked["approval"], by=issa.person, agree=True)
        await due.take(tx)
    return asked["id"], awa, issa


async def takes_part(phone, found, **fields):
    """Make somebody a member in the group of Niger who takes part in a series."""
    await joins(phone, **{**CALM, **fields})
    async with phone.world.store.transaction(phone.world.now) as tx:
        await series.take_part(tx, series=found, person=phone.person)
    return phone


async def names(phone, found, text=TEXT, *, shown="[No, only the topic]", topic=TOPIC):
    """Name one problem."""
    await goes_through(phone, f"/problem {found}", text, *topic, shown, "[That is all]")


async def test_problems_are_named_and_read_by_topic_without_who(open_phone):
    """One after the other, screened as posts are; everybody in it reads the same, nobody outside anything."""
    found, awa, _issa = await begun(open_phone)
    guest, other = await takes_part(open_phone(), found), await takes_part(open_phone(channel="whatsapp"), found)
    await guest.says(f"/problem {found}")
    guest.hears("Nobody ever reads who wrote it", "What goes wrong? One sentence, please.")
    await guest.says("Le commandant Issa Moussa ne répond jamais au +227 90 12 34 56.")
    guest.hears("There seems to be")
    await goes_through(guest, TEXT, *TOPIC)
    guest.hears("May others read these words too")
    await guest.taps("No, only the topic")
    guest.hears("It is kept, without a name. Is there another?")
    await goes_through(guest, "[One more]", SECOND, "[Search by words]", "women", "1")
    await goes_through(guest, "[No, only the topic]", "[That is all]")
    guest.hears(TEXT, SECOND, "1 problem")
    for phone in (awa, other):
        await phone.says(f"/problems {found}")
        phone.hears(TEXT, SECOND)
    outside = await joins(open_phone())
    for command in ("problem", "problems"):
        await outside.says(f"/{command} {found}")
        outside.hears("This dialogue is not there for you, or is over.")


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("Au secours, on nous tire dessus maintenant, aidez-nous !", "This reads as an emergency."),
        ("Je veux porter plainte contre le policier qui m’a frappé hier.", "This reads as a complaint."),
        ("Les trafiquants passent par la piste du nord.", "This reads as information about"),
    ],
)
async def test_what_is_no_problem_of_many_gets_the_card_and_is_not_kept(open_phone, text, card):
    """An emergency or a complaint is told where to turn; nothing of it is stored."""
    found, *_hosts = await begun(open_phone)
    guest = await takes_part(open_phone(), found)
    await goes_through(guest, f"/problem {found}", text)
    guest.hears(card)
    async with guest.world.store.reading(guest.world.now) as tx:
        assert await tx.all(problems.problems.select()) == []


async def test_a_host_hides_and_its_author_alone_hears_why(open_phone):
    """The host never learns who; the author hears it in their chat."""
    found, awa, issa = await begun(open_phone)
    guest, other = await takes_part(open_phone(), found), await takes_part(open_phone(), found)
    await names(guest, found)
    await goes_through(awa, f"/problems {found}", "[Hide a harmful one]", f"[{TEXT[:23]}…]")
    awa.hears("you never learn who it was")
    await awa.says("Cela peut viser une seule personne.")
    awa.hears("It is shown no more")
    await awa.waits(seconds=1)
    guest.hears("What you named is shown no more", TEXT, "Cela peut viser une seule personne.")
    for phone in (awa, issa, other):
        phone.hears_nothing()
    await other.says(f"/problems {found}")
    other.hears("Nobody has named a problem yet.")


async def test_whoever_reads_the_words_of_somebody_erased_reads_no_further(open_phone):
    """The list in which a host was about to choose holds the words no more, and is over."""
    found, awa, issa = await begun(open_phone)
    guest = await takes_part(open_phone(), found)
    await names(guest, found, shown="[Yes, they may]")
    await goes_through(awa, f"/problems {found}", "[Needs a national answer]", "1", "[In its words]")
    await goes_through(issa, "[Read it]")
    issa.hears(TEXT)
    await goes_through(awa, "[Hide a harmful one]")
    async with awa.world.store.transaction(awa.world.now) as tx:
        await erasure.erase(tx, person=guest.person)
        assert await tx.all(conversations.conversations.select()) == []
    await awa.says(f"/problems {found}")
    awa.hears("Nobody has named a problem yet.")
    await issa.says("/national")
    issa.hears("No dialogue of your country says")


async def test_somebody_takes_back_what_they_named(open_phone):
    """Only their own is offered to them."""
    found, awa, _issa = await begun(open_phone)
    guest = await takes_part(open_phone(), found)
    await names(guest, found)
    await awa.says(f"/problems {found}")
    awa.sees_no_choice("What I named")
    await goes_through(guest, f"/problems {found}", "[What I named]", "1")
    guest.hears("It is gone.")
    await goes_through(guest, "[That is all]", f"/problems {found}")
    guest.hears("Nobody has named a problem yet.")


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_what_somebody_named_is_in_their_own_copy_alone(open_phone, language):
    """Their words and the topic stand in it, in their language; the copy of a host has nothing of it."""
    found, awa, _issa = await begun(open_phone)
    guest = await takes_part(open_phone(), found)
    await names(guest, found)
    await goes_through(awa, f"/problems {found}", "[Needs a national answer]", "1", RULE, "[That is all]")
    world = awa.world
    async with world.store.reading(world.now) as tx:
        copies = [
            write_copy(
                await erasure.export(tx, person=phone.person),
                Voice(world.desk.translator, language),
                world.now,
                titles={},
            )
            for phone in (guest, awa)
        ]
    assert [TEXT in copy for copy in copies] == [True, False]
    assert [RULE in copy for copy in copies] == [False, True]
    assert topics.label("com.dialogue", language) in copies[0]


@pytest.mark.parametrize("many", [2, 3])
async def test_a_poll_orders_the_list(open_phone, many):
    """A host opens it by typed numbers; those in it vote, and its result orders the list, from three voters on."""
    found, awa, _issa = await begun(open_phone)
    voters = [await takes_part(open_phone(), found) for _each in range(many)]
    guest = voters[0]
    await names(guest, found)
    await names(guest, found, SECOND, topic=("[Prisons]", "[Prison service]"))
    await goes_through(awa, f"/problems {found}", "[Put them in order]", "1", "1 2", "Done", "[Rank three]")
    awa.hears("It is secret, lasts a week")
    await awa.taps("Yes, open it")
    awa.hears("It opens now")
    await passes(awa, seconds=5)
    guest.hears("Which of these shall we work on first?")
    await goes_through(awa, "[Put them in order]")
    awa.hears("Such a poll is under way already.")
    for phone in voters:
        await goes_through(phone, "[Have your say]")
        while not any("Your receipt" in message.text for message in phone.heard):
            await phone.says("1")
    await passes(awa, days=8)
    await guest.says(f"/problems {found}")
    assert any("In the order of the poll" in message.text for message in guest.heard) == (many > 2)


async def test_one_goes_up_to_the_country_and_an_answer_comes_back(open_phone):
    """In the host’s words where the author did not let theirs be read; the other side’s seat answers."""
    found, awa, issa = await begun(open_phone)
    guest = await takes_part(open_phone(), found)
    await names(guest, found)
    await goes_through(awa, f"/problems {found}", "[Needs a national answer]", "1")
    awa.hears("Say in your own words")
    await awa.says(RULE)
    awa.hears("You hear what they say.")
    issa.hears("this needs a national answer")
    await goes_through(issa, "[Read it]")
    issa.hears(RULE)
    issa.does_not_hear(TEXT)
    await goes_through(issa, "[Answer it]", "Une instruction est en préparation au ministère.")
    awa.hears("answer what your dialogue says")
    await goes_through(guest, f"/problems {found}")
    guest.hears(RULE, "Une instruction est en préparation au ministère.")
    await goes_through(awa, "/national", "1")
    awa.sees_no_choice("Answer it")


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_the_country_is_reminded_once_of_what_waits(open_phone, language):
    """Two weeks later the coordinators hear of it again, but who asked; one tap opens it; then it is quiet."""
    found, awa, issa = await begun(open_phone, language)
    guest, world = await takes_part(open_phone(), found), awa.world
    async with world.store.transaction(world.now) as tx:
        await problems.name(tx, person=guest.person, topic="com.dialogue", text=TEXT, series=found)
    await goes_through(awa, f"/problems {found}", Text("Needs a national answer"), "1", RULE)
    table = problem_news.acts(world.desk.translator)
    heard = []
    for _day in range(40):
        world.now += timedelta(days=1)
        async with world.store.transaction(world.now) as tx:
            for row in [each for each in await due.take(tx) if each.kind == escalations.REMIND]:
                await table[row.kind](tx, row.subject)
        heard.append([len(await queued(phone)) for phone in (issa, awa, guest)])
    assert [day for day, many in enumerate(heard, 1) if any(many)] == [14]
    assert heard[13] == [1, 0, 0]
    await issa.taps(Text("Read it"))
    issa.hears(RULE)
    issa.sees_choice(Text("Answer it"))


async def test_several_countries_share_a_topic(open_phone):
    """The board shows it, the coordinators are told once, and one tap plans an exchange on it."""
    _found, awa, issa = await begun(open_phone)
    guest = await joins(open_phone())
    await guest.says("/board")
    guest.hears("Nothing is named in several countries by ten people yet.")
    await goes_through(guest, "[Name a problem]", TEXT, *TOPIC, "[Yes, they may]", "[That is all]")
    world = awa.world
    async with world.store.transaction(world.now) as tx:
        for country in ("NE", "ML"):
            for _ in range(10):
                await problems.name(tx, person=await enrolled(tx, country=country), topic="com.dialogue", text=SECOND)
    table = problem_news.acts(world.desk.translator)
    for _ in range(2):
        world.now += timedelta(days=2)
        async with world.store.transaction(world.now) as tx:
            for row in [each for each in await due.take(tx) if each.kind in table]:
                await table[row.kind](tx, row.subject)
            await due.at(tx, kind=problems.NAMED, subject="com.dialogue", instant=tx.now)
    for phone in (awa, issa):
        [message] = await queued(phone)
        assert "Members of several countries name the same." in message.text
        assert TEXT not in message.text
    await awa.taps("Plan an exchange")
    awa.hears("Topic: Police-public dialogue", "What do they do together?")
    await awa.taps("A dialogue")
    awa.hears("Suggested: “Police-public dialogue”")
    await goes_through(awa, "[Take this]", "[Take this]", "[Nothing]", "[Nothing]", "[French]", "Done")
    awa.hears("Does it touch another topic?")
    await goes_through(awa, "[Add a topic]", "2", "1", "[No, that is all]", "3", "1")
    await goes_through(awa, "[Rounds]", "Done", "[Nothing]", "[Nothing]", "[The countries of it]", "[No limit]")
    awa.hears("Members of several countries name this.", "Topics: Police-public dialogue · Everyday crime")
    awa.hears("Countries: Mali · Niger")
    await awa.taps("Yes, propose it")
    issa.hears("An exchange is proposed and waits for your side’s decision.")
    await goes_through(guest, "/board", "1")
    guest.hears("Mali", "Niger", TEXT)
    guest.does_not_hear(SECOND)
    guest.sees_no_choice("Hide a harmful one")


async def test_it_is_handed_to_a_national_series(open_phone):
    """The hosts of both hear of it, and those of the national one read it among its problems."""
    found, awa, issa = await begun(open_phone)
    guest = await takes_part(open_phone(), found)
    await names(guest, found)
    world = awa.world
    async with world.store.transaction(world.now) as tx:
        group = (await groups.by_country(tx, country="NE")).id
        given = {"title": "La nuit, partout", "purpose": "Une règle pour le pays.", "level": series.Level.NATIONAL}
        asked = await series.open_one(tx, by=awa.person, group=group, **given)
        await requests.settle(tx, approval=asked["approval"], by=issa.person, agree=True)
    await goes_through(awa, f"/problems {found}", "[Needs a national answer]", "1", RULE)
    await goes_through(issa, "[Read it]", "[Hand it on]", "[La nuit, partout]")
    awa.hears("is handed to a national series", "is handed to your national series")
    await awa.says(f"/problems {asked['id']}")
    awa.hears(RULE)
    awa.does_not_hear(TEXT)


async def test_what_was_named_for_the_board_is_taken_back(open_phone):
    """It is offered to whoever named it, and to nobody else."""
    guest, other = open_phone(), open_phone()
    await joins(guest)
    await joins(other)
    await goes_through(guest, "/board", "[Name a problem]", TEXT, *TOPIC, "[Yes, they may]", "[That is all]")
    await other.says("/board")
    other.sees_no_choice("What I named")
    await goes_through(guest, "/board", "[What I named]", f"[{TEXT[:23]}…]")
    guest.hears("It is gone.")
    async with guest.world.store.reading(guest.world.now) as tx:
        assert await tx.all(problems.problems.select()) == []


@pytest.mark.parametrize("language", ["fr", "ar"])
async def test_all_of_it_in_french_and_arabic(open_phone, language):
    """By typed numbers, in the words of the catalogue; the reader’s language, the author’s sentence as it is."""
    found, awa, issa = await begun(open_phone, language)
    guest = await takes_part(open_phone(language=language), found)
    text = ARABIC if language == "ar" else TEXT
    await goes_through(guest, f"/problem {found}", text, "1", "1", "2", "2")
    guest.hears(text, Text("What would you like to do?"))
    await goes_through(awa, f"/problems {found}", Text("Needs a national answer"), "1", RULE)
    issa.hears(Text("A local dialogue says: this needs a national answer."))
    await goes_through(issa, Text("Read it"), Text("Close it"), "Cela existe déjà dans la loi.")
    awa.hears(Text("The country’s coordinators close what your dialogue says needs a national answer, and say why."))
    await guest.says("/board")
    guest.sees_choice(Text("Name a problem"))


async def test_nobody_learns_who_named_what(open_phone):
    """Whatever hosts, coordinators and others open, nothing tells one author from another of their side."""
    found, awa, issa = await begun(open_phone)
    authors = [
        await takes_part(open_phone(), found, side=side, service=SERVICES[side][0], name=f"Canari {side}")
        for side in ("civil", "official")
    ]
    reader = await takes_part(open_phone(), found)
    for author, text in zip(authors, (TEXT, SECOND), strict=True):
        await names(author, found, text, shown="[Yes, they may]")
    for host in (awa, issa):
        await goes_through(host, f"/problems {found}", "[That is all]", f"/series {found}")
    await goes_through(awa, f"/problems {found}", "[Needs a national answer]", "1", "[In its words]")
    await goes_through(issa, "[Read it]", "[Not now]", f"/problems {found}", "[Hide a harmful one]", "2", RULE)
    await issa.waits(seconds=1)
    await goes_through(reader, f"/problems {found}", "[That is all]", "/board", "[That is all]")
    for phone in (awa, issa, reader):
        told = seen(phone)
        assert not [word for word in ("Canari", *(author.person for author in authors)) if word in told]
        assert "Civil society" not in told.split("Which dialogue?")[-1] or "at least" not in told
    async with awa.world.store.reading(awa.world.now) as tx:
        assert await board.shared(tx) == []
        assert await insights.there(tx) == []


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_long_lists_of_long_problems_go_out_on_both_apps(open_phone, language):
    """Twenty problems of the longest: every page, list and notice is taken by the stand-ins of both apps."""
    found, awa, issa = await begun(open_phone, language)
    world, wires = awa.world, Wires()
    people = [await takes_part(open_phone(), found) for _ in range(4)]
    async with world.store.transaction(world.now) as tx:
        for number, person in enumerate(people * 5):
            text = f"{number} {'é' * problems.LONGEST}"[: problems.LONGEST]
            given = {"topic": [each.code for each in topics.all()][number], "text": text, "shown": True}
            await problems.name(tx, series=found, person=person.person, **given)
    await goes_through(awa, f"/problems {found}", "1", "1", Text("That is enough"))
    await goes_through(awa, Text("Put them in order"), Text("Single problems"), "1 2 3 4 5 6", Text("Done"))
    await goes_through(awa, Text("Rank three"), Text("Yes, open it"), Text("Hide a harmful one"), Text("None of them"))
    await goes_through(awa, Text("Needs a national answer"), "1", Text("In its words"))
    await goes_through(issa, Text("Read it"), Text("Answer it"), RULE)
    await passes(awa, seconds=5)
    for phone in world.phones:
        for message in phone.log:
            await wires.carry(message)


async def test_beyond_one_group_the_other_side_reads_the_poll_first(open_phone):
    """It asks those in the dialogue alone, of all its groups; nobody else hears of it or reads its results."""
    awa, issa = await coordinators(open_phone, "en")
    world = awa.world
    async with world.store.transaction(world.now) as tx:
        home, other = [(await groups.by_country(tx, country=code)).id for code in ("NE", "ML")]
        given = {"title": TITLE, "purpose": "Que les deux côtés décident ensemble.", "invited": [other]}
        asked = await series.open_one(tx, by=awa.person, group=home, **given)
        await requests.settle(tx, approval=asked["approval"], by=issa.person, agree=True)
        await due.take(tx)
    found = asked["id"]
    guest, far, outside = await takes_part(open_phone(), found), open_phone(), await joins(open_phone(), **CALM)
    await far.is_member(country="ML", **CALM)
    async with world.store.transaction(world.now) as tx:
        await groups.join(tx, group=other, person=far.person)
        await series.take_part(tx, series=found, person=far.person)
    await names(guest, found)
    await names(far, found, SECOND, topic=("[Prisons]", "[Prison service]"))
    await goes_through(awa, f"/problems {found}", "[Put them in order]", "[Single problems]", "1 2", "Done")
    await goes_through(awa, "[Choose three]", "[Yes, open it]")
    awa.hears("so a coordinator of the other side reads it first")
    await goes_through(issa, "[Read and decide]")
    issa.hears(TEXT, SECOND, "Only those who take part in the dialogue")
    await goes_through(issa, "[I agree]")
    await passes(awa, seconds=5)
    for phone in (guest, far):
        phone.hears(f"A poll of the dialogue “{TITLE}”", "Which of these shall we work on first?")
        phone.does_not_hear("of the network")
    outside.hears_nothing()
    await passes(awa, days=8)
    outside.hears_nothing()
    await outside.says("/polls")
    assert "Which of these" not in outside.text
