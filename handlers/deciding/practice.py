"""A practice, as moderators decide on it."""

from __future__ import annotations

from datetime import datetime

from handlers.deciding.kind import Kind, Settled
from handlers.language import Text, Words, _
from handlers.practices import adapt, cards, news, pages
from handlers.talk import Option, Talk
from network import appeals, attachments
from network.approvals import Decision
from network.requests import Request, Submission


async def show(talk: Talk, submission: Submission, *, place: str) -> None:
    """Show what everybody would see, of its author no more than that; and what the other side says.

    ``place`` makes its keys those of one request.
    """
    practice = submission.practice
    whole = cards.whole(practice, submission.attribution, talk.language)
    await pages.read_through(talk, pages.packed(talk, whole), place=place)
    for line, media in cards.files(await talk.look(attachments.of, practice=practice.id), practice.facts.kind):
        await talk.say(line, media)
    for words in submission.words:
        await talk.say(_("The other side says: {words}", words=words))


async def tell_half(talk: Talk, settled: Settled, title: str) -> None:
    """Tell the author that one side has agreed."""
    text = _("One side has agreed to publish “{title}”. The other side’s word is still to come.", title=title)
    await talk.tell("tell half", [settled["tell"]], text)


async def tell_published(talk: Talk, settled: Settled, practice: str, text: Text) -> None:
    """Tell the author that it is open to all, whoever shared what it adapts, and those who follow its topics."""
    # Translators: button, max:20
    await talk.tell("tell", [settled["tell"]], text, [Option(f"practice:{practice}", _("Read it"))])
    await adapt.announce(talk, practice)
    await news.published(talk, practice)


def last_moment(until: datetime | None) -> Words:
    """Return until when an appeal can be made, as a line below a refusal."""
    if until is None:
        return ""
    return _(
        "If you think otherwise, you can ask for a second look, by others, until {day} at {time} (your country’s "
        "time).",
        day=until.date(),
        time=until.time(),
    )


async def _show(talk: Talk, request: Request) -> None:
    await show(talk, request.what, place=f"read {request.id}")


async def _tell(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    """Tell the author what became of it, and what they can do then."""
    practice, state = request.what.practice, settled["state"]
    if state == Decision.PENDING:
        await tell_half(talk, settled, practice.title)
    elif state == Decision.APPROVED:
        text = _("Your practice “{title}” is now open to the network. Thank you.", title=practice.title)
        await tell_published(talk, settled, practice.id, text)
    elif state == Decision.CHANGE:
        text = _(
            "Thank you for “{title}”. Before it is published the coordinators ask for a change. "
            "What they say: {reason}",
            title=practice.title,
            reason=reason,
        )
        # Translators: button, max:20
        option = Option(f"share:again:{practice.id}", _("Change it"))
        await talk.tell("tell", [settled["tell"]], text, [option])
    else:
        await _tell_refused(talk, request, settled, reason)


async def _tell_refused(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    practice = request.what.practice
    until = await talk.look(appeals.until_local, practice=practice.id)
    text = _(
        "Thank you for “{title}”. The coordinators did not publish it as it is. What they say: {reason}\n\n"
        "You can change it and share it again. {appeal}",
        title=practice.title,
        reason=reason,
        appeal=last_moment(until),
    )
    options = [
        # Translators: button, max:20
        Option(f"share:again:{practice.id}", _("Share again")),
        # Translators: button, max:20
        Option(f"appeal:{practice.id}", _("Ask a second look")),
    ]
    await talk.tell("tell", [settled["tell"]], text, options)


kind = Kind(
    listed=lambda request: request.what.practice.title,
    note=_("a practice to read"),
    show=_show,
    tell=_tell,
    changes=True,
)
