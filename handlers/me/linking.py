"""Link two apps: one person, whichever app they write from."""

from __future__ import annotations

from handlers.language import _
from handlers.registry import Capability, ForWhom, Room
from handlers.talk import Option, Talk
from network import invitations, links


async def link(talk: Talk) -> None:
    """Give a one-time code, or take the one that the other app gave."""
    code = talk.argument or await _code(talk)
    if code:
        await _accept(talk, code)
    else:
        await _offer(talk)


async def _code(talk: Talk) -> str:
    """Return the code of the other app, or "" for a person who wants one from here."""
    way = await talk.choose(
        "way",
        _("With one membership you can write from WhatsApp and from Telegram. What do you need?"),
        # Translators: button, max:20
        [Option("offer", _("Give me a code")), Option("accept", _("I have a code"))],
    )
    if way == "offer":
        return ""
    return await talk.text("code", _("Please write the code that your other app shows."), at_most=40)


async def _offer(talk: Talk) -> None:
    if await talk.find_member() is None:
        await talk.say(_("Please ask for the code in the app where you are a member already, then write it here."))
        return
    code = await talk.do("offer", links.offer, person=talk.person)
    await talk.say(
        _(
            "In your other app, write this to Jisr:\n\nLINK {code}\n\n"
            "It works once, for 15 minutes. Show it to nobody.",
            code=code,
        )
    )


async def _accept(talk: Talk, code: str) -> None:
    if await talk.do("tried", invitations.too_many, person=talk.person):
        await talk.say(_("Several codes were tried here. Please wait an hour before the next one."))
        return
    question = _("Join this app to your other one? You will be one member in both.")
    if await talk.find_member() is not None:
        question = _(
            "You are a member here too. Make the two memberships one? Your name and profile become those of the other "
            "app, and what you shared here goes with you."
        )
    await talk.say(
        _(
            "Say yes only to a code from your own other app. With the code of somebody else, that person would hold "
            "your membership here, and see your number."
        )
    )
    # Translators: button, max:20
    if not await talk.confirm("sure", question, yes=_("Yes, link them"), no=_("No, leave it")):
        await talk.say(_("Nothing has changed."))
        return
    joined = await talk.do("accept", links.accept, code=code, address=talk.address)
    if joined:
        await talk.say(_("Done. Both apps are yours, as one member. Write “menu” to begin."))
    else:
        await talk.say(_("This code is not valid, or no longer. Ask your other app for a new one: write “link” there."))


capability = Capability(
    name="link",
    command="link",
    room=Room.ME,
    # Translators: in the menu, max:24
    title=_("Link my other app"),
    # Translators: words that start this, separated by |.
    words=_("link|link my other app"),
    converse=link,
    for_whom=ForWhom.ANYONE,
    always=True,
)
