"""A message to many, as the other side's coordinators decide on it; and one that was reported."""

from __future__ import annotations

from functools import reduce

from handlers.audience_choice import below, counted, describe, names
from handlers.broadcasts import broadcast_cards
from handlers.broadcasts.broadcast_cards import NOBODY, Notice
from handlers.deciding.kind import Kind, Settled
from handlers.language import Text, Voice, _
from handlers.talk import Option, Talk
from network import broadcasts
from network.approvals import Decision
from network.broadcasts import State
from network.requests import Request

SHORT = 40  # characters of a message in a list


async def _show(talk: Talk, request: Request) -> None:
    """Show the whole message in every language in which it is written, whom it is for, and how many they are."""
    sent = request.what
    notice = Notice.from_json(sent.notice)
    if request.kind == broadcasts.KIND and sent.sent_at:
        await talk.say(_("It was sent already; these words are to take the place of the others:"))
    for file in broadcast_cards.before(notice):
        await talk.say("", file.media)
    for language in notice.texts:
        await talk.say(broadcast_cards.message(notice, NOBODY, Voice(talk.who.voice.translator, language)).text)
    await talk.say(reduce(below, describe(sent.audience, talk.language, await names(talk))))
    await talk.say(counted(sent.confirmed))
    await talk.say(broadcast_cards.goes(sent.at))


async def _show_reported(talk: Talk, request: Request) -> None:
    await talk.say(_("A member thinks that this announcement should not be here."))
    await _show(talk, request)
    await talk.say(_("If you agree to it, it stays. If you refuse it, it is taken back from everybody."))


async def _tell(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    """Tell the coordinator that it goes out, or why it does not."""
    short = _short(request)
    # Translators: button, max:20
    option = Option(f"announced:{request.what.id}", _("Look at it"))
    sent = await talk.look(broadcasts.find, broadcast=request.what.id)
    if request.what.sent_at:
        text = _told_of_correction(short, settled, reason)
    elif sent is not None and sent.state is State.GROWN:
        text = _(
            "The other side agrees to your announcement “{words}”. More people are meant now than you confirmed, so it "
            "was not sent.",
            words=short,
        )
    elif settled["state"] == Decision.APPROVED:
        text = _("The other side agrees: your announcement “{words}” goes out now.", words=short)
    else:
        text = _("Your announcement “{words}” does not go out. What they say: {reason}", words=short, reason=reason)
    await talk.tell("tell", [settled["tell"]], text, [option])


def _told_of_correction(short: str, settled: Settled, reason: str) -> Text:
    if settled["state"] == Decision.APPROVED:
        return _("The other side agrees: the right words are on their way, “{words}”.", words=short)
    return _("Your announcement is not changed to “{words}”. What they say: {reason}", words=short, reason=reason)


async def _tell_reported(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    """Tell the one who reported it that it stays, or the coordinator why it was taken back."""
    short = _short(request)
    if settled["state"] == Decision.APPROVED:
        text = _(
            "Coordinators looked at the announcement “{words}” and keep it. Thank you for taking care.", words=short
        )
    else:
        text = _(
            "Coordinators took your announcement “{words}” back. What they say: {reason}", words=short, reason=reason
        )
    await talk.tell("tell", [settled["tell"]], text)


def _short(request: Request) -> str:
    return broadcast_cards.short(Notice.from_json(request.what.notice), SHORT)


kind = Kind(listed=_short, note=_("an announcement to many"), show=_show, tell=_tell)
reported = Kind(listed=_short, note=_("an announcement that was reported"), show=_show_reported, tell=_tell_reported)
