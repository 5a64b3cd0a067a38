"""A post of a moderated group, and one that was reported, as coordinators decide on them."""

from __future__ import annotations

from handlers.deciding.kind import Kind, Settled
from handlers.groups import doors, post_cards, spreading
from handlers.groups import posts as posts_
from handlers.language import Words, _
from handlers.talk import Option, Talk
from network import charters
from network.approvals import Decision
from network.requests import Request


async def _show(talk: Talk, request: Request) -> None:
    """Show the post as its readers would see it."""
    post = request.what.post
    charter = await talk.look(charters.of, group=post.group)
    await talk.say(_("A post for “{group}”:", group=charter.name(talk.language)))
    await talk.say(await posts_.card_of(talk, post))
    await posts_.play(talk, post)


async def _show_reported(talk: Talk, request: Request) -> None:
    await talk.say(_("Members think that this post should not be here."))
    await _show(talk, request)
    await talk.say(_("If you agree to it, it stays. If you refuse it, it is taken away."))


async def _tell(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    """Let it go out and tell its author, or tell them why it does not."""
    post = request.what.post
    if settled["state"] == Decision.APPROVED:
        await talk.do("spread", spreading.spread, post=post.id, translator=talk.who.voice.translator)
        # Translators: button, max:20
        look = [Option(f"post:{post.id}", _("Look at it"))]
        await talk.tell("tell", [settled["tell"]], _("Your post is out now. Thank you."), look)
        return
    text = _(
        "Thank you for your post “{post}”. The coordinators did not let it out as it is. What they say: {reason}",
        post=post_cards.short(post),
        reason=reason,
    )
    await talk.tell("tell", [settled["tell"]], text)


async def _tell_reported(talk: Talk, request: Request, settled: Settled, reason: str) -> None:
    """Tell whoever reported it that it stays, or its author why it was taken away."""
    post = request.what.post
    if settled["state"] == Decision.APPROVED:
        text = _("Coordinators looked at the post that you reported, and it stays. Thank you for taking care.")
        await talk.tell("tell", [settled["tell"]], text)
        return
    await talk.post("taken down", await talk.look(doors.take_down, about=post.id))
    await talk.do("withdraw", spreading.withdraw, post=post.id, translator=talk.who.voice.translator)
    text = _(
        "Coordinators took your post “{post}” away. What they say: {reason}",
        post=post_cards.short(post),
        reason=reason,
    )
    await talk.tell("tell", [settled["tell"]], text)


def _listed(request: Request) -> Words:
    return post_cards.short(request.what.post) or _("(not in words)")


kind = Kind(listed=_listed, note=_("a post to read"), show=_show, tell=_tell)
reported = Kind(listed=_listed, note=_("a post, reported"), show=_show_reported, tell=_tell_reported)
