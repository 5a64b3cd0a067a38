"""News of announcements in linked Telegram groups: a card as long as it stands, none when it is taken back."""

from __future__ import annotations

from handlers.broadcasts import broadcast_cards
from handlers.broadcasts.broadcast_cards import Notice
from handlers.groups import doors
from handlers.language import _
from handlers.messages import Letter
from handlers.questions import Option
from handlers.registry import Errand, Occasion
from network import broadcasts
from network.broadcasts import State
from network.store import Tx

LENGTH = 600  # characters of an announcement on its card


async def show_card(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Show an announcement in the linked chats of its groups as it now is: its button opens it in private."""
    letters = await doors.take_down(tx, about=occasion.subject)
    found = await broadcasts.find(tx, broadcast=occasion.subject)
    if found is None or found.state is not State.SENT:
        return letters
    voice = occasion.who.voice
    words = broadcast_cards.short(Notice.from_json(found.notice), LENGTH)
    text = _("The coordinators tell all members of this group: “{words}”", words=words)
    # Translators: button, max:20. Opens the private chat with the bot.
    options = [Option(f"announcements:{found.id}", _("Open in Jisr"))]
    translator, about = voice.translator, found.id
    for group in found.audience.groups:
        letters += await doors.card(tx, group=group, text=text, options=options, translator=translator, about=about)
    return letters


errands: dict[str, Errand] = {broadcasts.CARD: show_card}
