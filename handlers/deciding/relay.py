"""A conversation through the bot that one of the two reported, as coordinators decide on it."""

from __future__ import annotations

from handlers.deciding.kind import Kind, Settled
from handlers.language import Text, _
from handlers.meetings import relay_cards
from handlers.talk import Talk
from network import topics
from network.approvals import Decision
from network.requests import Request


async def _show(talk: Talk, request: Request) -> None:
    """Show what the one who reports chose to show, and nothing of who they are."""
    report = request.what
    topic = topics.label(report.topic, talk.language)
    await talk.say(_("One of two members who talk through Jisr, on the topic {topic}, reports the other.", topic=topic))
    await talk.say(_("They say: “{why}”", why=report.why))
    if not report.shown:
        await talk.say(_("They show no message."))
    for each in report.shown:
        await relay_cards.play(talk, _("The other"), each.text, each.file)
    for words in report.words:
        await talk.say(_("The other side says: {words}", words=words))
    await talk.say(
        _(
            "If you agree, it goes on as it is. If you refuse, it ends, and the other is introduced to nobody for half "
            "a year."
        )
    )


async def _tell(talk: Talk, _request: Request, settled: Settled, reason: str) -> None:
    """Tell the one who reported that it goes on, or the other why it ended."""
    if settled["state"] == Decision.APPROVED:
        text: Text = _(
            "Coordinators looked at what you showed them, and see no breach of the charter. You can end that "
            "conversation at any time, and block the other."
        )
    else:
        text = _(
            "Coordinators looked at a conversation of yours and ended it. What they say: {reason}\n\nFor half a year "
            "Jisr introduces you to nobody new.",
            reason=reason,
        )
    await talk.tell("tell", [settled["tell"]], text)


kind = Kind(
    listed=lambda _request: _("A conversation of two members"),
    note=_("reported by one of them"),
    show=_show,
    tell=_tell,
)
