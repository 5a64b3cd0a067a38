"""Standing: how far a practice has come, as its author says, and which official acts stand behind it."""

from __future__ import annotations

from datetime import date

from handlers import labels
from handlers.language import _
from handlers.me.about_me import country_options, service_options
from handlers.practices.pages import ACTS, act_line
from handlers.practices.reading import GONE
from handlers.registry import Capability
from handlers.talk import Option, Talk
from network import practices, standings
from network.errors import Conflict
from network.facts import STAGES
from network.practices import Practice
from network.standings import GROWN, OFFICIAL, Endorsement

EARLIEST = date(1960, 1, 1)  # of an official act


async def change_stage(talk: Talk, practice: Practice, *, place: str) -> None:
    """Let the author say how far it has come; of what has grown, the country's coordinators hear."""
    options = [Option(stage, labels.STAGES[stage]) for stage in STAGES]
    question = _("How far has “{title}” come today? The day is kept with it.", title=practice.title)
    stage = await talk.choose(f"{place}.stage", question, options)
    new = await talk.do(f"{place}.keep", standings.change, practice=practice.id, person=talk.person, stage=stage)
    if new and stage in GROWN:
        await _tell_coordinators(talk, practice, stage, place)
    await talk.say(_("Thank you. It now stands so, with today’s date.") if new else _("It stands so already."))


async def _tell_coordinators(talk: Talk, practice: Practice, stage: str, place: str) -> None:
    people = await talk.look(standings.to_announce, practice=practice.id)
    text = _(
        "“{title}” has grown: {stage}. You coordinate its country: it may be worth announcing to your group.",
        title=practice.title,
        stage=labels.STAGES[stage],
    )
    # Translators: button, max:20
    option = Option(f"practice:{practice.id}", _("Read it"))
    await talk.tell(f"{place}.tell", people, text, [option], about=practice.id)


async def endorse(talk: Talk) -> None:
    """Enter an official act for the practice that somebody was reading."""
    found = await talk.look(practices.published, ids=[talk.argument], language=talk.language)
    if found:
        await enter_act(talk, found[0], place="act")
    else:
        await talk.say(GONE)


async def enter_act(talk: Talk, practice: Practice, *, place: str) -> None:
    """Ask for an official act, show it as it will stand, and keep it or put it before those who decide."""
    question = _("By which official act was “{title}” endorsed?", title=practice.title)
    act = await talk.choose(f"{place}.act", question, [Option(each, label) for each, label in ACTS.items()])
    institution = await talk.choose(f"{place}.who", _("By what kind of institution?"), service_options(OFFICIAL))
    country = await talk.choose(f"{place}.country", _("Of which country?"), country_options(talk.language), search=True)
    on = await talk.date(
        f"{place}.on", _("On which day? Such as 12 March 2026."), earliest=EARLIEST, latest=talk.now.date()
    )
    assert on is not None  # noqa: S101 - it cannot be skipped
    shown = Endorsement("", practice.id, act, institution, country, on, approved=False)
    await talk.say(act_line(shown))
    # Translators: button, max:20
    no = _("No, leave it")
    if not await talk.confirm(f"{place}.sure", _("Shall it stand on the practice like this?"), no=no):
        await talk.say(_("All right. Nothing was changed."))
        return
    await _keep(talk, practice, shown, place)


async def _keep(talk: Talk, practice: Practice, shown: Endorsement, place: str) -> None:
    given = {"act": shown.act, "institution": shown.institution, "country": shown.country, "on": shown.on}
    try:
        entered = await talk.do(f"{place}.keep", standings.endorse, practice=practice.id, person=talk.person, **given)
    except Conflict:
        await talk.say(_("This act was entered already. Thank you."))
        return
    if not entered["approval"]:
        await talk.say(_("Thank you. It now stands on the practice."))
        return
    text = _("Somebody entered an official act for “{title}”. Is it so?", title=practice.title)
    # Translators: button, max:20
    option = Option(f"decide:{entered['approval']}", _("Read and decide"))
    await talk.tell(f"{place}.tell", entered["deciders"], text, [option], about=talk.person)
    await talk.say(_("Thank you. Coordinators will look at it, and you will hear from them here."))


capability = Capability(
    name="endorse",
    command="endorse",
    # Translators: in the menu, max:24
    title=_("Enter an official act"),
    # Translators: words that start this, separated by |.
    words=_("official act"),
    converse=endorse,
    shown_in_menu=False,
    contributes=True,
    alone="find",
)
