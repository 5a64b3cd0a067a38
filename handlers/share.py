"""Share a practice: what the problem was, and what was done about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from handlers import cards, labels, topic_choice
from handlers.about_me import country_options
from handlers.language import Words, _
from handlers.registry import Capability
from handlers.screening import refuse_traces
from handlers.talk import Option, Talk
from network import attribution, countries, requests, topics
from network.practices import Facts

TITLE, PART = 60, 900  # characters, at most
MOST_TOPICS = 3
FORGOTTEN = {  # what is asked again together with a revised answer
    topic_choice.FIRST: topic_choice.keys(MOST_TOPICS),
    "country": ["other country"],
}


@dataclass(frozen=True)
class Draft:
    """A practice before it is handed in."""

    title: str = field(repr=False)
    problem: str = field(repr=False)
    done: str = field(repr=False)
    topics: tuple[str, ...]
    country: str


async def share(talk: Talk) -> None:
    """Ask for a practice, show it as others will see it, and hand it to those who decide."""
    draft = Draft(
        title=await _title(talk),
        problem=await _problem(talk),
        done=await _done(talk),
        topics=await topic_choice.ask_topics(talk, _("Which field is it about?"), most=MOST_TOPICS),
        country=await _country(talk),
    )
    await _preview(talk, draft)
    wish = await talk.choose("review", _("Shall it be handed in like this?"), _review())
    if wish != "send":
        await talk.revise(wish, forget=FORGOTTEN.get(wish, ()))
    await _hand_in(talk, draft)


async def _title(talk: Talk) -> str:
    question = _(
        "Thank you for sharing. Others can learn from what worked, and from what did not.\n\n"
        "Please name no person, no precise place, and nothing secret.\n\n"
        "Give it a short title, such as “Police answer callers live on radio”."
    )
    return await talk.text("title", question, at_least=8, at_most=TITLE, check=refuse_traces)


async def _problem(talk: Talk) -> str:
    question = _("What was the problem? A good answer says who felt it, and where, in two or three sentences.")
    return await talk.text("problem", question, at_least=20, at_most=PART, check=refuse_traces)


async def _done(talk: Talk) -> str:
    question = _("What was done? A good answer says who did what, step by step, and what changed.")
    return await talk.text("done", question, at_least=20, at_most=PART, check=refuse_traces)


async def _country(talk: Talk) -> str:
    me = await talk.member()
    # Translators: button, max:20
    options = [Option(me.country, countries.name(me.country, talk.language)), Option("other", _("Another country"))]
    country = await talk.choose("country", _("Where was it done?"), options)
    if country != "other":
        return country
    return await talk.choose("other country", _("In which country?"), country_options(talk.language), search=True)


async def _preview(talk: Talk, draft: Draft) -> None:
    """Show the draft exactly as others will see it."""
    shown = attribution.of_member(await talk.member())
    await talk.say(_("This is how others will see it:"))
    for heading, part in (("problem", draft.problem), ("done", draft.done)):
        await talk.say(_("{heading}\n{text}", heading=labels.part_label(heading), text=part))
    await talk.say(cards.about(Facts(country=draft.country), draft.topics, shown, talk.language))
    if topics.any_sensitive(draft.topics):
        await talk.say(_("One of its topics is sensitive: a coordinator from each side will read it."))


def _review() -> list[Option]:
    return [
        Option("send", _("Yes, hand it in")),
        Option("title", _("Change the title")),
        Option("problem", _("Change the problem")),
        Option("done", _("Change what was done")),
        Option(topic_choice.FIRST, _("Change the topics")),
        Option("country", _("Change the country")),
    ]


async def _hand_in(talk: Talk, draft: Draft) -> None:
    handed = await talk.do(
        "submit",
        requests.share,
        author=talk.person,
        language=talk.language,
        facts=Facts(country=draft.country),
        topics=draft.topics,
        title=draft.title,
        parts={"problem": draft.problem, "done": draft.done},
    )
    news: Words = _("A practice waits for your decision: “{title}”.", title=draft.title)
    # Translators: button, max:20
    option = Option(f"decide:{handed['approval']}", _("Read and decide"))
    await talk.tell("tell", handed["deciders"], news, [option], about=talk.person)
    await talk.say(_("Thank you. Coordinators will read it, and you will hear from them here."))


capability = Capability(
    name="share",
    command="share",
    # Translators: in the menu, max:24
    title=_("Share a practice"),
    # Translators: words that start this, separated by |.
    words=_("share|share a practice"),
    converse=share,
    by_link=True,
)
