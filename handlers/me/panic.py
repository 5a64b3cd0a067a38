"""The secret word: one message that locks everything at once, and soon erases it.

``strike`` runs before anything else is understood. Its answer could be any bot's, so that
somebody who reads over a shoulder learns nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.language import Text, Translator, _
from handlers.messages import Letter, Outgoing
from handlers.people import voice_of
from handlers.registry import Capability, ForWhom, Room
from handlers.talk import Option, Talk
from network import addresses, leaving, members, traces

if TYPE_CHECKING:
    from network.addresses import Address
    from network.store import Tx

SHORTEST, LONGEST = members.PANIC_WORD  # characters
USED = _("Please choose another word: this one has a meaning here, and you would write it by chance.")


async def panic(talk: Talk) -> None:
    """Set, change or remove the secret word, and say what it cannot do."""
    me = await talk.member()
    explanation = _(
        "A secret word protects you if somebody takes your phone. Write it here, alone, at any time: Jisr locks at "
        "once, erases everything about you within a minute, and answers like any other bot.\n\n"
        "What it cannot do: the chat stays on your phone until you delete it there. From Telegram, only the messages "
        "of the last 48 hours go; from WhatsApp, none. Both companies still know that you wrote here."
    )
    way = await talk.choose("way", explanation, _ways(has_word=me.has_panic_word))
    if way == "set":
        await _set(talk)
    elif way == "remove":
        await talk.do("remove", members.set_panic_word, person=talk.person, word=None)
        await talk.say(_("There is no secret word any more."))
    else:
        await talk.say(_("Gladly. You find this under “secret word” at any time."))


async def strike(tx: Tx, address: Address, text: str, translator: Translator) -> list[Letter] | None:
    """Lock the person and answer innocently if ``text`` is their secret word; else return None.

    The lock is part of the step that took the message in; the erasure comes seconds later. What
    waits to be sent is dropped, and Telegram's messages of the last 48 hours are taken back, in
    each app of the person.
    """
    if not await members.is_panic_word(tx, person=address.person, text=text):
        return None
    voice = voice_of(await members.find(tx, person=address.person), address, translator)
    found = {one.id: await traces.of(tx, address=one.id) for one in await addresses.of(tx, person=address.person)}
    await leaving.vanish(tx, person=address.person)
    # Translators: the answer to a secret word. It must look like any bot's, and tell nothing.
    words = voice.say(_("Sorry, this service is not available right now."))
    reply = Outgoing(words, deletes=tuple(found.pop(address.id, ())), rtl=voice.rtl)
    elsewhere = [Letter(other, Outgoing(deletes=tuple(refs))) for other, refs in found.items() if refs]
    return [Letter(address.id, reply), *elsewhere]


def refuse_word(word: str) -> Text | None:
    """Return why ``word`` cannot be the secret word, or None when it can."""
    return None if len(members.panic_letters(word)) >= SHORTEST else _("Please choose at least 6 letters or digits.")


def _ways(*, has_word: bool) -> list[Option]:
    # Translators: button, max:20
    not_now = Option("no", _("Not now"))
    if not has_word:
        # Translators: button, max:20
        return [Option("set", _("Choose a word")), not_now]
    # Translators: button, max:20
    return [Option("set", _("Change the word")), Option("remove", _("Remove the word")), not_now]


async def _set(talk: Talk) -> None:
    question = _(
        "Which word shall it be? At least 6 letters or digits, and nothing that you would write here by chance. "
        "Capitals and accents do not matter. (The present word, if there is one, works here too: write a new one.)"
    )

    def refuse(word: str) -> Text | None:
        return USED if talk.is_known_word(word) else refuse_word(word)

    word = await talk.text("word", question, at_least=SHORTEST, at_most=LONGEST, check=refuse)
    await talk.do("set", members.set_panic_word, person=talk.person, word=word)
    await talk.say(_("It is set. Now delete your last message from this chat, so that nobody finds the word."))


capability = Capability(
    name="panic",
    command="panic",
    room=Room.ME,
    # Translators: in the menu, max:24
    title=_("Secret word"),
    # Translators: words that start this, separated by |.
    words=_("secret word|panic"),
    converse=panic,
    for_whom=ForWhom.CONSENTED,
    when_stopped=True,
    by_right=True,
)
