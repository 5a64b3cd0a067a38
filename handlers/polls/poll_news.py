"""News of polls: that one is open, closes soon or is over, and later what was done about it.

The clock brings them, for the network and not for one person, so each is one mailing in every language.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence

from handlers import people
from handlers.groups import doors
from handlers.inquiries.question_cards import below
from handlers.language import OFFERED, Text, Translator, Voice, Words, _
from handlers.messages import Letter, write
from handlers.polls import poll_cards, poll_figures
from handlers.questions import Option
from handlers.registry import Errand, Occasion
from network import ballots, contents, due, mailings, polls, results, rounds, series
from network.polls import Poll, State
from network.store import Tx

Act = Callable[[Tx, str], Awaitable[None]]
Write = Callable[[str], tuple[Words, Sequence[Option]]]  # what is said in a language, and the buttons below

CARD = "poll.card"  # kind of due row of its maker: the poll is shown in the linked chats of the groups that it asks
REMINDER, BROADCAST = 2, 3  # which goes first (the ranks of ``handlers.messages.Urgency``)
FALLBACK = "fr"  # for those who read none of the offered languages
LONGEST = 700  # characters of results in one message, beside what stands around them


def acts(translator: Translator) -> dict[str, Act]:
    """Return what the clock does at the times of polls, by the kind of its due row."""

    async def opened(tx: Tx, poll: str) -> None:
        """Open a poll, tell of it, and show it in linked chats."""
        if await rounds.open(tx, poll=poll):
            found = await polls.get(tx, poll=poll)
            await tell_open(tx, found, translator)
            if found.by and found.plan.audience.groups and not found.plan.audience.series:
                await due.at(tx, kind=CARD, subject=poll, instant=tx.now, person=found.by)

    async def remind(tx: Tx, poll: str) -> None:
        """Remind those who have not answered."""
        if await rounds.remind(tx, poll=poll):
            await tell_reminder(tx, await polls.get(tx, poll=poll), translator)

    async def closed(tx: Tx, poll: str) -> None:
        """Close a poll, and tell what came out."""
        if await rounds.close(tx, poll=poll):
            await tell_closed(tx, await polls.get(tx, poll=poll), translator)

    async def fold(tx: Tx, poll: str) -> None:
        """Add up the counts of an open poll."""
        await rounds.fold(tx, poll=poll)

    return {rounds.OPEN: opened, rounds.REMIND: remind, rounds.CLOSE: closed, rounds.FOLD: fold}


async def close_early(tx: Tx, *, poll: str, by: str, translator: Translator) -> None:
    """Close an open poll before its time, and tell what came out. Raise Missing, Conflict. Audited."""
    await rounds.close_early(tx, poll=poll, by=by)
    await _stop(tx, poll)
    await tell_closed(tx, await polls.get(tx, poll=poll), translator)


async def withdraw(tx: Tx, *, poll: str, by: str) -> None:
    """Take a poll back, and what is still on its way to those whom it asks. Raise Missing, Conflict. Audited."""
    await rounds.withdraw(tx, poll=poll, by=by)
    await _stop(tx, poll)


async def tell_open(tx: Tx, poll: Poll, translator: Translator) -> None:
    """Tell everybody who is asked that a poll is open, and of which dialogue it is, if of one."""
    dialogues = [await series.find(tx, series=each) for each in poll.plan.audience.series]
    title = next((each.title for each in dialogues if each is not None), "")

    def said(language: str) -> tuple[Words, Sequence[Option]]:
        """Return the words in a language, and the buttons."""
        secret = _("It is secret.") if poll.plan.secret else _("Others see only numbers, never who chose what.")
        given: dict[str, Text | str] = {"question": _asked(poll, language), "secret": secret}
        text = _("A poll of the network, ten seconds: “{question}”\n\n{secret}", **given)
        if title:
            text = _("A poll of the dialogue “{title}”, ten seconds: “{question}”\n\n{secret}", title=title, **given)
        return text, [_say(poll)]

    await _mail(tx, poll, "open", translator, said, urgency=BROADCAST)


async def show_card(tx: Tx, occasion: Occasion) -> list[Letter]:
    """Show an open poll in the linked Telegram groups of those whom it asks: its button opens it in private."""
    poll = await polls.find(tx, poll=occasion.subject)
    if poll is None or poll.state is not State.OPEN:
        return []
    translator = occasion.who.voice.translator
    text = _(
        "A poll for this group: “{question}”\n\nPlease answer in private, each counts once on any app.",
        question=_asked(poll, occasion.who.voice.language),
    )
    letters: list[Letter] = []
    for group in poll.plan.audience.groups:
        letters += await doors.card(tx, group=group, text=text, options=[_say(poll)], translator=translator)
    return letters


async def tell_reminder(tx: Tx, poll: Poll, translator: Translator) -> None:
    """Remind those who have not answered, and nobody else."""

    def said(language: str) -> tuple[Words, Sequence[Option]]:
        """Return the words in a language, and the buttons."""
        text = _("This poll closes soon, and your word is still missing: “{question}”", question=_asked(poll, language))
        return text, [_say(poll)]

    await _mail(tx, poll, "remind", translator, said, urgency=REMINDER)


async def tell_closed(tx: Tx, poll: Poll, translator: Translator) -> None:
    """Tell those who took part what came out."""
    found = await results.published(tx, poll=poll.id)

    def said(language: str) -> tuple[Words, Sequence[Option]]:
        """Return the words in a language, and the buttons."""
        voice = Voice(translator, language)
        text = _("A poll that you answered is closed.")
        lines = "\n\n".join(voice.say(part) for part in poll_figures.lines(poll, found, language))
        if len(lines) > LONGEST:
            lines = f"“{_asked(poll, language)}”"
        if poll.digest:
            digest = _(
                "The digest of all receipts, by which any later change would be seen: {digest}", digest=poll.digest
            )
            lines = voice.say(below(lines, digest))
        # Translators: button, max:20
        return below(text, lines), [Option(f"results:{poll.id}", _("The results"))]

    await _mail(tx, poll, "close", translator, said, urgency=BROADCAST)


async def tell_outcome(tx: Tx, *, poll: str, translator: Translator) -> None:
    """Tell those who took part what was done about a poll (R091)."""
    found = await polls.get(tx, poll=poll)

    def said(language: str) -> tuple[Words, Sequence[Option]]:
        """Return the words in a language, and the buttons."""
        words, _written = poll_cards.in_language(found.outcome, language)
        text = _(
            "You answered the poll “{question}”. What was done about it:\n\n{outcome}",
            question=_asked(found, language),
            outcome=words,
        )
        # Translators: button, max:20
        return text, [Option(f"results:{poll}", _("The results"))]

    mark = hashlib.sha256(repr(sorted(found.outcome.items())).encode()).hexdigest()
    await _mail(tx, found, f"outcome{mark}", translator, said, urgency=BROADCAST)


def _asked(poll: Poll, language: str) -> str:
    return poll_cards.in_language(poll.question, language)[0]


def _say(poll: Poll) -> Option:
    # Translators: button, max:20. On every poll and consultation.
    return Option(f"poll:{poll.id}", _("Have your say"))


async def _mail(tx: Tx, poll: Poll, what: str, translator: Translator, said: Write, *, urgency: int) -> None:
    """Queue one mailing to those whom it concerns, each in their language."""
    kept: dict[str, str] = {}
    for language in OFFERED:
        text, options = said(language)
        kept[language] = await contents.keep(tx, write(people.notice(Voice(translator, language), text, options)))
    silent = {"open": polls.asked, "remind": ballots.silent}.get(what, ballots.voters)
    expires_at = poll.plan.closes_at if what in {"open", "remind"} else None
    await mailings.send(
        tx,
        mailing=_mailing(poll.id, what),
        people=silent(poll),
        contents=kept,
        fallback=FALLBACK,
        urgency=urgency,
        expires_at=expires_at,
    )


def _mailing(poll: str, what: str) -> str:
    return hashlib.sha256(f"{what}|{poll}".encode()).hexdigest()[:32]


async def _stop(tx: Tx, poll: str) -> None:
    """Let nobody more be asked for their word."""
    for what in ("open", "remind"):
        await mailings.stop(tx, mailing=_mailing(poll, what))


errands: dict[str, Errand] = {CARD: show_card}
