from __future__ import annotations

from network import attachments, files, marks, practices, texts
from network.starter import practice_id
from network.texts import Mark
from tests.network.people import enrolled, handed_in, published

RADIO = practice_id("ne-radio")
LONG = "Une phrase qui raconte ce qui s'est passé dans le quartier. " * 14


async def shared(phone, **fields) -> str:
    """Publish a practice of somebody else; return its id."""
    async with phone.world.store.transaction(phone.world.now) as tx:
        return await published(tx, await enrolled(tx), **fields)


async def test_a_practice_is_opened_in_parts(open_phone):
    """First where, on what, how far, by whom and the problem; then the other parts, page by page, to the last."""
    chat = open_phone(channel="whatsapp", language="fr")
    await chat.is_member(country="NE")
    practice = await shared(
        chat, problem=LONG[:800], done=LONG[:900], result="Moins de plaintes.", stage="pilot", evidence="observed"
    )
    await chat.says(f"/practice {practice}")
    chat.hears("Café de la paix", "Niger · ", "Étape", "Le problème\n")
    chat.does_not_hear("Ce qui a été fait")
    await chat.says("1")
    chat.hears("Ce qui a été fait\n")
    chat.does_not_hear("Le problème")
    await chat.taps("Lire la suite")
    chat.hears("Le résultat\nMoins de plaintes.", "Partagé")
    chat.sees_no_choice("Lire la suite")


async def test_marks_are_toggled_by_typed_numbers(open_phone):
    """A reader marks a practice and takes the mark back by numbers; the option says which it will be."""
    chat = open_phone(language="en")
    await chat.is_member(country="NE")
    await chat.says(f"/practice {await shared(chat)}")
    chat.sees_choices(
        "Read on", "Useful to me", "We are trying this", "Save", "Adapt to my country", "Something else", "Close"
    )
    await chat.says("2")
    chat.hears("Only the number of those who say so is shown")
    chat.sees_choice("No longer useful")
    await chat.says("٢")
    chat.hears("That is taken back.")
    await chat.says("6")
    chat.sees_choices("I stand behind it", "Ask about it", "Translate it", "Make a pack on this", "Back to it")
    await chat.says("1")
    chat.hears("stand behind it is shown, from three on")
    await chat.says("7")
    chat.hears("Gladly")


async def test_numbers_are_shown_from_three_on(open_phone):
    """Two members who find it useful are not counted before others; three are, and nobody is named."""
    chat = open_phone(language="en")
    await chat.is_member(country="NE")
    practice = await shared(chat, problem="p" * 20, done="d" * 20)
    for number in (1, 2, 3):
        async with chat.world.store.transaction(chat.world.now) as tx:
            await marks.put(tx, person=await enrolled(tx, name="Zeinabou"), practice=practice, kind="useful")
        await chat.says(f"/practice {practice}")
        await chat.taps("Read on")
        if number < marks.FEWEST:
            chat.does_not_hear("Useful to 1", "Useful to 2")
    chat.hears("Useful to 3 members")
    chat.does_not_hear("Zeinabou")


async def test_an_author_does_not_praise_themselves(open_phone):
    """Who reads their own practice can keep it, and is offered neither marks nor a copy."""
    chat = open_phone(language="en")
    await chat.is_member(country="NE")
    async with chat.world.store.transaction(chat.world.now) as tx:
        practice = await published(tx, chat.person)
    await chat.says(f"/practice {practice}")
    chat.sees_choices("Read on", "Save", "Something else", "Close")


async def test_a_translation_says_whose_it_is_and_opens_the_original(open_phone):
    """A text translated by civil society says so; the original is one tap away, and the translation again."""
    chat = open_phone(language="fr")
    await chat.is_member(country="NE")
    practice = await shared(chat, language="ar", title="مقهى السلام", problem="مشكلة", done="ما جرى")
    async with chat.world.store.transaction(chat.world.now) as tx:
        parts = {"problem": "Un problème", "done": "Un thé"}
        await texts.put(tx, practice=practice, language="fr", title="Le café", parts=parts, mark=Mark.CIVIL)
    await chat.says(f"/practice {practice}")
    chat.hears("arabe", "Le café", "Un problème")
    await chat.taps("Le texte d’origine")
    chat.hears("مقهى السلام", "مشكلة")
    chat.does_not_hear("Un problème")
    await chat.taps("La traduction")
    chat.hears("Un problème")


async def test_a_text_in_another_language_says_so(open_phone):
    """What is not translated is shown as it is, with its language."""
    chat = open_phone(language="ar")
    await chat.is_member(country="TN")
    await chat.says(f"/practice {await shared(chat)}")
    chat.hears("لغة هذا النص", "Café de la paix")


