"""Vouching: a member gives somebody a code, or a coordinator asks a member for their word on somebody."""

from __future__ import annotations

from handlers.groups import group_labels
from handlers.language import Text, _
from handlers.registry import Capability, ForWhom, Room
from handlers.talk import Option, Talk
from network import approvals, charters, entries, requests, rolls, vouches
from network.entries import Entry
from network.vouches import Enough, Vouch

MEANS = _(
    "To vouch means: you know this person yourself, they are who they say, and you would sit at one table with them. "
    "Coordinators see that a member vouched, not who."
)


async def vouch(talk: Talk) -> None:
    """Give a member a code for one person whom they know."""
    charter = await talk.look(charters.of, group=talk.argument)
    await talk.say(MEANS)
    question = _("Shall I make a code for one person to ask to join “{group}”?", group=charter.name(talk.language))
    # Translators: button, max:20
    if not await talk.confirm("sure", question, yes=_("Yes, a code"), no=_("No")):
        await talk.say(_("Gladly. Nothing has changed."))
        return
    try:
        code = await talk.do("offer", vouches.offer, group=charter.id, by=talk.person)
    except Enough:
        await talk.say(_("Five codes of yours were not used yet. They end after two weeks."))
        return
    await talk.say(_("Code: {code}", code=code))
    await talk.say(
        _(
            "Please give it to that one person only, within two weeks. They write it in Jisr under “My groups”, "
            "“I have a code”."
        )
    )


async def vouch_for(talk: Talk) -> None:
    """Take the word of a member who was asked for it; a no is told to nobody."""
    found = await talk.look(vouches.find, vouch=talk.argument, person=talk.person)
    entry = await talk.look(entries.find, entry=found.entry) if found else None
    if found is None or entry is None:
        await talk.say(_("This was settled meanwhile. Thank you for coming."))
        return
    await talk.say(shown(entry, talk.language))
    await talk.say(MEANS)
    options = [
        # Translators: button, max:20
        Option("give", _("I vouch")),
        # Translators: button, max:20
        Option("decline", _("Rather not")),
        # Translators: button, max:20
        Option("later", _("Later")),
    ]
    question = _("If you do not know them, or would rather not: nobody is told that you said so.")
    word = await talk.choose("word", question, options)
    if word == "later":
        await talk.say(_("Gladly. It waits for you."))
        return
    await talk.do("answer", vouches.answer, vouch=found.id, person=talk.person, give=word == "give")
    if word == "give":
        await _tell(talk, found, entry)
        await talk.say(_("Thank you. The coordinators hear that a member vouches, not who."))
    else:
        await talk.say(_("Thank you. Nobody is told."))


async def _tell(talk: Talk, found: Vouch, entry: Entry) -> None:
    """Tell those who decide that a member gave their word."""
    asked = await talk.look(approvals.pending_about, subject=found.entry, kind=entries.KIND)
    if asked is None:
        return
    text = _("A member vouches for somebody who asks to come into “{group}”.", group=entry.charter.name(talk.language))
    # Translators: button, max:20
    option = Option(f"decide:{asked.id}", _("Read and decide"))
    deciders = await talk.look(approvals.deciders, approval=asked.id)
    await talk.tell("tell", deciders, text, [option], about=entry.applicant.id)


async def ask_vouch(talk: Talk) -> None:
    """Let a coordinator ask a member of the group for their word on somebody who asks to come in."""
    found = await talk.look(requests.pending, person=talk.person, language=talk.language, only=[talk.argument])
    if not found or found[0].kind != entries.KIND:
        await talk.say(_("This was decided already, or taken back. Thank you for coming."))
        return
    entry: Entry = found[0].what
    asked = await talk.look(vouches.asked, entry=entry.id)
    able = await talk.look(rolls.fellows, group=entry.charter.id, person=talk.person)
    options = [Option(each.id, each.name) for each in able if each.id not in asked]
    if not options:
        await talk.say(_("Nobody is left to ask whose name you can see."))
        return
    await talk.say(shown(entry, talk.language))
    question = _("Whom shall I ask to vouch? They can say no unseen, also to you.")
    member = await talk.choose("member", question, options, search=True)
    who = {"entry": entry.id, "group": entry.charter.id, "person": member, "by": talk.person}
    which = await talk.do("ask", vouches.ask, **who)
    text = _(
        "The coordinators of “{group}” ask whether you can vouch for somebody who wants to come in. You can say no, "
        "and nobody is told.",
        group=entry.charter.name(talk.language),
    )
    # Translators: button, max:20
    await talk.tell("tell", [member], text, [Option(f"vouchfor:{which}", _("See who it is"))], about=entry.applicant.id)
    await talk.say(_("It is asked. You hear here when a member vouches."))


def shown(entry: Entry, language: str) -> Text:
    """Return who asks to come in, and what they say of themselves."""
    asks = _(
        "Asks to come into “{group}”:\n\n{who}",
        group=entry.charter.name(language),
        who=group_labels.person(entry.applicant),
    )
    return _("{above}\n“{words}”", above=asks, words=entry.words) if entry.words else asks


capability = Capability(
    name="vouch",
    command="vouch",
    room=Room.PEOPLE,
    title=_("Vouch for somebody"),
    # Translators: words that start this, separated by |.
    words=_("vouch"),
    converse=vouch,
    shown_in_menu=False,
    contributes=True,
    alone="groups",
)
answer_capability = Capability(
    name="vouchfor",
    command="vouchfor",
    room=Room.PEOPLE,
    title=_("Vouch for somebody"),
    words=_("vouch for"),
    converse=vouch_for,
    shown_in_menu=False,
    contributes=True,
    alone="groups",
)
ask_capability = Capability(
    name="askvouch",
    command="askvouch",
    room=Room.LEAD,
    title=_("Ask for a member’s word"),
    words=_("ask for a word"),
    converse=ask_vouch,
    for_whom=ForWhom.COORDINATOR,
    shown_in_menu=False,
    alone="decide",
)
