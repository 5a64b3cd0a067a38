"""What is kept about a person: see it, take a copy, stop, come back, or be erased."""

from __future__ import annotations

from handlers.language import _
from handlers.me.export import write_copy
from handlers.me.join import decline
from handlers.me.profile import card, profile
from handlers.registry import Capability, ForWhom, Room
from handlers.talk import Option, Talk
from network import erasure, hearing, leaving
from network.members import State


async def privacy(talk: Talk) -> None:
    """Show what is kept, and offer to copy, correct or erase it."""
    await talk.say(await card(talk))
    question = _(
        "Kept besides: the address of each app that you use here, what you shared, asked and answered, and the "
        "messages still on their way to you. Nobody in the network sees your number.\n\nWhat do you need?"
    )
    options = [
        # Translators: button, max:24
        Option("copy", _("A copy of everything")),
        # Translators: button, max:24
        Option("correct", _("Correct something")),
        # Translators: button, max:24
        Option("delete", _("Delete me")),
        # Translators: button, max:24
        Option("nothing", _("Nothing, thank you")),
    ]
    what = await talk.choose("what", question, options)
    if what == "copy":
        titles = {each.name: each.title for each in await talk.capabilities()}
        kept = await talk.look(erasure.export, person=talk.person)
        text = write_copy(kept, talk.who.voice, talk.now, titles=titles)
        await talk.do("copy", leaving.ask_copy, person=talk.person, text=text)
        await talk.say(_("Your copy is being written. It comes here as a file in a moment."))
    elif what == "correct":
        await profile(talk)
    elif what == "delete":
        await delete(talk)
    else:
        await talk.say(_("Gladly. Write “my data” whenever you want to look again."))


async def stop(talk: Talk) -> None:
    """Send nothing more, until the member comes back; before consent, forget the person."""
    if await talk.find_member() is None:
        await decline(talk)
        return
    await talk.do("stop", leaving.stop, person=talk.person)
    await talk.say(
        _("You get no more messages from Jisr. What you shared stays. Write “return” to come back, or “delete me”.")
    )


async def come_back(talk: Talk) -> None:
    """Take part again after a stop."""
    state = await talk.do("return", leaving.come_back, person=talk.person)
    if state == State.ACTIVE:
        await talk.do("catch up", hearing.catch_up, person=talk.person)
        await talk.say(_("Welcome back. Write “menu” to begin."))
    else:
        await talk.say(_("Welcome back. Write “join” to go on where you were."))


async def delete(talk: Talk) -> None:
    """Erase the person, with or without what they shared; nothing happens before they are sure.

    Before consent there is nothing to be sure about.
    """
    if await talk.find_member() is None:
        await decline(talk)
        return
    question = _(
        "Do you want to leave and be erased? What you shared can stay for others, without any trace of you, or go too."
    )
    options = [
        # Translators: button, max:20. Leave, but what I shared stays for others.
        Option("keep", _("Keep what I shared")),
        # Translators: button, max:20. Leave, and what I shared is erased too.
        Option("all", _("Erase that too")),
        # Translators: button, max:20. Do not leave.
        Option("stay", _("I stay")),
    ]
    what = await talk.choose("delete", question, options)
    if what == "stay" or not await _is_sure(talk):
        await talk.say(_("Good that you stay. Nothing has changed."))
        return
    await talk.do("leave", leaving.leave, person=talk.person, keep_practices=what == "keep")
    await talk.say(
        _(
            "Farewell, and thank you. Within a minute everything about you is gone from here; safety copies last 30 "
            "days at most. This chat stays on your phone until you delete it there."
        )
    )


async def _is_sure(talk: Talk) -> bool:
    # Translators: button, max:20
    yes, no = _("Yes, delete me"), _("No, I stay")
    return await talk.confirm("sure", _("Are you sure? This cannot be undone."), yes=yes, no=no)


privacy_capability = Capability(
    name="privacy",
    command="privacy",
    room=Room.ME,
    # Translators: in the menu, max:24
    title=_("My data"),
    # Translators: words that start this, separated by |.
    words=_("privacy|what you know about me|my data|export"),
    converse=privacy,
    for_whom=ForWhom.CONSENTED,
    always=True,
    when_stopped=True,
    by_right=True,
)

stop_capability = Capability(
    name="stop",
    command="stop",
    # Translators: in the menu, max:24. Get no more messages.
    title=_("Stop messages"),
    # Translators: words that start this, separated by |. The last two are Hausa; the English ones count everywhere.
    words=_("stop|unsubscribe|tsaya|daina"),
    converse=stop,
    for_whom=ForWhom.ANYONE,
    parting=True,
    shown_in_menu=False,
    lasting=False,
    always=True,
    by_right=True,
)

return_capability = Capability(
    name="return",
    command="return",
    # Translators: in the menu, max:24. Get messages again after a stop.
    title=_("Come back"),
    # Translators: words that start this, separated by |.
    words=_("return|come back"),
    converse=come_back,
    for_whom=ForWhom.CONSENTED,
    shown_in_menu=False,
    lasting=False,
    when_stopped=True,
    by_right=True,
)

delete_capability = Capability(
    name="delete",
    command="delete",
    # Translators: in the menu, max:24
    title=_("Delete me"),
    # Translators: words that start this, separated by |.
    words=_("delete me|delete|erase me"),
    converse=delete,
    for_whom=ForWhom.ANYONE,
    parting=True,
    shown_in_menu=False,
    always=True,
    when_stopped=True,
    by_right=True,
)