async def test_the_voice_and_the_picture_are_delivered(open_phone):
    """A part that was spoken says so, and its file comes when it is asked for; a practice without files offers none."""
    chat, author = open_phone(channel="whatsapp", language="fr"), open_phone(language="ar")
    await chat.is_member(country="NE")
    await author.is_member(country="TN")
    async with chat.world.store.transaction(chat.world.now) as tx:
        source = {"channel": "telegram", "account": "main", "ref": "voice-1"}
        voice = await files.want(tx, person=author.person, kind="voice", source=source)
        await files.came(tx, file=voice, mime="audio/ogg", size=1000)
        practice = await handed_in(tx, author.person, problem="")
        await attachments.put(tx, practice=practice, author=author.person, given={"problem": voice})
        await practices.publish(tx, practice=practice)
    await chat.says(f"/practice {practice}")
    chat.hears("Le problème\nun message vocal")
    await chat.taps("Voix et images")
    (sent,) = [message for message in chat.heard if message.media]
    assert (sent.media.kind, sent.media.ref, sent.media.mime) == ("voice", files.ref(voice), "audio/ogg")
    assert author.person not in sent.media.ref
    await chat.says(f"/practice {RADIO}")
    chat.sees_no_choice("Voix et images")


async def test_what_is_withdrawn_while_it_is_read(open_phone):
    """A practice that its author took back meanwhile is not shown any more."""
    chat = open_phone(language="en")
    await chat.is_member(country="NE")
    author = open_phone(language="en")
    await author.is_member(country="NE")
    async with chat.world.store.transaction(chat.world.now) as tx:
        practice = await published(tx, author.person)
    await chat.says(f"/practice {practice}")
    async with chat.world.store.transaction(chat.world.now) as tx:
        await practices.withdraw(tx, person=author.person, practice=practice)
    await chat.taps("Useful to me")
    chat.hears("This practice is not there any more.")
    await chat.says(f"/practice {practice}")
    chat.hears("This practice is not there any more.")


async def test_what_is_withdrawn_while_it_is_read_from_a_search(open_phone):
    """Marked and then taken back by its author, it is said to be gone, and the search goes on."""
    chat, author = open_phone(language="en"), open_phone(language="en")
    await chat.is_member(country="NE")
    await author.is_member(country="NE")
    async with chat.world.store.transaction(chat.world.now) as tx:
        practice = await published(tx, author.person, title="Zirconium tea")
        await published(tx, author.person, title="Zirconium coffee")
    await chat.says("/find zirconium")
    await chat.taps("Zirconium tea")
    await chat.taps("Useful to me")
    async with chat.world.store.transaction(chat.world.now) as tx:
        await practices.withdraw(tx, person=author.person, practice=practice)
    await chat.says("1")
    chat.hears("This practice is not there any more.")
    chat.does_not_hear("went wrong")


async def test_the_tree_is_walked_from_any_of_its_practices(open_phone):
    """Each stands below its source, indented, with stage and year; one that was taken back says only that."""
    chat, author = open_phone(language="en"), open_phone(language="en")
    await chat.is_member(country="NE")
    await author.is_member(country="ML", name="Fatoumata Secret", organisation="Secret House")
    root = await shared(chat, title="The first one", stage="national")
    async with chat.world.store.transaction(chat.world.now) as tx:
        mali = await published(tx, author.person, country="ML", title="The one of Mali", origin=root)
        chad = await published(tx, author.person, country="TD", title="Of Chad", stage="pilot", origin=mali)
        await published(tx, author.person, country="SN", title="Of Senegal", origin=root)
        await practices.withdraw(tx, person=author.person, practice=mali)
    await chat.says(f"/practice {root}")
    await chat.taps("Something else")
    await chat.taps("Its adaptations")
    year = chat.world.now.year
    chat.hears(
        f"1. Niger, {year} · the one that you are reading",
        "2. – withdrawn",
        f"3. – – Chad, {year} · A pilot",
        f"4. – Senegal, {year}",
    )
    chat.does_not_hear("Secret", "Mali")
    await chat.says("2")
    chat.hears("Its author took this one back.")
    await chat.says("3")
    chat.hears("“Of Chad”")
    await chat.taps("Something else")
    await chat.taps("Its adaptations")
    chat.hears(f"3. – – Chad, {year} · the one that you are reading", f"1. Niger, {year} · National")
    await chat.taps("Back to it")
    await chat.taps("Close")
    chat.hears("Each practice stands below")
    await chat.taps("Back to it")
    chat.hears("“The first one”")
    assert chad != root


async def test_a_question_leads_to_asking(open_phone):
    """From a practice one asks its author and others, by the same conversation as from the menu."""
    chat = open_phone(language="en")
    await chat.is_member(country="NE")
    await chat.says(f"/practice {RADIO}")
    await chat.taps("Something else")
    await chat.taps("Ask about it")
    assert chat.heard
    chat.does_not_hear("That is not possible")
