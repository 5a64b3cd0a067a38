"""What the kinds of polls, their rules and their outcomes are called in front of people."""

from __future__ import annotations

from handlers.language import Text, _

KINDS: dict[str, Text] = {
    # Translators: in a list, max:24. A kind of poll.
    "one": _("One choice"),
    # Translators: in a list, max:24. A kind of poll.
    "several": _("Several choices"),
    # Translators: in a list, max:24. A kind of poll: choices are put in order.
    "ranking": _("Put in order"),
    # Translators: in a list, max:24. A kind of poll: answers that go from one end to the other.
    "scale": _("A scale"),
    # Translators: in a list, max:24. A kind of poll.
    "yesno": _("Yes, no or abstain"),
    # Translators: in a list, max:24. A kind of poll.
    "text": _("A short text"),
}
KIND_NOTES: dict[str, Text] = {
    "one": _("each person picks one answer"),
    "several": _("each person picks as many as you allow"),
    "ranking": _("the most important first"),
    "scale": _("such as from “not at all” to “a lot”"),
    "yesno": _("for a proposal"),
    "text": _("in one’s own words, up to 200 characters"),
}
YESNO: dict[str, Text] = {
    # Translators: button, max:20. A vote.
    "yes": _("Yes"),
    # Translators: button, max:20. A vote.
    "no": _("No"),
    # Translators: button, max:20. A vote that counts as present, for neither.
    "abstain": _("I abstain"),
}
# Translators: in a list, max:24. An answer that every poll has.
PREFER_NOT = _("Prefer not to say")

SHOWN: dict[str, Text] = {
    # Translators: button, max:20. When the results of a poll are shown.
    "once": _("At once"),
    # Translators: button, max:20. When the results of a poll are shown.
    "voters": _("To who has voted"),
    # Translators: button, max:20. When the results of a poll are shown.
    "close": _("When it closes"),
}
SHOWN_LINES: dict[str, Text] = {
    "once": _("Results can be seen at once."),
    "voters": _("Whoever has voted sees the results so far."),
    "close": _("Results come when it closes."),
}
OUTCOMES: dict[str, Text] = {
    # Translators: in a list, max:24. What a poll tells of.
    "trust": _("Trust"),
    # Translators: in a list, max:24. What a poll tells of.
    "safety": _("Safety"),
    # Translators: in a list, max:24. What a poll tells of.
    "accountability": _("Being accountable"),
    # Translators: in a list, max:24. What a poll tells of.
    "participation": _("Taking part"),
    # Translators: in a list, max:24. What a poll tells of.
    "legitimacy": _("Legitimacy"),
}

SECRET = _(
    "Secret: what you choose is kept apart from who you are. While the poll is open you can change it; when it "
    "closes, the key that leads to it is destroyed, and nobody can tell any more, we neither. That you took part is "
    "known. Your app, and whoever holds your phone, can read this chat. Where very few answer, or all the same, the "
    "figures themselves tell."
)
OPEN = _(
    "Open: your choice is kept with your membership. Others see only numbers, never who chose what; whoever runs "
    "the server could find it."
)
