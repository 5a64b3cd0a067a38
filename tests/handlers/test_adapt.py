from __future__ import annotations

from network import erasure, practices, topics
from network.digests import Pace
from network.starter import practice_id
from tests.network.people import enrolled, published

STADIUM = practice_id("sn-stadium")
DIFFERS = "Chez nous la radio n'émet que le matin."
CHANGED = "Nous répondons par un enregistrement chaque semaine."


async def source(phone, **fields) -> str:
    """Publish a practice by the member of a phone; return its id."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        return await published(tx, phone.person, **fields)


async def follows_at_once(phone) -> None:
    """Let somebody hear at once of what is new on the topic of dialogue."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        await topics.follow(tx, person=phone.person, topics=["com.dialogue"])
        await topics.set_pace(tx, person=phone.person, pace=Pace.INSTANT)


async def mine(chat) -> str:
    """Return the id of the one practice of a phone's member."""
    async with chat.world.store.reading(chat.world.now) as tx:
        (copy,) = await practices.mine(tx, author=chat.person)
        return copy.id


async def adapts(chat, practice: str) -> None:
    """Answer what is asked of an adaptation for one's own country, up to the preview."""
    await chat.says(f"/adapt {practice}")
    await chat.says("1")
    await chat.says(DIFFERS)
    await chat.says(CHANGED)
    await chat.says("2")
    await chat.says("2")


async def test_a_practice_is_adapted_and_both_authors_hear(open_phone):
    """An official of Mali adapts what an association of Niger shared: moderated like any other, its source hears."""
    author, chat, coordinator = open_phone(language="ar"), open_phone(language="fr"), open_phone(language="fr")
    await author.is_member(country="NE", name="Awa", organisation="Radio Tarka")
    await chat.is_member(country="ML", side="official", service="police", name="Moussa Coulibaly", role="command")
    await coordinator.is_member(country="ML", coordinator=True)
    practice = await source(author, result="Moins de plaintes.", cost="Un thé par semaine.")
    await follows_at_once(author)
    await chat.says(f"/practice {practice}")
    await chat.taps("Adapter chez nous")
    chat.hears("Café de la paix", "Pour quel pays")
    await chat.taps("Mali")
    await chat.says("Trop court")
    chat.hears("au moins 20")
    await chat.says(DIFFERS)
    await chat.says(CHANGED)
    await chat.taps("Un essai pilote")
    await chat.taps("Services de l’État, Sahel")
    chat.hears("Les jeunes évitaient la brigade.", "Mali · ", "Services de l’État, Sahel")
    chat.does_not_hear("Moins de plaintes", "Moussa", "Niger")
    await chat.taps("Tout lire")
    chat.hears("Un thé par semaine.", "Ce qui diffère ici\n" + DIFFERS, CHANGED)
    chat.does_not_hear("Moins de plaintes")
    await chat.taps("Modifier un point")
    await chat.taps("Le titre")
    await chat.says("Le thé de la paix")
    for answer in ("Modifier un point", "Le problème", "Les commerçants évitaient le commissariat."):
        await chat.says(answer)
    await chat.taps("Modifier un point")
    await chat.taps("Ce qui a été changé")
    await chat.says("trop court")
    chat.hears("au moins 20")
    await chat.says(CHANGED + " Et le jour.")
    await chat.taps("Oui, la transmettre")
    chat.hears("Merci.")
    author.hears_nothing()
    coordinator.hears("Le thé de la paix")
    await coordinator.taps("Lire et décider")
    coordinator.hears("Les commerçants évitaient le commissariat.", CHANGED + " Et le jour.")
    coordinator.does_not_hear("Moussa")
    await coordinator.taps("J’accepte")
    chat.hears("Le thé de la paix")
    author.hears("Café de la paix", "Le thé de la paix", "من الجهات الرسمية، الساحل")
    author.does_not_hear("Moussa", "Coulibaly", "مالي")
    assert author.text.count("Le thé de la paix") == 1
    await author.taps("قراءتها")
    author.hears("Le thé de la paix")
    async with chat.world.store.reading(chat.world.now) as tx:
        (copy,) = await practices.mine(tx, author=chat.person)
        assert (copy.origin, copy.facts.country, copy.facts.stage, copy.level) == (practice, "ML", "pilot", 1)
        assert copy.parts["differs"] == DIFFERS
        assert "result" not in copy.parts


async def test_nobody_hears_of_an_editorial_source(open_phone):
    """The adaptation of a starter practice is published, and nobody but its author and its readers is told."""
    chat, coordinator = open_phone(language="fr"), open_phone(language="fr")
    await chat.is_member(country="ML")
    await coordinator.is_member(country="ML", coordinator=True)
    await adapts(chat, STADIUM)
    await chat.taps("Oui, la transmettre")
    await coordinator.taps("Lire et décider")
    await coordinator.taps("Cela suffit")
    await coordinator.taps("J’accepte")
    chat.hears("est maintenant ouverte")
    coordinator.does_not_hear("adaptée")


async def test_an_author_who_left_is_not_told(open_phone):
    """When the author of the source has left, the adaptation is published all the same."""
    author, chat, coordinator = open_phone(language="fr"), open_phone(language="fr"), open_phone(language="fr")
    await author.is_member(country="NE")
    await chat.is_member(country="ML")
    await coordinator.is_member(country="ML", coordinator=True)
    practice = await source(author)
    await adapts(chat, practice)
    await chat.taps("Oui, la transmettre")
    async with chat.world.store.transaction(chat.world.now) as tx:
        await erasure.erase(tx, person=author.person)
    await coordinator.taps("Lire et décider")
    await coordinator.taps("J’accepte")
    chat.hears("est maintenant ouverte")
    author.hears_nothing()


