"""Group talk: said, heard, replied to, corrected, thanked for, muted, reported, and caught up with."""

from __future__ import annotations

from typing import Any

from handlers.messages import Kind, MediaKind
from network import groups, posts, regimes
from network.groups import Talk
from tests.handlers.polling_talk import mailed
from tests.handlers.test_supergroup import CHAT, in_group, links
from tests.handlers.transcript import Transcript

SAID = "We begin with tea after the Friday market, without uniforms."


async def people(open_phone, talk: Talk = Talk.OPEN) -> tuple[Transcript, Transcript, Transcript]:
    """Let Sana coordinate a group in which Amel, an association, and Omar, an official on WhatsApp, are."""
    sana, amel, omar = open_phone(), open_phone(), open_phone(channel="whatsapp")
    await joins(sana, coordinator=True, name="Sana")
    await joins(amel, name="Amel")
    await joins(omar, name="Omar", side="official", service="police")
    async with sana.world.store.transaction(sana.world.now) as tx:
        group = await groups.by_country(tx, country="TN")
        await posts.set_talk(tx, group=group.id, by=sana.person, talk=talk)
    return sana, amel, omar


async def joins(phone: Transcript, **profile: Any) -> str:
    """Make somebody a member of the group of Tunisia, without quiet hours; return its id."""
    await phone.is_member(quiet_from="", quiet_until="", **profile)
    return await in_group(phone)


async def says(phone: Transcript, text: str = SAID) -> None:
    """Post something in the group, and let it go out."""
    await phone.says("/say")
    phone.hears("What do you want to say to the group?")
    await phone.says(text)
    phone.hears("This is what “Tunisia” will read:", f"“{text}”")
    await phone.taps("Post it")
    await mailed(phone.world)


async def test_a_post_is_heard_and_replied_to(open_phone):
    """It stands under the name that its author goes by; a reply quotes it, and comes to its author too."""
    _sana, amel, omar = await people(open_phone)
    await says(amel)
    amel.hears("It is posted. 2 members get it now")
    omar.hears("Tunisia", "Amel, Tunisia:\n“We begin with tea")
    omar.sees_choices("Reply", "👍 Useful", "More")
    await omar.taps("Reply")
    omar.hears("Amel, Tunisia:\n“We begin", "What do you want to reply?")
    await omar.says("With us it is bread.")
    omar.hears("Omar, Tunisia:", "Without your name it stands under: An official, Maghreb")
    await omar.taps("Post without name")
    await mailed(omar.world)
    amel.hears("An official, Maghreb, to “We begin with tea after the Friday", "“With us it is bread.”")
    amel.does_not_hear("Omar")


async def test_reactions_are_counted_from_three_on(open_phone):
    """One tap is enough; who said what is never shown, and a number only from three on."""
    sana, amel, omar = await people(open_phone)
    fourth = open_phone()
    await joins(fourth, name="Leila")
    await says(amel)
    for phone in (sana, omar):
        await phone.taps("👍 Useful")
        phone.hears("Noted, thank you.")
    await amel.says("/posts")
    amel.hears("“Tunisia”: nothing new.")
    await amel.taps("We begin with tea after the Friday mark…")
    amel.does_not_hear("👍")
    await fourth.taps("More")
    await fourth.taps("React")
    await fourth.taps("👍 Useful")
    await amel.says("/posts")
    await amel.taps("We begin with tea after the Friday mark…")
    amel.hears("👍 3")
    amel.does_not_hear("Leila")


async def test_a_private_member_goes_by_side_and_region(open_phone):
    """In private mode there is no name to choose, and none is shown."""
    _sana, amel, omar = await people(open_phone)
    await amel.is_member(name="Amel", visibility="private", quiet_from="", quiet_until="")
    await amel.says("/say")
    await amel.says(SAID)
    amel.hears("A member of civil society, Maghreb:")
    amel.sees_no_choice("Post without name")
    await amel.taps("Post it")
    await mailed(amel.world)
    omar.hears("A member of civil society, Maghreb:\n“We begin")
    omar.does_not_hear("Amel")


async def test_what_leads_to_somebody_is_not_posted(open_phone):
    """A number in a post is quoted to its author and asked again; nothing goes out."""
    _sana, amel, omar = await people(open_phone)
    await amel.says("/say")
    await amel.says("Call me on +216 20 123 456 please")
    amel.does_not_hear("This is what")
    await mailed(amel.world)
    omar.hears_nothing()


