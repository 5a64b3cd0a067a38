"""A wish to come into a group, a group to begin or change, and a removal, as coordinators decide on them."""

from __future__ import annotations

from handlers.deciding.kind import Kind, Settled
from handlers.groups import charter as charters
from handlers.groups import removing, vouching
from handlers.language import Words, _, n_
from handlers.talk import Option, Talk
from network import rolls
from network.approvals import Decision
from network.charters import Charter
from network.entries import Entry
from network.requests import Request


async def _show_entry(talk: Talk, request: Request) -> None:
    """Show who asks, and how many members gave their word; never who did, or who did not."""
    found: Entry = request.what
    await talk.say(vouching.shown(found, talk.language))
    if found.vouched:
        await talk.say(n_("{count} member vouches for them.", "{count} members vouch for them.", found.vouched))
    elif found.charter.group.vouched:
        await talk.say(_("This group asks for the word of a member, and nobody has vouched yet."))


def _lead(request: Request) -> Option | None:
    # Translators: button, max:20. A coordinator asks a member to vouch for somebody.
    return Option(f"askvouch:{request.id}", _("Ask a member"))


async def _tell_entry(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    charter = request.what.charter
    name = charter.name(request.what.applicant.language)
    if settled["state"] == Decision.APPROVED:
        # Translators: button, max:20
        option = Option(f"group:{charter.id}", _("See the group"))
        await talk.tell("tell", [settled["tell"]], _("Good news: you are welcome in “{group}”.", group=name), [option])
        return
    text = _(
        "Thank you for your patience. The coordinators could not welcome you in “{group}” for now. What they say: "
        "{reason}",
        group=name,
        reason=reason,
    )
    await talk.tell("tell", [settled["tell"]], text)


async def _show_charter(talk: Talk, request: Request) -> None:
    await talk.say(charters.shown(request.what, talk.language))


async def _tell_charter(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    found = request.what.charter
    name = found.name(talk.language)
    if settled["state"] == Decision.APPROVED:
        # Translators: button, max:20
        option = Option(f"group:{found.id}", _("See the group"))
        text = _("Good news: the other side agrees, and “{group}” is as you proposed.", group=name)
        await talk.tell("tell", [settled["tell"]], text, [option])
        return
    text = _(
        "Thank you for your proposal for “{group}”. The other side did not agree. What they say: {reason}",
        group=name,
        reason=reason,
    )
    await talk.tell("tell", [settled["tell"]], text)


async def _show_removal(talk: Talk, request: Request) -> None:
    await talk.say(removing.shown(request.what, talk.language))
    await talk.say(_("If you agree, they come back. If you refuse, they stay out."))


async def _tell_removal(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    found = request.what
    name = found.charter.name(found.member.language)
    if settled["state"] == Decision.APPROVED:
        text = _("Good news: a coordinator of the other side looked at it, and you are in “{group}” again.", group=name)
    else:
        text = _(
            "A coordinator of the other side looked at it, and you stay out of “{group}”. What they say: {reason}",
            group=name,
            reason=reason,
        )
    await talk.tell("tell", [settled["tell"]], text)


def _applicant(request: Request) -> Words:
    who = request.what.applicant
    return who.name if rolls.is_shown(who) else _("In private mode")


def _named(request: Request) -> Words:
    found: Charter = request.what.charter
    return next(iter(found.names.values()), found.group.country)


entry = Kind(
    listed=_applicant,
    note=_("asks to come into a group"),
    show=_show_entry,
    tell=_tell_entry,
    ready=lambda request: request.what.can_be_let_in,
    lead=_lead,
)
charter = Kind(listed=_named, note=_("a group, as proposed"), show=_show_charter, tell=_tell_charter)
removal = Kind(listed=_named, note=_("was taken out of a group"), show=_show_removal, tell=_tell_removal)
