"""Announcements: what coordinators told many, as a member finds it again, answers it, reports or silences it."""

from __future__ import annotations

from handlers.broadcasts import broadcast_cards
from handlers.broadcasts.broadcast_cards import COMING, NOBODY, Notice
from handlers.language import Text, _
from handlers.registry import Capability, Room
from handlers.talk import Option, Talk
from network import recipients, rsvps
from network.broadcasts import Broadcast

SHORT = 40  # characters of an announcement in a list
GONE = _("This was taken back by those who sent it, or is over. Thank you for coming.")
ANSWERED: dict[str, Text] = {
    "yes": _("Thank you, it is noted: you will come. Coordinators see only how many come."),
    "maybe": _("Thank you, it is noted: perhaps. Coordinators see only how many come."),
    "no": _("Thank you, it is noted: you cannot come. Coordinators see only how many come."),
}


async def announcements(talk: Talk) -> None:
    """Take the answer that a button gave, or show what was announced and take one."""
    way, _colon, which = talk.argument.rpartition(":")
    if which == NOBODY:
        await talk.say(_("This was only a look at it: here your members can answer."))
        return
    found = await _pick(talk, which)
    if found is None:
        return
    notice = Notice.from_json(found.notice)
    if way in COMING and notice.event:
        await _answer(talk, found, way)
        return
    wish = await _shown(talk, found, notice)
    if wish in COMING:
        await _answer(talk, found, wish)
    elif wish == "report":
        await _report(talk, found)
    elif wish == "silence":
        await _silence(talk, found)
    else:
        await talk.say(_("Gladly. Write “menu” for anything else."))


async def _pick(talk: Talk, which: str) -> Broadcast | None:
    """Return the announcement that a button led to, or the one chosen of those that came; None when there is none."""
    if which:
        found = await talk.look(recipients.received, person=talk.person, only=[which])
        if not found:
            await talk.say(GONE)
        return found[0] if found else None
    listed = await talk.look(recipients.received, person=talk.person)
    if not listed:
        await talk.say(_("No announcement has come to you in the last weeks."))
        return None
    options = [Option(each.id, broadcast_cards.short(Notice.from_json(each.notice), SHORT)) for each in listed]
    chosen = await talk.choose("announcement", _("Which announcement is it about?"), options)
    found = await talk.look(recipients.received, person=talk.person, only=[chosen])
    if not found:
        await talk.say(GONE)
    return found[0] if found else None


async def _shown(talk: Talk, found: Broadcast, notice: Notice) -> str:
    """Show an announcement; return what is wanted of it."""
    await talk.say(broadcast_cards.message(notice, found.id, talk.who.voice).text)
    if notice.event:
        given = await talk.look(rsvps.of, broadcast=found.id, person=talk.person)
        if given:
            await talk.say(_("Your answer so far: {answer}", answer=COMING[given]))
    coming = [Option(answer, label) for answer, label in COMING.items()] if notice.event else []
    options = [
        *coming,
        # Translators: in a list, max:24
        Option("report", _("It should not be here"), _("coordinators look at it")),
        # Translators: in a list, max:24
        Option("silence", _("Silence the group"), _("no announcements of it")),
        # Translators: in a list, max:24
        Option("end", _("That is all")),
    ]
    return await talk.choose("wish", _("What would you like to do?"), options)


async def _answer(talk: Talk, found: Broadcast, answer: str) -> None:
    await talk.do("answer", rsvps.give, broadcast=found.id, person=talk.person, answer=answer)
    await talk.say(ANSWERED[answer])
    await talk.say(_("You can change it at any time: press another button, or write “announcements”."))


async def _report(talk: Talk, found: Broadcast) -> None:
    """Bring an announcement before the coordinators of the group, whoever sent it apart."""
    reported = await talk.do("report", recipients.report, broadcast=found.id, by=talk.person)
    if reported["deciders"]:
        # Translators: button, max:20
        option = Option(f"decide:{reported['approval']}", _("Read and decide"))
        await talk.tell("tell", reported["deciders"], _("A member asks you to look at an announcement."), [option])
    await talk.say(
        _("Thank you for taking care. Coordinators have looked at it, or will, and nobody learns who said so.")
    )


async def _silence(talk: Talk, found: Broadcast) -> None:
    """Let no more announcements come of the group through which this one came."""
    await talk.do("silence", recipients.silence, broadcast=found.id, person=talk.person)
    await talk.say(_("It is silent now. You can change that at any time under “My groups”."))


capability = Capability(
    name="announcements",
    command="announcements",
    room=Room.PEOPLE,
    # Translators: in the menu, max:24
    title=_("Announcements"),
    # Translators: words that start this, separated by |.
    words=_("announcements|announcement"),
    converse=announcements,
    anew=True,
    by_link=True,
)