async def test_a_voice_goes_out_once_it_came_and_its_author_agrees(open_phone):
    """A voice may be known: its author says yes to that; readers get it with the line."""
    _sana, amel, omar = await people(open_phone)
    await amel.says("/say")
    await amel.sends(MediaKind.VOICE)
    amel.hears("Whoever knows you may know your voice")
    await amel.taps("Send it")
    await amel.taps("Post it")
    amel.hears("still on its way")
    await amel.has_sent()
    await amel.taps("Post it")
    await mailed(amel.world)
    omar.hears("Amel, Tunisia:\n“(a voice message)”")
    assert any(message.media for message in omar.heard)


async def test_a_moderated_group_reads_first(open_phone):
    """A coordinator sees the post under its line and lets it out; its author and the others hear."""
    sana, amel, omar = await people(open_phone, Talk.MODERATED)
    await amel.says("/say")
    await amel.says(SAID)
    await amel.taps("Post it")
    amel.hears("In this group coordinators read a post first")
    await mailed(amel.world)
    omar.hears_nothing()
    sana.hears("A post waits for your word in “Tunisia”.")
    await sana.taps("Read and decide")
    sana.hears("A post for “Tunisia”:", "Amel, Tunisia:\n“We begin with tea")
    await sana.taps("I agree")
    await mailed(sana.world)
    amel.hears("Your post is out now.")
    omar.hears("Amel, Tunisia:\n“We begin with tea")


async def test_on_quiet_days_both_sides_read_first(open_phone):
    """In an open group, too, a post of a country with quiet days waits for both sides; its author hears why."""
    sana, amel, omar = await people(open_phone)
    adel = open_phone()
    await joins(adel, coordinator=True, name="Adel", side="official", service="ministry")
    async with amel.world.store.transaction(amel.world.now) as tx:
        today = amel.world.now.date()
        await regimes.quieten(tx, country="TN", begins=today, ends=today)
    await amel.says("/say")
    await amel.says(SAID)
    await amel.taps("Post it")
    amel.hears("These are quiet days: a coordinator from each side reads it first.")
    for phone in (sana, adel):
        await phone.taps("Read and decide")
        await phone.taps("I agree")
        if phone is sana:
            await phone.taps("No word")
            await mailed(sana.world)
            omar.hears_nothing()
    await mailed(sana.world)
    amel.hears("Your post is out now.")
    omar.hears("Amel, Tunisia:\n“We begin with tea")


async def test_news_come_from_seats_and_stand_in_the_telegram_group_too(open_phone):
    """Members read and react; a coordinator's news go to the linked Telegram group as a card that opens Jisr."""
    sana, amel, _omar = await people(open_phone, Talk.NEWS)
    chat = open_phone(external=CHAT, language="en")
    await links(sana, chat)
    await amel.says("/say")
    amel.hears("those who hold a seat post the news")
    await sana.says("/say")
    await sana.says("We meet on the third of May.")
    await sana.taps("Post it")
    sana.hears("Shall it stand in the Telegram group as well?")
    await sana.taps("Yes, there too")
    chat.hears("“We meet on the third of May.”")
    chat.sees_choices("Open in Jisr")
    chat.does_not_hear("Sana")
    token = chat.choices[0].token
    await mailed(sana.world)
    amel.hears("Sana, Tunisia:\n“We meet on the third of May.”")
    amel.sees_choices("👍 Useful", "More")
    await amel.does(Kind.START, argument=token.lstrip("/").replace(":", "-"))
    amel.hears("Sana, Tunisia:\n“We meet on the third of May.”")
    amel.sees_no_choice("Reply")


async def test_an_author_is_muted_without_being_known(open_phone):
    """Whoever mutes hears no more of that line; nobody is told, and it can be ended."""
    _sana, amel, omar = await people(open_phone)
    await says(amel)
    await omar.taps("More")
    await omar.taps("Mute this author")
    omar.hears("You hear no more of whoever wrote this, and nobody is told.")
    amel.hears_nothing()
    await says(amel, "And it works.")
    omar.hears_nothing()
    await omar.says("/posts")
    await omar.taps("Hear everybody again")
    omar.hears("You hear everybody again.")
    await says(amel, "It works well.")
    omar.hears("It works well.")


async def test_a_post_is_reported_hidden_and_taken_away(open_phone):
    """Coordinators hear of the first report; what they refuse is taken away, and its author learns why."""
    sana, amel, omar = await people(open_phone)
    await says(amel)
    await omar.taps("More")
    await omar.taps("It should not be here")
    omar.hears("Coordinators have looked at it, or will")
    sana.hears("A member asks you to look at a post in a group.")
    sana.does_not_hear("Omar")
    await sana.taps("Read and decide")
    sana.hears("Members think that this post should not be here.", "“We begin with tea")
    await sana.taps("I refuse")
    await sana.says("Please say it without the place.")
    amel.hears("Coordinators took your post “We begin with tea after the Friday mark…” away.", "without the place")
    await amel.says("/posts")
    amel.hears("nothing has been posted yet")


