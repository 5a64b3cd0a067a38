from __future__ import annotations

from datetime import date

import pytest

from handlers.dates import understand_date

TODAY = date(2027, 3, 1)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("4/3/2027", date(2027, 3, 4)),
        ("04.03.27", date(2027, 3, 4)),
        ("2027-03-04", date(2027, 3, 4)),
        ("٤/٣/٢٠٢٧", date(2027, 3, 4)),
        ("4 mars 2027", date(2027, 3, 4)),
        ("1er avril", date(2027, 4, 1)),
        ("March 5", date(2027, 3, 5)),
        ("٤ مارس", date(2027, 3, 4)),
        ("4 جويلية", date(2027, 7, 4)),  # July in Algeria and Tunisia
        ("4 يوليوز", date(2027, 7, 4)),  # July in Morocco
        ("4/2", date(2028, 2, 4)),  # this year's has passed
        ("today", TODAY),
        ("Aujourd’hui", TODAY),
        ("غدًا", date(2027, 3, 2)),
        ("31/2/2027", None),
        ("99/99", None),
        ("soon", None),
        ("", None),
        ("9" * 200, None),
    ],
)
def test_dates_are_understood_as_people_write_them(typed: str, meant: date | None):
    """In figures, day first, or in words of every language; without a year it is the next such day."""
    assert understand_date(typed, today=TODAY, earliest=TODAY, latest=date(2028, 3, 1)) == meant
