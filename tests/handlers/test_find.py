"""Finding practices, as a chat."""

from __future__ import annotations

from sqlalchemy import delete, update

from network.practices import practices as table
from tests.network.people import enrolled, published

RADIO_FR, RADIO_AR = "La police répond en direct à la radio", "الشرطة تجيب المواطنين مباشرة عبر الإذاعة"
WAYS = (
    "Search by words",
    "By topic",
    "By country",
    "By border zone",
    "By side",
    "By kind",
    "By stage",
    "By evidence",
    "The newest",
)


async def test_a_member_searches_in_french_and_reads(open_phone):
    """Words find a starter practice; its card says where and on what; it opens in parts, and the results come back."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    await chat.says("chercher")
    chat.sees_choices(*WAYS)
    await chat.taps("Chercher par mots")
    chat.hears("Que cherchez-vous\u202f?")
    await chat.says("radio direct")
    chat.hears(RADIO_FR, "Niger · ")
    await chat.taps(RADIO_FR)
    chat.hears("Le problème\n")
    chat.does_not_hear("Ce texte est en")
    await chat.taps("Close")
    chat.hears(RADIO_FR)
    await chat.taps("Other choices")
    chat.sees_choices("Narrow the list", "New search", "Back to results", "That is all")
    await chat.taps("Nouvelle recherche")
    chat.hears("Comment voulez-vous chercher")


async def test_a_member_searches_in_arabic_and_reads(open_phone):
    """An Arabic search finds a starter practice, and it opens in Arabic."""
    chat = open_phone(channel="whatsapp", language="ar")
    await chat.is_member()
    await chat.says("بحث")
    await chat.says("١")
    await chat.says("الاذاعه")
    chat.hears(RADIO_AR, "النيجر")
    await chat.taps(RADIO_AR)
    chat.hears("المشكلة\n")
    chat.does_not_hear("لغة هذا النص")


async def test_words_after_the_command_search_at_once(open_phone):
    """``/find radio`` goes straight to the results."""
    chat = open_phone(language="en")
    await chat.is_member()
    await chat.says("/find live radio")
    chat.hears("Police answer callers live on radio")
    await chat.says("1")
    chat.hears("The problem")


async def test_a_member_looks_by_country_and_by_topic(open_phone):
    """Country and topic narrow the list to what was done there, or on that."""
    chat = open_phone(language="fr")
    await chat.is_member()
    await chat.says("/find")
    await chat.taps("Par pays")
    await chat.says("niger")
    chat.hears(RADIO_FR)
    chat.does_not_hear("Sénégal ·")
    await chat.taps("Other choices")
    await chat.taps("Nouvelle recherche")
    await chat.taps("Par thème")
    chat.hears("Quel domaine vous intéresse\u202f?")
    await chat.taps("Prisons")
    await chat.taps("Prisons")
    chat.hears("pratique")
    chat.does_not_hear(RADIO_FR)


async def test_the_newest_come_in_pages(open_phone):
    """The whole list is turned page by page, and any of it is opened by its number."""
    chat = open_phone(language="en")
    await chat.is_member()
    await chat.says("/find")
    await chat.taps("The newest")
    chat.hears("11 practices found.")
    chat.sees_choice("More")
    await chat.taps("More")
    chat.sees_choice("Previous")
    await chat.says("11")
    chat.hears("What next?")
    await chat.taps("Close")
    await chat.taps("Other choices")
    await chat.taps("That is all")
    chat.hears("Gladly. Write “menu” for anything else.")


async def test_every_fact_is_a_way_to_look(open_phone):
    """Border zone, side, kind, stage and evidence each find what fits, by typed numbers too; the card says them."""
    chat = open_phone(language="en")
    await chat.is_member()
    async with chat.world.store.transaction(chat.world.now) as tx:
        author = await enrolled(tx, side="official", service="police")
        facts = {"zone": "NE-ML", "kind": "lesson", "stage": "stopped", "evidence": "observed"}
        await published(tx, author, title="Tea at the ford", language="en", **facts)
    await chat.says("/find")
    for way, value in (
        ("By border zone", "Niger – Mali"),
        ("By side", "Official"),
        ("By kind", "What did not work"),
        ("By stage", "Stopped"),
        ("By evidence", "Seen directly"),
    ):
        await chat.taps(way)
        await chat.taps(value)
        chat.hears("1 practice found", "Tea at the ford", "What did not work · Stopped · Seen directly")
        await chat.says("other choices")
        chat.sees_choices("New search", "Back to results", "That is all")
        await chat.says("1")
    await chat.says("6")  # by kind
    await chat.says("3")  # a barrier: there is none
    chat.hears("Nothing found yet.")


async def test_a_list_is_narrowed_step_by_step(open_phone):
    """Each filter says how many would remain, finds so many, and is not offered again; typed numbers and words do."""
    chat = open_phone(language="en")
    await chat.is_member()
    await chat.says("/find")
    await chat.taps("The newest")
    await chat.taps("Other choices")
    await chat.taps("Narrow the list")
    chat.sees_choices("Topic", "Country", "Border zone", "Side", "Kind", "Stage", "Evidence")
    await chat.taps("Border zone")
    chat.hears("That is not known of any of them.")
    await chat.taps("Country")
    chat.hears("Niger · 5 practices", "Senegal · 1 practice")
    await chat.says("niger")
    chat.hears("5 practices found.")
    await chat.taps("Other choices")
    await chat.says("1")
    chat.sees_choices("Topic", "Border zone", "Side", "Kind", "Stage", "Evidence")
    await chat.taps("Topic")
    await chat.taps("Radio & media")
    chat.hears("1 practice found", "Police answer callers live on radio")


async def test_nobody_is_found_by_a_side_that_is_not_said(open_phone):
    """Who shared with nothing said of them is neither found nor counted by side; nor is who has left."""
    chat = open_phone(language="en")
    await chat.is_member()
    async with chat.world.store.transaction(chat.world.now) as tx:
        author = await enrolled(tx, side="official", service="police")
        for title in ("Said", "Unsaid", "Left"):
            made = await published(tx, author, title=title, language="en")
            await tx.run(
                update(table)
                .where(table.c.id == made, table.c.author == author)
                .values(level=0 if title == "Unsaid" else 1, author=None if title == "Left" else author)
            )
    await chat.says("/find")
    await chat.taps("By side")
    await chat.taps("Official")
    chat.hears("1 practice found", "Said")
    await chat.taps("Other choices")
    await chat.taps("New search")
    await chat.taps("The newest")
    await chat.taps("Other choices")
    await chat.taps("Narrow the list")
    await chat.taps("Side")
    chat.hears("Official · 1 practice")


async def test_the_command_begins_a_search_anew(open_phone):
    """Who asks to find again while reading gets a new search at once, and is not asked to finish the former."""
    chat = open_phone(language="en")
    await chat.is_member()
    await chat.says("/find live radio")
    await chat.says("1")
    chat.hears("What next?")
    await chat.says("find")
    chat.hears("How do you want to look for practices?")
    chat.does_not_hear("You had begun")
    await chat.says("cancel")
    chat.hears("Cancelled.")
    chat.does_not_hear("You had begun")


async def test_nothing_found_leads_on(open_phone):
    """A search without a result says so kindly, and offers another, the topics that the words name, and to ask."""
    chat = open_phone(language="fr")
    await chat.is_member()
    await chat.says("/find xylophone zibeline")
    chat.hears("Rien trouvé pour l’instant")
    chat.sees_choices("Search again", "Ask the network", "Not now")
    await chat.taps("Chercher encore")
    chat.hears("Comment voulez-vous chercher")
    await chat.taps("Chercher par mots")
    async with chat.world.store.transaction(chat.world.now) as tx:
        await tx.run(delete(table))
    await chat.says("radio communautaire")
    chat.hears("Rien trouvé pour l’instant")
    await chat.taps("Radio & médias")
    chat.hears("Rien trouvé pour l’instant")
    await chat.taps("Ask the network")
    chat.does_not_hear("Rien trouvé pour l’instant")


async def test_an_old_notice_still_leads_to_its_practice(open_phone):
    """A link of the first release opens the practice, or says that it is not there any more."""
    chat = open_phone(language="en")
    await chat.is_member()
    await chat.says("/find id:00000000000000000000000000000000")
    chat.hears("This practice is not there any more.")