async def test_traces_are_refused_in_notes(open_phone):
    """A phone number in a note is not taken."""
    chat = open_phone(language="fr")
    await chat.is_member(country="ML")
    await chat.says(f"/adapt {STADIUM}")
    await chat.says("1")
    await chat.says("Appelez-nous au 90 12 34 56 pour savoir ce qui diffère.")
    chat.hears("numéro")
    chat.does_not_hear("Qu’avez-vous changé")


async def test_an_adaptation_is_parked_and_taken_up(open_phone):
    """Left in the middle, it waits; what was answered is not asked again."""
    chat = open_phone(language="fr")
    await chat.is_member(country="ML")
    await chat.says(f"/adapt {STADIUM}")
    await chat.says("1")
    await chat.says(DIFFERS)
    await chat.says("/find radio")
    await chat.says("annuler")
    await chat.waits(days=3)
    await chat.says("1")
    chat.hears("Qu’avez-vous changé")
    await chat.says(CHANGED)
    await chat.says("1")
    await chat.says("2")
    await chat.taps("Tout lire")
    chat.hears(DIFFERS)


async def test_what_was_withdrawn_cannot_be_adapted(open_phone):
    """A source that is gone meanwhile ends the copy, kindly."""
    author, chat = open_phone(language="fr"), open_phone(language="en")
    await author.is_member(country="NE")
    await chat.is_member(country="ML")
    practice = await source(author)
    await chat.says(f"/adapt {practice}")
    async with chat.world.store.transaction(chat.world.now) as tx:
        await practices.withdraw(tx, person=author.person, practice=practice)
    await chat.says("1")
    chat.hears("This practice is not there any more.")


async def test_a_change_that_is_asked_keeps_the_notes_and_the_source(open_phone):
    """An adaptation that comes back for a change has its notes still, they can be changed, and it stays linked."""
    chat, coordinator = open_phone(language="fr"), open_phone(language="fr")
    await chat.is_member(country="ML")
    await coordinator.is_member(country="ML", coordinator=True)
    await adapts(chat, STADIUM)
    await chat.taps("Oui, la transmettre")
    await coordinator.taps("Lire et décider")
    while any(choice.label == "Cela suffit" for choice in coordinator.choices):
        await coordinator.taps("Cela suffit")
    await coordinator.taps("À modifier")
    await coordinator.says("Dites ce qui diffère au marché.")
    await chat.presses(f"/share:again:{await mine(chat)}")
    await chat.taps("Modifier un point")
    await chat.taps("Ce qui diffère ici")
    await chat.says("Au marché, chacun vient à pied et à son heure.")
    await chat.taps("Oui, la transmettre")
    async with chat.world.store.reading(chat.world.now) as tx:
        (copy,) = await practices.mine(tx, author=chat.person)
        assert copy.parts["differs"] == "Au marché, chacun vient à pied et à son heure."
        assert (copy.parts["changed"], copy.origin, copy.state) == (CHANGED, STADIUM, "submitted")


async def test_what_was_only_spoken_is_asked_for(open_phone):
    """A voice is not copied: where the problem was spoken only, the adapter says it in their own words."""
    author, chat = open_phone(language="fr"), open_phone(language="fr")
    await author.is_member(country="NE")
    await chat.is_member(country="ML")
    practice = await source(author, problem="")
    await adapts(chat, practice)
    chat.hears("Quel était le problème")
    await chat.says("Les commerçants évitaient le commissariat.")
    chat.hears("Les commerçants évitaient le commissariat.", "Voulez-vous la transmettre ainsi")


async def test_a_name_needs_its_own_consent(open_phone):
    """Who chooses to be named is asked once more, and may choose another line."""
    chat = open_phone(language="en")
    await chat.is_member(country="ML", name="Moussa", organisation="House of Justice")
    await chat.says(f"/adapt {STADIUM}")
    await chat.says("1")
    await chat.says(DIFFERS)
    await chat.says(CHANGED)
    await chat.says("1")
    await chat.taps("Moussa, House of Justice, Mali")
    chat.hears("names you or your organisation to every member")
    await chat.taps("No, choose another")
    chat.hears("Which line shall stand below it?")
    await chat.taps("Moussa, House of Justice, Mali")
    await chat.taps("Yes, I agree")
    chat.hears("This is how others will see it:", "Moussa, House of Justice, Mali")
    await chat.taps("Yes, hand it in")
    async with chat.world.store.reading(chat.world.now) as tx:
        (copy,) = await practices.mine(tx, author=chat.person)
        assert copy.level == 4


async def test_a_long_practice_is_adapted_within_the_limits(open_phone):
    """Notes and parts of the greatest length fit the messages, and every part can be read and changed by number."""
    chat = open_phone(channel="whatsapp", language="ar")
    await chat.is_member(country="TN")
    long = "و" * 890 + " نهاية"
    async with chat.world.store.transaction(chat.world.now) as tx:
        parts = dict.fromkeys(("problem", "causes", "context", "who", "done", "cost", "risks", "rights", "adapt"), long)
        practice = await published(tx, await enrolled(tx), language="ar", **parts)
    await chat.says(f"/adapt {practice}")
    for answer in ("1", long, long, "1", "2"):
        await chat.says(answer)
    await chat.taps("قراءتها كاملة")
    for _page in range(10):
        await chat.says("1")
    async with chat.world.store.reading(chat.world.now) as tx:
        (copy,) = await practices.mine(tx, author=chat.person)
        assert copy.parts["changed"] == long
