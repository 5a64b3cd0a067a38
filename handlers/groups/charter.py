"""The charter of a group: a coordinator begins a group, or changes one, with the yes of the other side."""

from __future__ import annotations

from typing import Any

from handlers.groups import group_labels
from handlers.groups.group_labels import COMPOSITIONS, POLICIES
from handlers.labels import LANGUAGES
from handlers.language import Text, Words, _
from handlers.names import refuse_contact
from handlers.registry import Capability, ForWhom, Room
from handlers.screening import screen
from handlers.talk import Option, Talk
from network import approvals, charters, countries, groups, topics
from network.charters import LOCALITY, NAME, PURPOSE, Charter, Proposal
from network.errors import Conflict
from network.groups import BOTH

REGION, NONE = "region", "none"
CHANGES: dict[str, Text] = {
    # Translators: in a list, max:24. What can be changed in a group.
    "words": _("Name and purpose"),
    # Translators: in a list, max:24
    "policy": _("How one comes in"),
    # Translators: in a list, max:24
    "vouched": _("A member’s word"),
    # Translators: in a list, max:24
    "topic": _("Its field"),
    # Translators: in a list, max:24
    "locality": _("Its place"),
}
SKIP = _("Skip")
ASKED_ALREADY = _("Something is asked already, and waits for a coordinator of the other side.")


async def charter(talk: Talk) -> None:
    """Ask for the terms of a new group, or for one change of a group; put them before the other side."""
    now = await talk.look(charters.of, group=talk.argument) if talk.argument else None
    if now is not None and not await _may_change(talk, now):
        await talk.say(_("Only those who hold a seat in a group can change it."))
        return
    if now is not None and await talk.look(approvals.pending_about, subject=now.id, kind=charters.KIND) is not None:
        await talk.say(ASKED_ALREADY)
        return
    terms = await _begun(talk) if now is None else await _changed(talk, now)
    shown = charters.changed(now, terms)
    await talk.say(group_labels.terms(shown, talk.language))
    if not await talk.confirm("sure", _("A coordinator of the other side must agree. Shall I ask?")):
        await talk.say(_("Gladly. Nothing has changed."))
        return
    what: dict[str, Any] = {"by": talk.person, "terms": terms, "group": now.id if now else ""}
    try:
        asked = await talk.do("propose", charters.propose, **what)
    except Conflict:
        await talk.say(ASKED_ALREADY)
        return
    news = _("A coordinator of the other side proposes a group: “{group}”.", group=shown.name(talk.language))
    if now is not None:
        news = _("A coordinator of the other side proposes to change “{group}”.", group=now.name(talk.language))
    # Translators: button, max:20
    option = Option(f"decide:{asked['approval']}", _("Read and decide"))
    await talk.tell("tell", asked["deciders"], news, [option], about=talk.person)
    await talk.say(_asked(asked["deciders"], is_new=now is None))


async def _may_change(talk: Talk, now: Charter) -> bool:
    mine = await talk.look(groups.coordinated_by, person=talk.person)
    return now.id in {group.id for group in mine} and not now.group.is_home


def _asked(deciders: list[str], *, is_new: bool) -> Text:
    if not deciders:
        return _("It is asked. There is no coordinator of the other side yet: it waits until there is one.")
    if is_new:
        return _("It is asked, and you hear here. Whoever agrees takes the seat of their side; you take that of yours.")
    return _("It is asked, and you hear here.")


async def _begun(talk: Talk) -> dict[str, str]:
    """Ask for everything that a new group needs."""
    terms = await _words(talk)
    terms["country"] = await _country(talk)
    terms["locality"] = await _locality(talk)
    terms["topic"] = await _topic(talk)
    whom = [Option(key, label) for key, label in COMPOSITIONS.items()]
    question = _("Who can be in it? This cannot be changed later.")
    terms["composition"] = await talk.choose("composition", question, whom)
    terms["policy"] = await _policy(talk)
    terms["vouched"] = await _vouched(talk)
    return terms


