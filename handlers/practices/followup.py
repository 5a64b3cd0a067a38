"""Follow-up: an author tells later whether a practice is still in use; so do those who try it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import people
from handlers.language import Text, _
from handlers.messages import Letter
from handlers.practices.pages import ANSWERS
from handlers.practices.reading import GONE
from handlers.registry import Capability, Occasion
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import followups, practices
from network.errors import Missing
from network.followups import Asking, Question

if TYPE_CHECKING:
    from network.store import Tx

NOTE = (10, 300)  # characters of a sentence, fewest and most


async def ask(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Return the question that has come due, if it is still to be asked."""
    asking = await followups.come(tx, followup=occasion.subject)
    if asking.practice is None:
        return []
    options = [Option(f"followup:{asking.practice.id}.{answer}", label) for answer, label in ANSWERS.items()]
    return await people.letters(tx, [occasion.who.id], _question(asking), options, occasion.who.voice.translator)


def _question(asking: Asking) -> Text:
    title = asking.practice.title if asking.practice else ""
    if asking.question is Question.AGAIN:
        return _(
            "May we ask once more about “{title}”: is it still in use? One tap is enough, and it helps those who "
            "want to do the same. We will not ask again this time.",
            title=title,
        )
    if asking.trying:
        return _("Three months ago you began to try “{title}”. How is it going?", title=title)
    return _(
        "You shared “{title}”. Is it still in use? Others who want to do the same would be glad to know.", title=title
    )


async def follow_up(talk: Talk) -> None:
    """Take the answer that a button of the question gave, or ask for one."""
    practice, _dot, answer = talk.argument.partition(".")
    await tell(talk, practice, answer)


async def tell(talk: Talk, practice: str, answer: str = "", *, place: str = "") -> None:
    """Ask how a practice is doing where that was not said yet, keep the answer, and a sentence if there is one.

    ``place`` makes the keys unique where one conversation asks more than once.
    """
    found = await talk.look(practices.published, ids=[practice], language=talk.language)
    if not found:
        await talk.say(GONE)
        return
    if answer not in ANSWERS:
        options = [Option(key, label) for key, label in ANSWERS.items()]
        question = _("“{title}”: how is it doing today?", title=found[0].title)
        answer = await talk.choose(f"answer{place}", question, options)
    try:
        followup = await talk.do(f"keep{place}", followups.answer, practice=practice, person=talk.person, answer=answer)
    except Missing:
        await talk.say(_("Thank you. You are not asked about this any more."))
        return
    own = found[0].author == talk.person
    note = await _note(talk, f"sentence{place}", own=own)
    if note:
        await talk.do(f"note{place}", followups.add_note, followup=followup, person=talk.person, note=note)
    await talk.say(_told(own=own, answer=answer))


async def _note(talk: Talk, key: str, *, own: bool) -> str:
    if not own:
        return ""
    question = _(
        "Thank you. Would you like to add a sentence for those who read it: what has changed, what helped, what was "
        "hard? Please name no person and no precise place."
    )
    # Translators: button, max:20
    skip = _("No, that is all")
    return await talk.text(key, question, at_least=NOTE[0], at_most=NOTE[1], skip=skip, check=screen)


def _told(*, own: bool, answer: str) -> Text:
    if not own:
        return _("Thank you. What those who tried it say is shown as numbers only, from three on.")
    if answer == "stopped":
        return _("Thank you. It now says that it was stopped: what did not last is worth knowing too.")
    return _("Thank you. It now stands on your practice, with today’s date.")


capability = Capability(
    name="followup",
    command="followup",
    # Translators: in the menu, max:24
    title=_("How a practice is doing"),
    # Translators: words that start this, separated by |.
    words=_("follow-up"),
    converse=follow_up,
    shown_in_menu=False,
    contributes=True,
    alone="mine",
)
