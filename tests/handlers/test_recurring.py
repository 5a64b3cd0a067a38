"""Exchanges held again and again, in conversations: how often, single dates, and answers to one of them."""

from __future__ import annotations

import pytest

from network import attendance, exchanges, jobs, members, occurrences
from tests.handlers.test_agreeing import _only
from tests.handlers.test_broadcast import coordinators, goes_through, joins, queued
from tests.handlers.test_exchange import LINK, PLACE, PLAN, acts, planned

AGAIN = ("/hosting", "[Le thé du marché]", "[Hold it again and again]")


async def news(phone, *others):
    """Let the clock do what is due, and return what each of these people read of it."""
    await acts(phone)
    return ["\n\n".join(message.text for message in await queued(other)) for other in others]


async def test_a_host_says_how_often_before_the_time_and_everybody_hears_once(open_phone):
    """Plain choices, no rule is typed; the first news says when it is, how often, and until when."""
    awa, _issa = await coordinators(open_phone, "en")
    guest = await joins(open_phone(channel="whatsapp", language="fr"))
    await goes_through(awa, *PLAN, "[Hold it again and again]")
    awa.hears("How often is it held?")
    await awa.taps("Every month")
    awa.hears("When does it end?")
    await goes_through(awa, "[After so many dates]", "53")
    await awa.says("6")
    awa.hears("Every month", "It is kept. It begins with the time that you set.")
    await goes_through(awa, "/hosting", "[Le thé du marché]", "[Set the time]", "8/12/2026", "10:00")
    [said] = await news(awa, guest)
    assert "Quand\u202f: 8 décembre 2026, 10:00 (Niger)" in said
    assert "Chaque mois, le deuxième mardi" in said
    assert "11 mai 2027" in said
    await goes_through(guest, "[See and answer]", "[Yes, I come]")
    guest.hears("You have a place.", LINK)
    await goes_through(awa, "/hosting", "[Le thé du marché]")
    awa.hears("Every month, on the second Tuesday", "6 dates in all, the last one on 11 May 2027.")
    awa.sees_no_choice("Move it")
    await goes_through(guest, "/calendar", "1")
    [choice] = [choice for choice in guest.choices if not choice.optional]
    assert "Chaque mois" in choice.note


async def test_single_dates_are_moved_called_off_and_elsewhere(open_phone):
    """A host changes one date, or one and all after it; those invited hear each time what changed."""
    awa, issa = await coordinators(open_phone, "en")
    guest = await joins(open_phone())
    await planned(awa)
    await goes_through(awa, *AGAIN, "[Every week]", "[Until a day]", "10/12/2026")
    awa.hears("There would be no second date until then.", "Until which day?")
    await goes_through(awa, "18/1/2027")
    awa.hears("Every week", "7 dates in all, the last one on 18 January 2027.", "an answer holds for all dates")
    await news(awa, guest)
    await goes_through(guest, "[See and answer]", "[Yes, I come]")
    exchange = await _only(awa)
    await goes_through(awa, f"/dates {exchange}", "1", "[Call this date off]", "[Only this date]")
    awa.hears("It is kept. Everybody who is invited hears of it.")
    [said] = await news(awa, guest)
    assert "Something has changed." in said
    assert "Not on 7 December 2026." in said
    assert "When: 14 December 2026, 10:00 (Niger)" in said
    await goes_through(issa, f"/dates {exchange}", "2", "[Move this date]", "22/12/2026", "15:00")
    issa.hears("Those after it are moved by as much.")
    await issa.taps("This and all after it")
    [said] = await news(awa, guest)
    assert "Not on 21 December 2026, but:\nWhen: 22 December 2026, 15:00 (Niger)" in said
    assert "3 more dates have changed." in said
    place = "La mairie"
    await goes_through(
        awa, f"/dates {exchange}", "1", "[Another place or link]", place, "[Nothing]", "[Only this date]"
    )
    await news(awa, guest)
    await goes_through(guest, "/attend", "[Le thé du marché]")
    guest.hears(place)
    assert PLACE not in guest.text
    await goes_through(awa, f"/dates {exchange}", "1", "[Move this date]", "22/12/2026", "15:00", "[Only this date]")
    awa.hears("That time has passed, or another date is then.")
    await goes_through(guest, f"/dates {exchange}", "1")
    guest.sees_no_choice("Move this date")


