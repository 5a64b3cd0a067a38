"""Put a draft before both sides: a coordinator pastes it, sees its sections, and asks the other side to open it."""

from __future__ import annotations

from handlers.audience_choice import able_group, ask_audience, describe, names
from handlers.consultations import consult_cards
from handlers.language import Text, _, n_
from handlers.practices import pages
from handlers.prompts import cut_to
from handlers.questions import Option
from handlers.registry import Capability, ForWhom, Room
from handlers.screening import screen
from handlers.talk import Talk
from network import consultations, groups, sections, series
from network.audiences import Audience
from network.errors import Forbidden
from network.groups import Group
from network.sections import MOST, Part
from network.series import State

TITLE, WHY, DRAFT = (5, 60), (20, 400), (20, 3500)  # characters
SHORT, SHOWN = 24, 80  # characters of a title in a list, and of a section
MOST_PASTED = 8  # messages of one draft
NO_GROUP = _("Your group has no coordinator of the other side yet. Until then no draft can be put before both.")


async def make(talk: Talk) -> None:
    """Ask for the draft and for whom it is, show its sections, and ask the other side to open it."""
    group = await _group(talk)
    if group is None:
        return
    title = await talk.text("title", _("What is the draft called?"), at_least=TITLE[0], at_most=TITLE[1], check=screen)
    question = _("What is it, and what will become of the answers? Please name no person.")
    why = await talk.text("why", question, at_least=WHY[0], at_most=WHY[1], check=screen)
    parts = await _draft(talk)
    if parts is None:
        return
    dialogue = await _dialogue(talk, group)
    audience = Audience(series=(dialogue,)) if dialogue else await ask_audience(talk, group)
    options = [Option(str(days), n_("{count} day", "{count} days", days)) for days in consultations.DAYS]
    days = int(await talk.choose("days", _("How long can people answer?"), options))
    await talk.say(_("A draft: “{title}”\n{why}", title=title, why=why))
    for line in describe(audience, talk.language, await names(talk)):
        await talk.say(line)
    # Translators: button, max:20
    yes = _("Yes, ask them")
    if not await talk.confirm("sure", _("Shall the other side be asked to open it?"), yes=yes):
        await talk.say(_("Nothing was proposed."))
        return
    given = {"group": group.id, "title": title, "why": why, "audience": audience, "days": days}
    given["series"] = dialogue or None
    given["parts"] = [[part.heading, part.text] for part in parts]
    await _propose(talk, given)


async def _group(talk: Talk) -> Group | None:
    mine = await talk.look(groups.coordinated_by, person=talk.person)
    return await able_group(talk, "group", mine, _("For which group do you speak?"), none=NO_GROUP)


async def _dialogue(talk: Talk, group: Group) -> str:
    """Return the dialogue of a year to which the draft belongs, which then asks those who take part; "" for none."""
    mine = await talk.look(series.mine, person=talk.person)
    led = [each for each in mine if talk.person in each.hosts and each.group == group.id and each.state is State.OPEN]
    if not led:
        return ""
    options = [Option(each.id, cut_to(each.title, SHORT)) for each in led]
    question = _("Does it belong to a dialogue? Then those who take part in it are asked.")
    # Translators: button, max:20. A draft that belongs to no dialogue of a year.
    return await talk.choose("dialogue", question, options, skip=_("To none"))


async def _draft(talk: Talk) -> list[Part] | None:
    """Return the sections of the draft, once its author has seen them; None where it is not as it should be."""
    question = _(
        "Please paste the draft, as plain text. Headings or numbers at the beginning of lines make its sections, else "
        "its paragraphs. It can come in several messages."
    )
    pasted: list[str] = []
    for at in range(MOST_PASTED):
        # Translators: button, max:20. Nothing more is pasted.
        skip: Text | None = _("That is all of it") if pasted else None
        text = await talk.text(f"draft[{at}]", question, at_least=DRAFT[0], at_most=DRAFT[1], check=screen, skip=skip)
        if not text:
            break
        pasted.append(text)
        question = _("Is there more of it? Then please paste the rest.")
    parts = sections.split("\n".join(pasted))
    if len(parts) > MOST:
        await talk.say(_("That makes more than {count} sections. Please put it forward in two drafts.", count=MOST))
        return None
    said = [
        _("{number}. {words}", number=at, words=consult_cards.begins(part, SHOWN)) for at, part in enumerate(parts, 1)
    ]
    await pages.read_through(talk, pages.packed(talk, said), place="parts")
    # Translators: button, max:20
    yes, no = _("Yes, go on"), _("No, stop here")
    question = n_("It has {count} section. Is that right?", "It has {count} sections. Is that right?", len(parts))
    if await talk.confirm("cut", question, yes=yes, no=no):
        return parts
    await talk.say(_("Nothing was kept. Put a heading or a number before each section, and paste it again."))
    return None


async def _propose(talk: Talk, given: dict[str, object]) -> None:
    try:
        asked = await talk.do("propose", consultations.propose, by=talk.person, **given)
    except Forbidden:
        await talk.say(NO_GROUP)
        return
    # Translators: button, max:20
    option = Option(f"decide:{asked['approval']}", _("Read and decide"))
    news = _("A draft on which both sides are to have their say waits for your side’s word.")
    await talk.tell("tell", asked["deciders"], news, [option], about=talk.person)
    await talk.say(_("Thank you. The other side reads it now. It opens when they agree, and you hear of it here."))


capability = Capability(
    name="newconsult",
    command="newconsult",
    room=Room.LEAD,
    # Translators: in the menu, max:24. To ask both sides what they say to a text.
    title=_("Consult on a draft"),
    # Translators: words that start this, separated by |.
    words=_("newconsult|consult on a draft"),
    converse=make,
    for_whom=ForWhom.COORDINATOR,
)
