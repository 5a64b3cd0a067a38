"""Quiet hours: when the bot keeps its news for later."""

from __future__ import annotations

from datetime import time

from handlers.language import Text, _
from handlers.registry import Capability, Room
from handlers.talk import Option, Talk
from network import members

USUAL = {"21-7": ("21:00", "07:00"), "22-6": ("22:00", "06:00"), "23-8": ("23:00", "08:00")}


async def quiet(talk: Talk) -> None:
    """Let a member choose the hours of the night in which no news arrives."""
    me = await talk.member()
    question = _(
        "In quiet hours, news and reminders wait until morning. Answers to what you write still come at once. "
        "Hours are those of your country.\n\n{now}\n\nWhich hours shall be quiet?",
        now=describe(me.quiet_from, me.quiet_until),
    )
    choice = await talk.choose("hours", question, _options())
    start, end = await _hours(talk, choice)
    await talk.do("set", members.change, person=talk.person, quiet_from=start, quiet_until=end)
    await talk.say(describe(start, end))


def describe(start: str, end: str) -> Text:
    """Return quiet hours (wall times ``HH:MM``) in words; empty ones mean that there are none."""
    if not start or not end:
        return _("You have no quiet hours.")
    # Translators: {start} and {end} are hours, such as 22:00.
    return _("Quiet hours: from {start} to {end}.", start=time.fromisoformat(start), end=time.fromisoformat(end))


def _options() -> list[Option]:
    usual = [
        # Translators: button, max:24. {start} and {end} are hours, such as 22:00.
        Option(key, _("{start} to {end}", start=time.fromisoformat(start), end=time.fromisoformat(end)))
        for key, (start, end) in USUAL.items()
    ]
    # Translators: button, max:24
    other = Option("other", _("Other hours"))
    # Translators: button, max:24
    return [*usual, other, Option("none", _("No quiet hours"))]


async def _hours(talk: Talk, choice: str) -> tuple[str, str]:
    if choice == "none":
        return "", ""
    if choice in USUAL:
        return USUAL[choice]
    start = await talk.number("from", _("From which hour? Write a number from 0 to 23."), low=0, high=23)
    end = await talk.number("until", _("Until which hour? Write a number from 0 to 23."), low=0, high=23)
    return ("", "") if start == end else (_clock(start), _clock(end))


def _clock(hour: int | None) -> str:
    return f"{hour or 0:02}:00"


capability = Capability(
    name="quiet",
    command="quiet",
    room=Room.ME,
    # Translators: in the menu, max:24
    title=_("Quiet hours"),
    # Translators: words that start this, separated by |.
    words=_("quiet|quiet hours"),
    converse=quiet,
)