async def test_a_guest_answers_for_one_date(open_phone):
    """An answer holds for all dates but the one that is spoken of; a place that is free so goes to another, once."""
    awa, _issa = await coordinators(open_phone, "en")
    first, second, third = [await joins(open_phone(), quiet_from="", quiet_until="") for _ in range(3)]
    await planned(awa)  # there are two places
    await goes_through(awa, *AGAIN, "[Every two weeks]", "[After so many dates]", "3")
    await news(awa, first, second, third)
    for phone in (first, second, third):
        await goes_through(phone, "[See and answer]", "[Yes, I come]")
    third.hears("You wait for a place.")
    await goes_through(third, "/attend", "[Le thé du marché]", "[Single dates]", "2", "[I come on this date]")
    third.hears("No place is free on that date.")
    await goes_through(first, "/attend", "[Le thé du marché]", "[Single dates]", "2")
    first.hears("When: 21 December 2026, 10:00 (Niger)")
    await first.taps("I do not come then")
    first.hears("For the others your answer stays as it is.")
    await goes_through(third, "/attend", "[Le thé du marché]", "[Single dates]", "2", "[I come on this date]")
    third.hears("You come on that date.")
    await goes_through(third, "/attend", "[Le thé du marché]")
    third.hears("You come to single dates.", LINK)
    heard = {}
    for _half_day in range(90):
        await awa.waits(hours=12)
        async with awa.world.store.transaction(awa.world.now) as tx:
            await occurrences.tend(tx)
            await attendance.tend(tx)
            await jobs.claim(tx, kinds=[attendance.FILE], limit=50)
        for name, phone in (("first", first), ("third", third)):
            heard.setdefault(name, []).extend(message.text for message in await queued(phone))
    reminders = {
        name: [text for text in texts if "within a day" in text or "begins soon" in text]
        for name, texts in heard.items()
    }
    assert ["21 December" in text for text in reminders["third"]] == [True] * len(reminders["third"]) != []
    assert not any("21 December" in text for text in reminders["first"])
    assert any("4 January" in text for text in reminders["first"])


@pytest.mark.parametrize("language", ["ar", "fr"])
@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_dates_are_spoken_of_in_each_language(open_phone, language, channel):
    """Host and guest do it all by numbers, in Arabic and in French, on both apps."""
    awa, _issa = await coordinators(open_phone, language)
    guest = await joins(open_phone(language=language, channel=channel))
    await planned(awa)
    await goes_through(awa, *AGAIN)
    awa.hears("How often is it held?")
    await goes_through(awa, "٣" if language == "ar" else "3", "1", "4")
    awa.hears("It is kept. Everybody who is invited hears of it, and an answer holds for all dates.")
    assert "Ramadan" in awa.text or "رمضان" in awa.text  # in February 2027, a day more or less
    [said] = await news(awa, guest)
    assert ("كل شهر" if language == "ar" else "Chaque mois, le premier lundi") in said.translate(
        dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))
    )
    await goes_through(guest, "[See and answer]", "[Yes, I come]", "/attend", "1", "[Single dates]", "2")
    await guest.taps("I do not come then")
    guest.hears("You do not come on that date. For the others your answer stays as it is.")
    await goes_through(awa, f"/dates {await _only(awa)}", "2", "[Call this date off]", "[This and all after it]")
    [said] = await news(awa, guest)
    assert LINK not in said
    async with awa.world.store.reading(awa.world.now) as tx:
        [found] = await exchanges.upcoming(tx)
    assert [each.cancelled for each in found.dates] == [False, True, True, True]


async def test_dates_are_for_those_who_are_invited(open_phone):
    """A stranger, a guest of what is held once, and an id that is none are told nothing."""
    awa, _issa = await coordinators(open_phone, "en")
    guest, stranger = await joins(open_phone()), open_phone()
    await stranger.is_member(country="TN")
    await planned(awa)
    for phone, given in ((stranger, await _only(awa)), (guest, await _only(awa)), (guest, "x")):
        await phone.says(f"/dates {given}")
        phone.hears("That is not possible any more, or not for you.")


async def over(phone, *, days):
    """Let days pass, and the clock turn to the date at hand."""
    await phone.waits(days=days)
    async with phone.world.store.transaction(phone.world.now) as tx:
        await occurrences.tend(tx)


