from __future__ import annotations

import pytest

from network import marks, practices, requests, standings
from tests.network.people import enrolled, handed_in, published, seated


async def shares(phone, **fields) -> str:
    """Publish a practice by the member of a phone; return its id."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        return await published(tx, phone.person, **fields)


async def opens(phone) -> None:
    """Open the one practice that was shared."""
    await phone.says("/mine")
    await phone.says("1")
    await phone.says("1")


async def test_an_empty_list_says_how_to_begin(open_phone):
    """Who shared, saved and tries nothing is told how to."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    await chat.says("mes pratiques")
    chat.sees_choices("Ce que j’ai partagé", "Ce que j’ai enregistré", "Ce que nous essayons", "C’est tout")
    await chat.says("1")
    chat.hears("Vous n’avez encore rien partagé.")
    await chat.says("2")
    chat.hears("Vous n’avez encore rien enregistré.")
    await chat.says("3")
    chat.hears("Vous n’avez encore rien marqué.")
    await chat.says("4")
    chat.hears("Volontiers.")


async def test_what_was_saved_is_read_again(open_phone):
    """Saved practices and those being tried are in lists of their own, and are opened from there."""
    chat = open_phone(language="en")
    await chat.is_member(country="NE")
    async with chat.world.store.transaction(chat.world.now) as tx:
        saved = await published(tx, await enrolled(tx), title="The saved one")
        tried = await published(tx, await enrolled(tx), title="The tried one")
        await marks.put(tx, person=chat.person, practice=saved, kind="saved")
        await marks.put(tx, person=chat.person, practice=tried, kind="trying")
    await chat.says("/mine")
    await chat.taps("What I saved")
    chat.sees_choices("The saved one", "Close")
    await chat.says("1")
    await chat.taps("Remove from saved")
    await chat.taps("Close")
    chat.hears("You saved nothing yet.")
    await chat.taps("What we are trying")
    await chat.says("1")
    chat.hears("“The tried one”")


async def standing_at(phone, state: str) -> str:
    """Bring a practice of the member of a phone to a state; return its id."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        decider = await seated(tx, "NE", "official")
        practice = await handed_in(tx, phone.person)
        approval = (await requests.pending(tx, person=decider, language="en"))[0].id
        if state == "change":
            await requests.settle(tx, approval=approval, by=decider, word="change", reason="Say who paid.")
        elif state == "refused":
            await requests.settle(tx, approval=approval, by=decider, agree=False, reason="It names a unit.")
        elif state == "published":
            await requests.settle(tx, approval=approval, by=decider, agree=True)
        elif state == "withdrawn":
            await practices.withdraw(tx, person=phone.person, practice=practice)
        return practice


@pytest.mark.parametrize(
    ("state", "says", "choices"),
    [
        ("waiting", ["waiting for a decision"], ["Read it", "Take it back", "Close"]),
        ("refused", ["not published", "It names a unit.", "You can ask for a second look until"], None),
        (
            "published",
            ["published"],
            [
                "Read it",
                "What happened since",
                "Change its stage",
                "What is said of me",
                "An official act",
                "Take it back",
                "Close",
            ],
        ),
        ("withdrawn", ["taken back"], ["Read it", "Change, hand in", "Close"]),
    ],
)
async def test_each_state_says_where_it_stands(open_phone, state, says, choices):
    """A practice shows where it stands, why, until when it can be appealed, and what can be done."""
    chat = open_phone(language="en")
    await chat.is_member(country="NE")
    await standing_at(chat, state)
    await opens(chat)
    chat.hears("“Café de la paix”", *says)
    chat.sees_choices(*(choices or ["Read it", "Change, hand in", "Ask a second look", "Take it back", "Close"]))


async def test_an_appeal_ends_after_72_hours(open_phone):
    """From the list one appeals; once the time is over that is not offered any more."""
    chat = open_phone(language="en")
    await chat.is_member(country="NE")
    await standing_at(chat, "refused")
    await opens(chat)
    await chat.taps("Ask a second look")
    chat.hears("Why should others look at it again?")
    await chat.says("cancel")
    await chat.waits(hours=73)
    await opens(chat)
    chat.sees_no_choice("Ask a second look")
    chat.does_not_hear("until")


async def test_the_line_is_changed_and_a_name_taken_back(open_phone):
    """An author consents to their name, sees it on the card, and takes it back: readers see it at once."""
    author, reader = open_phone(language="en"), open_phone(language="en")
    await author.is_member(country="NE", name="Awa", organisation="Radio Tarka")
    await reader.is_member(country="ML")
    practice = await shares(author)
    await opens(author)
    await author.taps("What is said of me")
    await author.taps("Awa, Radio Tarka, Niger")
    await author.taps("Yes, I agree")
    author.hears("From now on that line stands below it")
    await reader.says(f"/practice {practice}")
    reader.hears("Awa, Radio Tarka, Niger")
    await author.taps("What is said of me")
    await author.taps("Shared in the network")
    await reader.says(f"/practice {practice}")
    reader.hears("Shared in the network")
    reader.does_not_hear("Awa", "Tarka", "civil society")


async def test_a_stage_that_has_grown_is_told_to_coordinators_only(open_phone):
    """The country's coordinators may announce it; members and those of other countries hear nothing."""
    author, coordinator, member = open_phone(language="en"), open_phone(language="fr"), open_phone(language="en")
    await author.is_member(country="NE", name="Awa Secret")
    await coordinator.is_member(country="NE", coordinator=True)
    await member.is_member(country="NE")
    practice = await shares(author, stage="pilot")
    await opens(author)
    await author.taps("Change its stage")
    await author.taps("National")
    author.hears("It now stands so, with today’s date.")
    coordinator.hears("a grandi", "Nationale")
    coordinator.does_not_hear("Awa", "Secret")
    member.hears_nothing()
    await author.taps("Change its stage")
    await author.taps("National")
    author.hears("It stands so already.")
    coordinator.hears_nothing()
    await member.says(f"/practice {practice}")
    await member.taps("Read on")
    member.hears("Since 23 November 2026: A pilot", "Since 23 November 2026: National")