async def _changed(talk: Talk, now: Charter) -> dict[str, str]:
    """Ask for one change."""
    await talk.say(group_labels.terms(now, talk.language))
    options = [Option(key, label) for key, label in CHANGES.items()]
    what = await talk.choose("what", _("What would you like to change?"), options)
    if what == "words":
        return await _words(talk)
    ask = {"policy": _policy, "vouched": _vouched, "topic": _topic, "locality": _locality}
    return {what: await ask[what](talk)}


async def _words(talk: Talk) -> dict[str, str]:
    """Ask for the name and the purpose, in one's own language and in the others that one knows."""
    mine = talk.language
    terms = {
        f"name.{mine}": await _text(
            talk, f"name {mine}", _("What shall it be called? A short name, such as “Lake Chad”."), NAME
        ),
        f"purpose.{mine}": await _text(
            talk, f"purpose {mine}", _("What is it for? One or two sentences that everybody can read."), PURPOSE
        ),
    }
    for language in charters.LANGUAGES:
        if language == mine:
            continue
        known = {"language": LANGUAGES[language]}
        name = await _text(
            talk, f"name {language}", _("And its name in another language: {language}?", **known), NAME, skip=SKIP
        )
        if name:
            purpose = _("What it is for, in {language}:", **known)
            terms |= {
                f"name.{language}": name,
                f"purpose.{language}": await _text(talk, f"purpose {language}", purpose, PURPOSE),
            }
    return terms


async def _text(talk: Talk, key: str, question: Text, span: tuple[int, int], *, skip: Words | None = None) -> str:
    return await talk.text(key, question, at_least=span[0], at_most=span[1], skip=skip, check=screen)


async def _country(talk: Talk) -> str:
    mine = [group.country for group in await talk.look(groups.coordinated_by, person=talk.person) if group.country]
    near = [Option(code, countries.name(code, talk.language)) for code in dict.fromkeys(mine)]
    options = [*near, Option(REGION, countries.name("", talk.language))]
    place = await talk.choose("country", _("Where is it at home?"), options)
    return "" if place == REGION else place


async def _locality(talk: Talk) -> str:
    question = _("Is it about one town, district or border? Please write its name, and no address.")
    return await talk.text(
        "locality", question, at_least=LOCALITY[0], at_most=LOCALITY[1], skip=SKIP, check=refuse_contact
    )


async def _topic(talk: Talk) -> str:
    fields = [Option(root.code, topics.label(root.code, talk.language)) for root in topics.roots()]
    # Translators: in a list, max:24
    fields.insert(0, Option(NONE, _("No single field")))
    chosen = await talk.choose("topic", _("Is it about one field?"), fields)
    return "" if chosen == NONE else chosen


async def _policy(talk: Talk) -> str:
    ways = [Option(key, label) for key, label in POLICIES.items()]
    return await talk.choose("policy", _("How does one come in?"), ways)


async def _vouched(talk: Talk) -> str:
    question = _("Does whoever asks to join need the word of a member?")
    return "yes" if await talk.confirm("vouched", question) else ""


def shown(proposal: Proposal, language: str) -> Text:
    """Return what is proposed, as the other side's coordinator reads it."""
    after = group_labels.terms(proposal.charter, language)
    if proposal.now is not None:
        before = group_labels.terms(proposal.now, language)
        return _("So it is now:\n\n{before}\n\nSo it would be:\n\n{after}", before=before, after=after)
    if proposal.charter.group.composition == BOTH:
        return _("{group}\n\nIf you agree you take the seat of your side in it. You can hand it over.", group=after)
    return after


capability = Capability(
    name="charter",
    command="charter",
    room=Room.LEAD,
    # Translators: in a list, max:24
    title=_("Begin a group"),
    # Translators: words that start this, separated by |.
    words=_("begin a group"),
    converse=charter,
    for_whom=ForWhom.COORDINATOR,
    shown_in_menu=False,
    contributes=True,
)
