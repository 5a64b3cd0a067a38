"""A person's copy of what is kept about them: a text that can be read without any program but a reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from handlers import labels
from handlers.consultations.assess import ANSWERS as ASSESSED
from handlers.consultations.consult_cards import STANCES
from handlers.directory.entry import FIELDS
from handlers.exchanges.exchange_cards import ground
from handlers.exchanges.feedback import ASKED as FEEDBACK
from handlers.inquiries.asked import STATES as QUESTIONS
from handlers.labels import LEVELS, language_label, service_label, side_label
from handlers.language import Text, Voice, Words, _
from handlers.me.profile import DIGITS, ROLES
from handlers.meetings import pseudonyms
from handlers.polls.poll_cards import in_language
from handlers.polls.poll_labels import PREFER_NOT
from handlers.practices import details
from handlers.practices.cards import NOT_REPORTED
from handlers.practices.pages import ANSWERS, act_line
from handlers.practices.topics import PACES
from handlers.practices.translate import STATES as TRANSLATIONS
from handlers.questions import Told
from network import assessments, ballots, countries, topics
from network.answers import Consent
from network.directory import Shown
from network.questions import State
from network.standings import Endorsement
from network.translations import State as Translated

KEPT: dict[str, Text] = {
    "useful": _("Useful to you"),
    "trying": _("What you are trying"),
    "backed": _("What you stand behind"),
    "saved": _("What you saved"),
}
FOUND: dict[str, Text] = {
    "ally": _("Others can find you on"),
    "mentor": _("You offer to be a mentor on"),
}
ACTS = frozenset({"do", "tell", "read"})  # what a conversation did, not what was answered
APPS = {"telegram": "Telegram", "whatsapp": "WhatsApp"}

STATES: dict[str, Text] = {
    "joining": _("joining"),
    "waiting": _("waiting for a decision"),
    "active": _("active"),
    "stopped": _("stopped"),
    "locked": _("leaving"),
    "submitted": _("waiting for a decision"),
    "published": _("published"),
    "refused": _("not published"),
    "changes": _("a change is asked"),
    "withdrawn": _("taken back"),
}


def write_copy(kept: Mapping[str, Any], voice: Voice, now: datetime, *, titles: Mapping[str, Words]) -> str:
    """Return ``kept`` (of ``network.erasure.export``) as a text in the person's language.

    ``titles`` say what each conversation is called, by its name; others are left out.
    """
    parts = [
        [voice.say(_("What Jisr keeps about you, on {day}", day=now.date()))],
        [_line(voice, label, value) for label, value in _profile(kept["profile"], voice)],
        *([_line(voice, label, value) for label, value in _address(each)] for each in kept["addresses"]),
        [_line(voice, label, value) for label, value in _place(kept, voice)],
        *([_line(voice, label, value) for label, value in _practice(each, voice)] for each in kept["practices"]),
        *([_line(voice, label, value) for label, value in _question(each, voice)] for each in kept["questions"]),
        *([_line(voice, label, value) for label, value in _answer(each)] for each in kept["answers"]),
        [_line(voice, label, value) for label, value in _standings(kept, voice)],
        *([_line(voice, label, value) for label, value in _translation(each)] for each in kept["translations"]),
        *([_line(voice, label, value) for label, value in _vote(each, voice)] for each in kept["votes"]),
        [_line(voice, label, value) for label, value in _polls(kept["polls"], voice)],
        [_line(voice, label, value) for label, value in _drafts(kept, voice)],
        [_line(voice, label, value) for label, value in _dialogues(kept)],
        [_line(voice, label, value) for label, value in _problems(kept, voice)],
        [_line(voice, label, value) for label, value in _held(kept, voice)],
        [_line(voice, label, value) for label, value in _meetings(kept, voice)],
        [_line(voice, label, value) for label, value in _directory(kept, voice)],
        *([_line(voice, label, value) for label, value in _relay(each, voice)] for each in kept["relays"]),
        *(
            [_line(voice, label, value) for label, value in _conversation(each, titles)]
            for each in kept["conversations"]
        ),
        [voice.say(_PASSING)],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


_PASSING = _(
    "Also kept, locked and for a short time: messages on their way (30 days at most), the numbers of your Telegram "
    "messages (48 hours), and unused codes. A log without names counts what happens in the network."
)

Lines = Iterator[tuple[Words, Words | date]]


def _profile(profile: Mapping[str, Any], voice: Voice) -> Lines:
    if not profile:
        return
    yield _("Name"), profile["name"]
    yield _("Country"), countries.name(profile["country"], voice.language) if profile["country"] else ""
    yield _("Side"), side_label(profile["side"])
    yield _("Service"), service_label(profile["service"])
    yield _("Part in a unit"), ROLES.get(profile["role"], "")
    yield _("Private mode"), _yes_no(profile["visibility"] == "private")
    yield _("Organisation"), profile["organisation"]
    yield _("Town or district"), profile["locality"]
    yield _("Language"), language_label(profile["language"])
    yield _("Digits"), DIGITS[profile["digits"]]
    yield _("Quiet hours"), f"{profile['quiet_from']}-{profile['quiet_until']}" if profile["quiet_from"] else ""
    yield _("Standing"), STATES.get(profile["state"], profile["state"])
    yield _("Member since"), _day(profile["joined_at"])
    yield _("Consent given"), _day(profile.get("consented_at"))
    yield _("Secret word"), _yes_no(profile["secret_word"])


def _address(address: Mapping[str, Any]) -> Lines:
    yield _("App"), APPS.get(address["app"], address["app"])
    yield _("Your number or id there"), address["id"]
    yield _("Another id there"), address["other_id"] or ""
    yield _("Last message"), _day(address["last_message"])


def _place(kept: Mapping[str, Any], voice: Voice) -> Lines:
    yield _("Groups"), _list(countries.name(code, voice.language) for code in kept["groups"])
    yield _("Groups you coordinate"), _list(countries.name(code, voice.language) for code in kept["coordinates"])
    for asked in kept["groups_asked"]:
        yield _("You asked to join “{group}”", group=asked["group"]), asked["words"]
    for removed in kept["groups_removed"]:
        yield _("You were taken out of “{group}”", group=removed["group"]), removed["reason"]
    yield _("Telegram groups you entered"), _list(countries.name(code, voice.language) for code in kept["group_chats"])
    yield _("Members you vouched for, or were asked to"), str(kept["vouches"])
    yield _("Topics"), _list(topics.label(code, voice.language) for code in kept["topics"])
    yield _("News of topics"), PACES.get(kept["pace"], "")
    yield _("News of practices heard"), str(kept["news_heard"])
    yield _("You were invited from a list of numbers"), _yes_no(kept["was_on_a_list"])
    yield _("Invitations made"), str(kept["invitations_made"])
    yield _("Decisions given"), str(kept["decisions_made"])
    yield _("Reasons you gave"), " · ".join(kept["reasons_given"])
    yield _("Why you asked for a second look"), " · ".join(kept["appeals"])
    yield _("Requests made"), str(kept["requests_made"])
    yield _("Questions received"), str(kept["questions_received"])
    yield _("Times that you answered"), str(len(kept["times_answered"]))
    yield _("You have a private calendar address"), _yes_no(kept["calendar_address"])
    yield _("Invitations answered"), str(kept["invitations_answered"])
    announced = (text for each in kept["broadcasts"] for text in each["notice"]["texts"].values())
    yield _("What you announced"), _list(announced)
    yield _("What you posted in groups"), _list(each["text"] for each in kept["posts"])
    given = kept["post_reactions"]
    yield _("Reactions to posts"), str(given["reactions"])
    yield _("Authors you muted"), str(given["mutes"])
    yield _("Posts you reported"), str(given["reports"])
    yield _("Reminders set"), str(kept["reminders_set"])


def _practice(practice: Mapping[str, Any], voice: Voice) -> Lines:
    yield _("You shared"), practice["title"]
    yield _("Standing"), STATES.get(practice["state"], practice["state"])
    yield _("Country"), countries.name(practice["facts"]["country"], voice.language)
    yield _("Topics"), _list(topics.label(code, voice.language) for code in practice["topics"])
    facts, parts = practice["facts"], practice["parts"]
    for part in (part for part in labels.PARTS if parts.get(part)):
        yield labels.part_label(part, facts["kind"]), _("Not reported") if parts[part] == NOT_REPORTED else parts[part]
    for name, (_question, known) in details.FACTS.items():
        yield details.NAMES[name], known.get(facts[name], "")
    yield details.NAMES["zone"], countries.zone_name(facts["zone"], voice.language) if facts["zone"] else ""
    yield details.NAMES["met"], countries.name(facts["met"], voice.language) if facts["met"] else ""
    yield _("Months"), str(facts["months"] or "")
    yield _("What is said of you"), LEVELS[practice["level"]]
    yield _("Files"), _list(voice.say(labels.FILES[kind]) for kind in practice["files"])
    yield _("Reason given"), practice["reason"] or ""
    yield _("Published"), _day(practice["published_at"])


def _standings(kept: Mapping[str, Any], voice: Voice) -> Lines:
    """Yield what a person marked, told later, and entered of official acts."""
    for kind, label in KEPT.items():
        yield label, _list(each["title"] for each in kept["marks"] if each["kind"] == kind)
    for each in kept["followups"]:
        yield _("You told of “{title}”", title=each["title"]), _list([voice.say(ANSWERS[each["answer"]]), each["note"]])
    for each in kept["endorsements"]:
        act = Endorsement(**{**each, "on": date.fromisoformat(each["on"])})
        yield _("An official act that you entered"), voice.say(act_line(act))


def _vote(vote: Mapping[str, Any], voice: Voice) -> Lines:
    """Yield a poll that the person answered, and what they said in one that is not secret."""
    yield _("You answered the poll"), in_language(vote["question"], voice.language)[0]
    if vote["secret"]:
        yield _("Your vote"), _("secret: it cannot be looked up")
        return
    chosen = [each for each in vote["chosen"] if each != ballots.WRITTEN]
    said = [PREFER_NOT if each == ballots.PREFER_NOT else in_language(each, voice.language)[0] for each in chosen]
    yield _("Your vote"), vote["words"] or _list([voice.say(each) for each in said])


def _polls(made: Mapping[str, Any], voice: Voice) -> Lines:
    """Yield the polls that the person made or proposed, and the answers that they added to others."""
    for poll in made["made"]:
        yield _("A poll of yours"), in_language(poll["question"], voice.language)[0]
    for words in made["options_added"]:
        yield _("An answer that you added to a poll"), in_language(words, voice.language)[0]


def _translation(translation: Mapping[str, Any]) -> Lines:
    yield _("You translated"), translation["title"]
    yield _("Into"), language_label(translation["language"])
    yield _("Standing"), TRANSLATIONS[Translated(translation["state"])]
    yield _("Your words"), _list(list(translation["parts"].values()))
    yield _("What was said of it"), translation["remark"]


def _question(question: Mapping[str, Any], voice: Voice) -> Lines:
    yield _("You asked"), question["text"]
    yield _("Topics"), topics.label(question["topic"], voice.language)
    yield _("Standing"), QUESTIONS[State(question["state"])]
    yield _("How you asked"), _("Openly") if question["openly"] else _("Unattributed")
    yield _("What you wrote at the end"), question["summary"]


def _answer(answer: Mapping[str, Any]) -> Lines:
    yield _("You answered"), answer["text"]
    yield _("What you added"), answer["more"]
    yield _("What is said of you"), LEVELS[answer["level"]]
    yield _("May become a practice"), _yes_no(answer["consent"] == Consent.YES)


def _drafts(kept: Mapping[str, Any], voice: Voice) -> Lines:
    """Yield what a person kept of their self-assessment, the drafts that they host, and what they said to any."""
    said_of = {each.code: each.words for each in assessments.statements()}
    for each in kept["assessment"]:
        words = said_of.get(each["code"], {})
        yield words.get(voice.language) or words.get("fr", each["code"]), ASSESSED[each["answer"]]
    for title in kept["consultations"]:
        yield _("A draft that you host"), title
    for each in kept["remarks"]:
        said = {"title": each["title"], "stance": STANCES[each["stance"]]}
        yield _("You answered the draft “{title}”: {stance}", **said), each["text"]


def _dialogues(kept: Mapping[str, Any]) -> Lines:
    """Yield the dialogues of a year that a person leads or answered to, and the texts that they wrote there."""
    for each in kept["series"]:
        if each["hosts"]:
            yield _("A dialogue that you lead"), each["title"]
        else:
            yield _("You take part in the dialogue “{title}”", title=each["title"]), _yes_no(bool(each["takes_part"]))
    for text in kept["series_texts"]:
        yield _("A text that you wrote for a dialogue"), text


def _problems(kept: Mapping[str, Any], voice: Voice) -> Lines:
    """Yield the problems that a person named, and what they wrote of those that need a national answer."""
    for each in kept["problems"]:
        yield _("You named a problem, on {topic}", topic=topics.label(each["topic"], voice.language)), each["text"]
    for text in kept["escalations"]:
        yield _("You wrote, of what needs a national answer"), text
    yield _("The last quarter whose insights you were sent"), kept["insights_heard"]


def _held(kept: Mapping[str, Any], voice: Voice) -> Lines:
    """Yield what a person hosts, answered and asked of exchanges, took on, replied while people met, and said of it."""
    for each in kept["exchanges"]:
        words = [each[name] for name in ("title", "purpose", "host", "partner")]
        yield _("An exchange that you host"), _list(list(filter(None, [*words, voice.say(ground(each["rules"]))])))
    yield _("Exchanges that you answered"), str(len(kept["exchanges_answered"]))
    for text in kept["exchange_questions"]:
        yield _("You asked before an exchange"), text
    for each in kept["actions"]:
        yield _("An action that you took on"), each["text"]
    for text in kept["step_replies"]:
        yield _("You replied during an exchange"), text
    for each in kept["feedback"]:
        said = [voice.say(answers[each[name]]) for name, (_question, answers) in FEEDBACK.items()]
        yield _("You said of “{title}”", title=each["title"]), _list([*said, *filter(None, [each["text"]])])


def _meetings(kept: Mapping[str, Any], voice: Voice) -> Lines:
    """Yield on what a person can be found, and what they proposed."""
    for kind, label in FOUND.items():
        yield label, _list(topics.label(code, voice.language) for code in kept["found_on"][kind])
    for each in kept["proposals"]:
        topic = topics.label(each["topic"], voice.language)
        yield _("You proposed to meet, on the topic {topic}", topic=topic), each["why"]
        yield _("The name under which you write"), pseudonyms.shown(each["name"])


def _relay(relay: Mapping[str, Any], voice: Voice) -> Lines:
    """Yield a conversation with somebody through the bot: what the person wrote, not what they read."""
    yield _("A conversation, on the topic"), topics.label(relay["topic"], voice.language)
    yield _("The name under which you write"), pseudonyms.shown(relay["name"])
    yield _("Ended"), _yes_no(relay["ended"])
    yield _("The contact that you would give"), relay["contact"]
    yield _("What you wrote"), _list(relay["wrote"])


def _directory(kept: Mapping[str, Any], voice: Voice) -> Lines:
    """Yield what the person lets others see in the directory, and the organisations to which they belong."""
    for field, values in kept["directory"].items():
        label = _("In the directory: {field}", field=FIELDS[Shown(field)])
        yield label, _list(voice.say(_seen(field, value, voice)) for value in values)
    for body in kept["organisations"]:
        yield (
            _("Organisations to which you belong"),
            f"{body['name']} · {body['about']}" if body["speaks"] else body["name"],
        )


def _seen(field: str, value: str, voice: Voice) -> Words:
    named: dict[str, Words] = {"side": side_label(value), "service": service_label(value), "contact": _("yes")}
    if field == Shown.COUNTRY:
        return countries.name(value, voice.language)
    if field == Shown.ZONE:
        return countries.zone_name(value, voice.language)
    return topics.label(value, voice.language) if field == Shown.TOPICS else named.get(field, value)


def _conversation(talk: Mapping[str, Any], titles: Mapping[str, Words]) -> Lines:
    """Yield what was answered in a conversation that has not ended."""
    if talk["name"] not in titles:
        return
    yield _("Not finished"), titles[talk["name"]]
    for _key, form, value, *_more in talk["answers"].get("entries", ()):
        if form not in {"do", "tell", "read"}:
            yield _("Answer"), _answered(form, value)


def _answered(form: str, value: Any) -> Words:
    """Return one answer: words, several choices, or what sort of file was sent and what was written below it."""
    if form == "text" and isinstance(value, list):
        told = Told.of(value)
        file = labels.FILES[told.kind]
        return _("{heading}: {file}", heading=told.text, file=file) if told.text else file
    return _list(value) if isinstance(value, list) else str(value or "")


def _line(voice: Voice, label: Words, value: Words | date) -> str:
    # Translators: one line of a file: what it is, and how it stands.
    return voice.say(_("{label}: {value}", label=label, value=value or "–"))


def _list(values: Iterator[str] | Sequence[str]) -> str:
    return " · ".join(str(value) for value in values)


def _yes_no(value: bool) -> Text:  # noqa: FBT001 - it is the value shown
    return _("yes") if value else _("no")


def _day(instant: str | None) -> date | str:
    return datetime.fromisoformat(instant).date() if instant else ""