async def test_nobody_floods_a_group(open_phone):
    """The fourth post in ten minutes waits; later it goes."""
    _sana, amel, _omar = await people(open_phone)
    for number in range(3):
        await says(amel, f"Number {number} of what we do.")
    await amel.says("/say")
    await amel.says(SAID)
    await amel.taps("Post it")
    amel.hears("You have posted a lot just now")
    await amel.waits(minutes=11)
    await says(amel)


async def test_posts_of_a_day_come_as_one_digest(open_phone):
    """Whoever wants them once a day gets one message in the morning, and reads from there."""
    _sana, amel, omar = await people(open_phone)
    await omar.says("/posts")
    await omar.taps("How posts come")
    await omar.taps("Once a day")
    await says(amel)
    await says(amel, "And it works.")
    omar.hears_nothing()
    await omar.waits(hours=24)
    omar.hears("“Tunisia”: 2 new posts.", "• Amel, Tunisia: And it works.")
    await omar.taps("Read them")
    omar.hears("“Tunisia”: 2 new posts.")
    await omar.taps("And it works.")
    omar.hears("Amel, Tunisia:\n“And it works.”")
    await omar.says("/posts")
    omar.hears("“Tunisia”: nothing new.")
    await omar.waits(hours=24)
    omar.hears_nothing()


async def test_whoever_comes_back_gets_one_digest(open_phone):
    """What was posted while somebody had stopped comes in one message when they return."""
    _sana, amel, omar = await people(open_phone)
    await omar.says("/stop")
    for text in (SAID, "And it works."):
        await says(amel, text)
        omar.hears_nothing()
    await omar.waits(hours=48)
    omar.hears_nothing()
    await omar.says("return")
    await omar.waits(seconds=1)
    omar.hears("“Tunisia”: 2 new posts.", "• Amel, Tunisia: And it works.")
    await omar.waits(hours=48)
    omar.hears_nothing()


async def test_who_is_heard_is_for_seats_to_say(open_phone):
    """A coordinator opens or closes a group's talk; a member cannot."""
    sana, amel, _omar = await people(open_phone, Talk.MODERATED)
    group = await in_group(amel)
    await sana.says("/posts")
    await sana.taps("Who is heard")
    sana.hears("Now: All, read before.")
    await sana.taps("Coordinators only")
    sana.hears("It is so from now on: Coordinators only.")
    await amel.says(f"/voices {group}")
    amel.hears("Only coordinators can do that.")
    await amel.says("/say")
    amel.hears("those who hold a seat post the news")


async def test_strangers_and_old_buttons_are_answered_kindly(open_phone):
    """Ids of other groups, of what is gone, and of nothing lead nowhere, for a member of elsewhere."""
    _sana, amel, _omar = await people(open_phone)
    other = open_phone()
    await other.is_member(country="NE", name="Issa")
    group = await in_group(amel)
    await says(amel)
    async with amel.world.store.reading(amel.world.now) as tx:
        [post] = await posts.latest(tx, group=group)
    for command in (f"/post {post.id}", f"/say re:{post.id}", f"/post useful:{post.id}", f"/unsay {post.id}"):
        await other.says(command)
        other.hears("This is not there any more.")
    await other.says(f"/posts {group}")
    other.hears("You are in no group yet.")
    await other.says(f"/say {group}")
    other.hears("You are not in this group.")
    await other.says("/correct nothing")
    other.hears("This is not there any more.")


async def test_an_author_corrects_and_takes_back(open_phone):
    """New words go where the old ones went; what is taken back is gone, and readers are asked not to pass it on."""
    sana, amel, omar = await people(open_phone)
    await says(amel)
    await amel.says("/posts")
    await amel.taps("We begin with tea after the Friday mark…")
    await amel.taps("Correct it")
    amel.hears("Now it says: “We begin with tea")
    await amel.says("We begin with coffee.")
    amel.hears("It is corrected, where it stands and where it was sent.")
    await mailed(amel.world)
    for phone in (sana, omar):
        phone.hears("Amel, Tunisia:\n“We begin with coffee.”")
    await amel.says("/posts")
    await amel.taps("We begin with coffee.")
    await amel.taps("Take it back")
    await amel.taps("Yes, take it back")
    amel.hears("It is taken back.")
    await mailed(amel.world)
    omar.hears("A post that you got in a group was taken back.")
    await omar.says("/posts")
    omar.hears("nothing has been posted yet")