async def test_each_date_has_its_own_summary(open_phone):
    """A host chooses the date, the latest first; the other side reads which it is; members read each by its date."""
    awa, issa = await coordinators(open_phone, "en")
    guest = await joins(open_phone())
    async with awa.world.store.transaction(awa.world.now) as tx:
        await members.change(tx, person=guest.person, country="ML")  # an hour behind Niger
    await planned(awa)
    await goes_through(awa, *AGAIN, "[Every week]", "[After so many dates]", "3")
    await news(awa, guest)
    await over(awa, days=15)  # the first date is over
    hosting = ("/hosting", "[Le thé du marché]")
    await goes_through(awa, *hosting, "[Notes for the hosts]")
    awa.hears("When: 7 December 2026, 10:00 (Niger)", "Write notes; only the two hosts read them.")
    await awa.says("Commencer par les commerçants.")
    await over(awa, days=7)
    await goes_through(awa, *hosting, "10")
    awa.hears("Which date?")
    awa.sees_choices("14 December 2026, 10:00", "7 December 2026, 10:00")
    await goes_through(awa, "2", "Les deux côtés veulent un numéro.")
    awa.hears("It is kept.")
    await goes_through(issa, *hosting, "10", "[14 December 2026, 10:00]", "Le numéro répond la nuit.")
    await goes_through(issa, *hosting, "[Notes for the hosts]", "2")
    issa.hears("When: 7 December 2026, 10:00 (Niger)", "So far: Commencer par les commerçants.")
    await goes_through(awa, *hosting, "11", "2")
    issa.hears("The summary of “Le thé du marché”, held on 7 December 2026, waits for your side’s word.")
    await goes_through(issa, "/decide")
    issa.hears("7 December 2026: Le thé du marché")
    await issa.says("1")
    issa.hears("When: 7 December 2026, 10:00 (Niger)", "Les deux côtés veulent un numéro.")
    await issa.taps("I agree")
    awa.hears("Both sides agree: the summary of “Le thé du marché”, held on 7 December 2026, is published.")
    await goes_through(guest, "/attend", "[Le thé du marché]")
    guest.hears("When: 7 December 2026, 09:00 (Mali)", "The summary, to which both sides agree:")
    assert "Le numéro répond la nuit." not in guest.text
    guest.sees_no_choice("All summaries")
    await goes_through(awa, *hosting, "11")
    awa.hears("When: 14 December 2026, 10:00 (Niger)", "The other side reads it now.")
    await goes_through(issa, "[Read and decide]", "[I refuse]", "Encore un mot, s’il vous plaît.")
    awa.hears(
        "The other side does not agree to the summary of “Le thé du marché”, held on 14 December 2026: Encore un mot"
    )
    await goes_through(awa, *hosting, "11")
    await goes_through(issa, "[Read and decide]", "[I agree]")
    await goes_through(awa, *hosting, "11")
    awa.hears("That is not possible any more, or not for you.")
    await goes_through(guest, "/attend", "[Le thé du marché]")
    guest.hears("When: 14 December 2026, 09:00 (Mali)", "Le numéro répond la nuit.")
    await goes_through(guest, "[All summaries]", "2")
    guest.hears("When: 7 December 2026, 09:00 (Mali)", "Les deux côtés veulent un numéro.")


@pytest.mark.parametrize("language", ["ar", "fr"])
@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_summaries_of_dates_are_spoken_of_in_each_language(open_phone, language, channel):
    """Written, agreed to and read by typed numbers; the date stands in the reader's language."""
    awa, issa = await coordinators(open_phone, language)
    guest = await joins(open_phone(language=language, channel=channel))
    await planned(awa)
    await goes_through(awa, *AGAIN, "1", "1", "3")
    await news(awa, guest)
    await over(awa, days=22)
    day = {"fr": "{} décembre 2026", "ar": "{} ديسمبر 2026"}[language]
    for number, written in (("1", 14), ("2", 7)):
        await goes_through(awa, "/hosting", "1", "10", number, f"Le numéro {written} répond la nuit.")
        await goes_through(awa, "/hosting", "1", "11")
        assert day.format(written) in _plain(issa.text)
        await goes_through(issa, "[Read and decide]", "1")
        assert day.format(written) in _plain(awa.text)
    await goes_through(guest, "/attend", "1")
    assert day.format(14) in _plain(guest.text)
    await goes_through(guest, "[All summaries]", "2")
    guest.hears("Le numéro 7 répond la nuit.")
    assert day.format(7) in _plain(guest.text)


def _plain(text):
    return text.translate(dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069")))
