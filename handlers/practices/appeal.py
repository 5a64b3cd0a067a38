"""Ask for a second look: the author of a refused practice says why others should read it again."""

from __future__ import annotations

from handlers.language import Words, _
from handlers.registry import Capability
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import appeals, practices
from network.practices import Practice

WHY = (10, 500)  # characters, fewest and most


async def appeal(talk: Talk) -> None:
    """Take the author's words, within 72 hours of the refusal, and put it before one from each side."""
    practice = await _refused(talk)
    if practice is None:
        return
    question = _(
        "“{title}” was not published. What was said: {reason}\n\n"
        "Why should others look at it again? One from each side will read it and your words, without your name; what "
        "they decide is final.",
        title=practice.title,
        reason=practice.reason,
    )
    why = await talk.text(f"why {practice.id}", question, at_least=WHY[0], at_most=WHY[1], check=screen)
    asked = await talk.do("appeal", appeals.ask, practice=practice.id, by=talk.person, why=why)
    if asked["state"] == appeals.LATE:
        await _too_late(talk)
        return
    news: Words = _("An author asks for a second look at a refusal: “{title}”.", title=practice.title)
    # Translators: button, max:20
    option = Option(f"decide:{asked['approval']}", _("Read and decide"))
    await talk.tell("tell", asked["deciders"], news, [option], about=talk.person)
    await talk.say(
        _("Thank you. Others than before will look at it, one from each side. You will hear from them here.")
    )


async def _refused(talk: Talk) -> Practice | None:
    """Return the practice that the button led to, or the latest one that was refused and can still be looked at."""
    mine = await talk.look(practices.mine, author=talk.person)
    for practice in mine:
        if talk.argument in {"", practice.id}:
            last = await talk.look(appeals.until, practice=practice.id)
            if last is not None and talk.now <= last:
                return practice
    await _too_late(talk)
    return None


async def _too_late(talk: Talk) -> None:
    await talk.say(
        _(
            "A second look can be asked for once, within 72 hours of a refusal; that is not possible here, "
            "or no longer. You can change what you wrote and share it again."
        )
    )


capability = Capability(
    name="appeal",
    command="appeal",
    title=_("Ask for a second look"),
    # Translators: words that start this, separated by |.
    words=_("appeal|second look"),
    converse=appeal,
    shown_in_menu=False,
    by_link=True,
)
