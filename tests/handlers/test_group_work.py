"""What coordinators do for a group: begin and change it with the other side, take somebody out, hand a seat over."""

from __future__ import annotations

from network import audit, members
from tests.handlers.grouping import begun, coordinators, fellow, is_in, seats


async def test_a_group_begins_with_the_yes_of_the_other_side(open_phone):
    """One side proposes, the other reads all of it and agrees; both take their seats, and others find the group."""
    civil, official = await coordinators(open_phone)
    await civil.says("/groups")
    await civil.taps("Begin a group")
    await civil.says("Lake Chad")
    await civil.says("To talk about the markets around the lake.")
    await civil.says("Lac Tchad")
    await civil.says("Parler des marchés au bord du lac.")
    await civil.taps("Skip")
    await civil.taps("The whole region")
    await civil.says("Diffa +227 90 11 22 33")
    civil.hears("phone numbers")
    await civil.says("Diffa")
    await civil.taps("No single field")
    await civil.taps("Both sides")
    await civil.taps("By invitation")
    await civil.taps("Yes")
    civil.hears("Group: Lake Chad", "Where: Diffa, The whole region", "Both sides, By invitation", "word of a member")
    await civil.taps("Yes")
    civil.hears("It is asked, and you hear here.")
    official.hears("A coordinator of the other side proposes a group: “Lake Chad”.")
    official.does_not_hear("Hadiza")
    await official.taps("Read and decide")
    official.hears("To talk about the markets", "you take the seat of your side")
    await official.taps("I agree")
    civil.hears("Good news: the other side agrees")
    await civil.taps("See the group")
    civil.hears("Coordinator, official side: Ibrahim", "Coordinator, civil society: Hadiza")
    async with civil.world.store.reading(civil.world.now) as tx:
        assert (await audit.counts(tx))["agree_group"] == 1


async def test_a_change_needs_the_other_side_too(open_phone):
    """The other side reads how it is and how it would be, one change at a time; a no is told and changes nothing."""
    civil, official = await coordinators(open_phone)
    group = await begun(civil, official, policy="open")
    for word, after in (("I refuse", "Open to all"), ("I agree", "On request")):
        await civil.says(f"/charter {group}")
        await civil.taps("How one comes in")
        await civil.taps("On request")
        await civil.taps("Yes")
        await civil.says(f"/charter {group}")
        civil.hears("Something is asked already, and waits for a coordinator of the other side.")
        await official.taps("Read and decide")
        official.hears("So it is now", "Both sides, Open to all", "So it would be", "Both sides, On request")
        await official.taps(word)
        if word == "I refuse":
            await official.says("Le groupe est bien ainsi.")
            civil.hears("did not agree", "Le groupe est bien ainsi.")
        await civil.says(f"/group {group}")
        civil.hears(after)
    outsider = open_phone(language="en")
    await outsider.is_member(country="NE", name="Zara", coordinator=False)
    await outsider.says(f"/charter {group}")
    outsider.hears("Only coordinators can do that.")


async def test_a_member_is_taken_out_and_the_other_side_looks_at_it(open_phone):
    """The reason is told without who gave it; the other side's coordinator reads both and lets the member back in."""
    civil, official = await coordinators(open_phone)
    group = await begun(civil, official, policy="open")
    phone = open_phone(language="en")
    await fellow(phone, group, name="Oumar")
    await civil.says(f"/group {group}")
    await civil.taps("Take somebody out")
    civil.sees_choices("Oumar")
    await civil.taps("Oumar")
    await civil.says("Trop de messages hors sujet.")
    await civil.taps("Yes")
    phone.hears("The coordinators took you out of “Lake Chad”", "Trop de messages hors sujet.")
    phone.does_not_hear("Hadiza")
    assert not await is_in(phone, group)
    await phone.says(f"/enter {group}")
    phone.sees_no_choice("Yes, join")  # the door is open to others: with a coordinator's word only
    await phone.taps("Ask to undo it")
    await phone.says("Je n’ai écrit que deux fois.")
    civil.hears_nothing()
    await official.taps("Read and decide")
    official.hears("Oumar", "Trop de messages hors sujet.", "Je n’ai écrit que deux fois.")
    official.does_not_hear("Hadiza")
    await official.taps("I agree")
    phone.hears("you are in “Lake Chad” again")
    assert await is_in(phone, group)
    await phone.taps("Ask to undo it")
    phone.hears("That can be asked once")


async def test_a_seat_is_handed_over(open_phone):
    """A seat goes only to somebody of the side who says yes; whoever would leave a side empty is warned."""
    civil, official = await coordinators(open_phone)
    group = await begun(civil, official)
    heir, other = open_phone(language="en"), open_phone(language="en")
    await fellow(heir, group, name="Oumar")
    await fellow(other, group, name="Moussa", side="official", service="courts")
    await civil.says(f"/group {group}")
    await civil.taps("My seat")
    civil.hears("“Lake Chad”: Coordinator, civil society", "You are the only one of your side")
    await civil.taps("Hand it over")
    civil.sees_choices("Oumar")
    await civil.taps("Oumar")
    heir.hears("Hadiza offers you a seat in “Lake Chad”: Coordinator, civil society.")
    await heir.taps("See the offer")
    await heir.taps("No, thank you")
    civil.hears("was not taken; it stays yours")
    await civil.says(f"/seat {group}")
    await civil.taps("Hand it over")
    await civil.taps("Oumar")
    await heir.taps("See the offer")
    await heir.taps("Yes, I take it")
    civil.hears("Your seat in “Lake Chad” was taken over.")
    assert (await seats(heir, group))["civil", "coordinator"] == heir.person
    await heir.presses(f"/seat:take:{'0' * 32}")
    heir.hears("That offer holds no more.")
    await civil.says(f"/seat {group}")
    civil.hears("Only those who hold a seat")
    async with civil.world.store.reading(civil.world.now) as tx:
        assert (await audit.counts(tx))["hand_over"] == 1


async def test_a_seat_is_left_empty(open_phone):
    """Whoever leaves a seat empty stays a member; a coordinator in private mode offers theirs without a name."""
    civil, official = await coordinators(open_phone)
    group = await begun(civil, official)
    heir = open_phone(language="en")
    await fellow(heir, group, name="Moussa", side="official", service="courts")
    async with official.world.store.transaction(official.world.now) as tx:
        await members.change(tx, person=official.person, visibility="private")
    await official.says(f"/seat {group}")
    await official.taps("Hand it over")
    await official.taps("Moussa")
    heir.hears("A coordinator offers you a seat")
    heir.does_not_hear("Ibrahim")
    await official.says(f"/seat {group}")
    await official.taps("Leave it empty")
    await official.taps("Yes, leave it")
    assert ("official", "coordinator") not in await seats(official, group)
    assert await is_in(official, group)
    await heir.taps("See the offer")
    heir.hears("That offer holds no more.")