async def test_an_official_act_goes_through_the_queue(open_phone):
    """An author enters it with its day; a coordinator agrees without learning who entered it; it is shown."""
    author, coordinator = open_phone(language="fr"), open_phone(language="ar")
    await author.is_member(country="NE", name="Awa")
    await coordinator.is_member(country="NE", side="official", service="ministry", coordinator=True)
    practice = await shares(author)
    await opens(author)
    await author.taps("Un acte officiel")
    await author.taps("Un décret")
    await author.taps("Ministère")
    await author.taps("Niger")
    await author.says("12 mars 2099")
    author.hears("Quel jour")
    await author.says("12 mars 2026")
    author.hears("Acte officiel : ".replace(" :", "\u202f:") + "Un décret, Ministère, Niger, 12 mars 2026")
    await author.taps("Oui")
    author.hears("La coordination l’examinera")
    coordinator.hears("إجراء رسمي")
    coordinator.does_not_hear("Awa")
    await coordinator.taps("القراءة والبت")
    coordinator.hears("مرسوم، ", "12 مارس 2026")
    coordinator.does_not_hear("Awa")
    await coordinator.taps("أوافق")
    author.hears("figure maintenant sur")
    await coordinator.says(f"/practice {practice}")
    await coordinator.taps("تابعوا القراءة")
    coordinator.hears("مرسوم، ")


async def test_an_official_act_that_is_refused(open_phone):
    """Who entered it reads why, and nothing is shown."""
    author, coordinator = open_phone(language="en"), open_phone(language="en")
    await author.is_member(country="NE")
    await coordinator.is_member(country="NE", coordinator=True)
    practice = await shares(author)
    async with author.world.store.transaction(author.world.now) as tx:
        act = {"act": "law", "institution": "parliament", "country": "NE", "on": author.world.now.date()}
        entered = await standings.endorse(tx, practice=practice, person=author.person, **act)
    await coordinator.says(f"/decide {entered['approval']}")
    await coordinator.taps("I refuse")
    await coordinator.says("No such law was passed.")
    author.hears("is not shown", "No such law was passed.")
    async with author.world.store.reading(author.world.now) as tx:
        assert await standings.endorsements_of(tx, practice=practice, pending=True) == []


async def test_the_official_side_enters_an_act_at_once(open_phone):
    """Somebody seated for the official side enters it while reading; others are not offered that."""
    official, civil = open_phone(language="en"), open_phone(language="en")
    await official.is_member(country="NE", side="official", service="ministry", coordinator=True)
    await civil.is_member(country="ML", coordinator=True)
    async with official.world.store.transaction(official.world.now) as tx:
        practice = await published(tx, await enrolled(tx))
    await civil.says(f"/practice {practice}")
    await civil.taps("Something else")
    civil.sees_no_choice("An official act")
    await official.says(f"/practice {practice}")
    await official.taps("Something else")
    await official.taps("An official act")
    for answer in ("A decree", "Ministry", "Niger"):
        await official.taps(answer)
    await official.says("today")
    await official.says("12/03/2026")
    await official.taps("Yes")
    official.hears("It now stands on the practice.")


async def test_what_is_taken_back_is_read_by_nobody(open_phone):
    """After a confirmation it is gone for others; its author can hand it in again."""
    author, reader = open_phone(language="en"), open_phone(language="en")
    await author.is_member(country="NE")
    await reader.is_member(country="NE")
    practice = await shares(author)
    await opens(author)
    await author.taps("Take it back")
    await author.taps("No, leave it")
    await reader.says(f"/practice {practice}")
    reader.hears("Café de la paix")
    await author.taps("Take it back")
    await author.taps("Yes, take it back")
    author.hears("It is taken back.", "taken back, since")
    await reader.says(f"/practice {practice}")
    reader.hears("This practice is not there any more.")


async def test_what_happened_since_is_told_at_any_time(open_phone):
    """An author tells it without being asked, twice in one talk; the latest stands last."""
    author = open_phone(language="en")
    await author.is_member(country="NE")
    practice = await shares(author)
    await opens(author)
    for note in ("A second quarter has begun.", "Now the school takes part."):
        await author.taps("What happened since")
        await author.taps("Still in use")
        await author.says(note)
    await author.says(f"/practice {practice}")
    await author.taps("Read on")
    assert author.text.index("second quarter") < author.text.index("the school")


async def test_nobody_opens_the_practice_of_another(open_phone):
    """The list holds one's own only, and acts on another's practice by hand are refused."""
    author, other = open_phone(language="en"), open_phone(language="en")
    await author.is_member(country="NE")
    await other.is_member(country="NE")
    practice = await shares(author)
    await other.says("/mine")
    await other.says("1")
    other.hears("You shared nothing yet.")
    await other.says(f"/endorse {practice}")
    for answer in ("A decree", "Ministry", "Niger"):
        await other.taps(answer)
    await other.says("12/03/2026")
    await other.taps("Yes")
    other.hears("That is not possible")
