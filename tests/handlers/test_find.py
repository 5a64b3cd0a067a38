from __future__ import annotations

RADIO_FR, RADIO_AR = "La police répond en direct à la radio", "الشرطة تجيب المواطنين مباشرة عبر الإذاعة"


async def test_a_member_searches_in_french_and_reads(open_phone):
    """Words find a starter practice; it opens in parts, with country, topics and origin; the results come back."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    await chat.says("chercher")
    chat.sees_choices("Chercher par mots", "Les plus récentes", "Par thème", "Par pays")
    await chat.taps("Chercher par mots")
    chat.hears("Que cherchez-vous\u202f?")
    await chat.says("radio direct")
    chat.hears(RADIO_FR, "Niger · ")
    await chat.taps(RADIO_FR)
    chat.hears("Le problème\n", "Ce qui a été fait\n", "Radio & médias", "De la première collection de Jisr")
    chat.does_not_hear("Ce texte est en")
    chat.sees_choices("Retour aux résultats", "Nouvelle recherche", "C’est tout")
    await chat.taps("Retour aux résultats")
    chat.hears(RADIO_FR)
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
    chat.hears("المشكلة\n", "ما تم القيام به\n", "الإذاعة والإعلام")
    chat.does_not_hear("لغة هذا النص")


async def test_words_after_the_command_search_at_once(open_phone):
    """``/find radio`` goes straight to the results."""
    chat = open_phone(language="en")
    await chat.is_member()
    await chat.says("/find live radio")
    chat.hears("Police answer callers live on radio")
    await chat.says("1")
    chat.hears("What was done")


async def test_a_member_looks_by_country_and_by_topic(open_phone):
    """Country and topic narrow the list to what was done there, or on that."""
    chat = open_phone(language="fr")
    await chat.is_member()
    await chat.says("/find")
    await chat.taps("Par pays")
    await chat.says("niger")
    chat.hears(RADIO_FR)
    chat.does_not_hear("Sénégal ·")
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
    await chat.taps("That is all")
    chat.hears("Gladly. Write “menu” for anything else.")


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
    """A search without a result says so kindly, and offers another."""
    chat = open_phone(language="fr")
    await chat.is_member()
    await chat.says("/find xylophone zibeline")
    chat.hears("Rien trouvé pour l’instant")
    await chat.taps("Chercher encore")
    chat.hears("Comment voulez-vous chercher")


async def test_a_notice_to_a_practice_that_is_gone(open_phone):
    """A link to a practice that is not there any more says so, and search goes on."""
    chat = open_phone(language="en")
    await chat.is_member()
    await chat.says("/find id:00000000000000000000000000000000")
    chat.hears("This practice is not there any more.", "How do you want to look for practices?")
