"""Meeting: somebody reads that a member would like to meet them, and says yes or no; a no is told to nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers import people
from handlers.labels import attribution_label
from handlers.language import Text, _
from handlers.meetings import pseudonyms, seeking
from handlers.messages import Letter
from handlers.registry import Capability, Occasion
from handlers.talk import Option, Talk
from network import introductions
from network.errors import Missing
from network.introductions import Introduction

if TYPE_CHECKING:
    from network.store import Tx

NO_MORE = _("This proposal does not wait any more. Thank you for coming.")


async def meet(talk: Talk) -> None:
    """Show a proposal and take the answer."""
    found = await talk.look(introductions.waiting_for, person=talk.person, only=[talk.argument])
    if not found:
        await talk.say(NO_MORE)
        return
    (proposal,) = found
    line = attribution_label(proposal.line)
    how: dict[str, Any] = {"why": proposal.why, "months": proposal.months, "language": talk.language}
    await talk.say(seeking.card(proposal.kind, proposal.topic, line=line, **how))
    await talk.say(
        _(
            "If you would rather not, or do not answer, they hear at the end of the week that it did not come about, "
            "and never why."
        )
    )
    wish = await talk.choose("answer", _("Would you like to meet?"), _answers())
    if wish == "yes":
        await _accept(talk, proposal)
    elif wish == "no":
        await _decline(talk, proposal)
    else:
        await talk.say(_("Gladly. It waits for you under “Who has done this”, until the week is over."))


def _answers() -> list[Option]:
    return [
        # Translators: button, max:20
        Option("yes", _("Yes, gladly")),
        # Translators: button, max:20
        Option("no", _("Rather not")),
        # Translators: button, max:20
        Option("later", _("Later")),
    ]


async def _accept(talk: Talk, proposal: Introduction) -> None:
    name = await pseudonyms.ask(talk, taken=proposal.name)
    try:
        met = await talk.do("accept", introductions.accept, introduction=proposal.id, person=talk.person, name=name)
    except Missing:
        await talk.say(NO_MORE)
        return
    # Translators: button, max:20
    options = [Option(f"to:{met['theirs']}", _("Write to them"))]
    await talk.tell("tell", [met["tell"]], _welcome(proposal, name), options, about=talk.person)
    await talk.say(_("How good. From now on you can write to each other here, and either can end it at any time."))
    await talk.go("to", str(met["number"]))


def _welcome(proposal: Introduction, name: str) -> Text:
    """Return what the one hears who proposed it."""
    return _(
        "Good news: they would like to meet. They write as “{other}”, you as “{mine}”. Either of you can end it at any "
        "time.",
        other=pseudonyms.shown(name),
        mine=pseudonyms.shown(proposal.name),
    )


async def _decline(talk: Talk, proposal: Introduction) -> None:
    try:
        await talk.do("decline", introductions.decline, introduction=proposal.id, person=talk.person)
    except Missing:
        await talk.say(NO_MORE)
        return
    await talk.say(_("Thank you for reading it. Nobody learns that you said no, and you two are not brought up again."))


async def over(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Tell whoever proposed a meeting that it did not come about; a no and no answer sound the same."""
    found = await introductions.end(tx, introduction=occasion.subject)
    if found is None:
        return []
    text = _(
        "It did not come about this time. That says nothing about you or your work: people have little time. Others "
        "may be glad to meet you."
    )
    # Translators: button, max:20
    command = "allies:find" if not found.months else "mentor:find"
    options = [Option(command, _("Look again"))]
    return await people.letters(tx, [found.seeker], text, options, occasion.who.voice.translator)


capability = Capability(
    name="meet",
    command="meet",
    title=_("A proposal to meet"),
    words=_("a proposal to meet"),
    converse=meet,
    shown_in_menu=False,
    contributes=True,
    alone="allies",
)

errands = {introductions.OVER: over}
