"""Rhythm: how often an exchange is held, in words, and which of its dates are not as they were said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice

from handlers.language import Text, _, n_
from network import exchanges, recurrence
from network.exchanges import Exchange
from network.recurrence import Every

FEW = 3  # changed dates that are named, each by itself
OFTEN: dict[str, Text] = {
    # Translators: in a list, max:24. How often people meet.
    Every.WEEK: _("Every week"),
    # Translators: in a list, max:24. How often people meet.
    Every.FORTNIGHT: _("Every two weeks"),
    # Translators: in a list, max:24. How often people meet: on the same weekday, such as the second Tuesday.
    Every.MONTH: _("Every month"),
}
WEEKDAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
WEEKS: dict[int, Text] = {
    # Translators: {weekday} is such as "Tuesday".
    1: _("Every month, on the first {weekday}"),
    2: _("Every month, on the second {weekday}"),
    3: _("Every month, on the third {weekday}"),
    4: _("Every month, on the fourth {weekday}"),
    -1: _("Every month, on the last {weekday}"),
}


def often(every: str, first: datetime | None) -> Text:
    """Return how often it is held, from a first wall time on (None: it is not known yet)."""
    if every != Every.MONTH or first is None:
        return OFTEN[every]
    week, day = recurrence.week_of(first)
    return Text(WEEKS[week].msgid, {"weekday": WEEKDAYS[day]})


def lines(found: Exchange, tell: Callable[[datetime], Text]) -> Iterator[Text]:
    """Yield how often an exchange is held, and what of it has changed; ``tell`` says an instant (UTC)."""
    if not found.rule:
        return
    dates = found.dates
    yield often(recurrence.every(found.rule), dates[0].original if dates else None)
    if not dates:
        return
    last = found.standing[-1][1].local.date() if found.standing else dates[-1].local.date()
    many = sum(not each.cancelled for each in dates)
    yield n_(
        "{count} date in all, the last one on {day}.", "{count} dates in all, the last one on {day}.", many, day=last
    )
    changed = list(_changed(found, tell))
    yield from islice(changed, FEW)
    if len(changed) > FEW:
        yield n_("{count} more date has changed.", "{count} more dates have changed.", len(changed) - FEW)


def _changed(found: Exchange, tell: Callable[[datetime], Text]) -> Iterator[Text]:
    """Yield each date that is not over and not as the rule has it."""
    for each in found.dates:
        at = exchanges.instant(each.local, found.zone)
        if found.follows is not None and at < found.follows:
            continue
        if each.cancelled:
            yield _("Not on {day}.", day=each.original.date())
        elif each.moved:
            yield _("Not on {day}, but:\n{when}", day=each.original.date(), when=tell(at))
