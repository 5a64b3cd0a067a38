"""Screening: what must not be in a text that others will read, because it leads to a person or a place.

What is found is quoted back, to its author only. A false alarm makes people leave: what is not
clearly a trace (a year, a sum, a share, an article of a law, a time) passes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from handlers import referral
from handlers.language import Text, _
from network import named
from network.folding import latin_digits

FEWEST_DIGITS = 8  # national numbers of the region have 8 to 10 digits
LONGEST_QUOTE = 60  # characters

_EMAIL = re.compile(r"[^\s@<>()،,;:]+@[^\s@]+\.[^\s@.,;:)]+")
_HANDLE = re.compile(r"(?<![\w.])@\w{3,}", re.ASCII)
_LINK = re.compile(
    r"\b(?:https?://|www\.)?(?:t\.me|telegram\.me|wa\.me|chat\.whatsapp\.com|m\.me|facebook\.com|fb\.com|fb\.me"
    r"|instagram\.com|x\.com|twitter\.com|tiktok\.com|linkedin\.com/in|signal\.me|signal\.group)/\S+",
    re.IGNORECASE,
)
_MAP = re.compile(
    r"\b(?:https?://)?(?:maps\.app\.goo\.gl|goo\.gl/maps|maps\.google\.\w+|(?:www\.)?google\.\w+(?:\.\w+)?/maps"
    r"|(?:www\.)?openstreetmap\.org|osm\.org|maps\.apple\.com|w3w\.co|what3words\.com|plus\.codes|geohash\.org"
    r"|waze\.com|ul\.waze\.com|mapcarta\.com|wego\.here\.com)(?:[/?#]\S*)?"
    r"|\bgeo:-?\d\S+|(?<!\w)///[^\W\d_]+\.[^\W\d_]+\.[^\W\d_]+",
    re.IGNORECASE,
)
_FIGURE = r"[-+−]?\d{1,3}[.,]\d{3,}"  # three decimals are about a hundred metres
_POLE = r"(?:[NSEWO]\b|nord|sud|est|ouest|north|south|east|west|شمالا?|جنوبا?|شرقا?|غربا?)"
_LATITUDE = r"\b(?:latitude|longitude|lat|lon|lng|long)\b|خط (?:ال)?(?:عرض|طول)|دائره (?:ال)?عرض|دائرة (?:ال)?عرض"
_COORDINATES = re.compile(
    rf"{_FIGURE}\s*°?\s*{_POLE}?\s*[,،;؛/ ]\s*{_FIGURE}"
    rf"|\d{{1,3}}\s?[°º]\s?\d{{1,2}}(?:[.,]\d+)?\s?['′’´](?:\s?\d{{1,2}}(?:[.,]\d+)?\s?(?:\"|″|''|”))?\s?{_POLE}?"
    rf"|\d{{1,3}}[.,]\d{{2,}}\s?[°º]\s?{_POLE}|\b[NS]\s?\d{{1,2}}[.,]\d{{3,}}|\b\d{{1,2}}[.,]\d{{3,}}\s?[NS]\b"
    rf"|(?:{_LATITUDE})\W{{0,4}}(?:(?:is|est|de|of|=|:|هو|هي)\W{{0,3}}){{0,2}}[-+−]?\d{{1,3}}(?:[.,]\d+|\s?[°º])"
    rf"|\bUTM\b.{{0,12}}\d{{5,}}|\b[2-9CFGHJMPQRVWX]{{4}}[2-9CFGHJMPQRVWX]{{0,4}}\+[2-9CFGHJMPQRVWX]{{2,3}}\b",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"(?:\+|00)?\(?\d(?:(?:[ \u00a0\u202f]{1,3}|[.\-/–_]|\) ?| \()?\d)+")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?\b")
_IDENTITY = re.compile(
    r"(?:\bcin\b|\bnina?\b|\bpass(?:e?port)\b|\bcarte (?:nationale )?d['’]identité|\bidentity card|\bid (?:card|number)"
    r"|بطاقة (?:ال)?(?:تعريف|هوية|وطنية)|جواز (?:ال)?سفر)\W{0,3}(?:n°|number|no\.?|numéro|رقم)?\W{0,3}[A-Z]{0,3}\d{4,}",
    re.IGNORECASE,
)
_YEAR = r"(?:1[5-9]|20)\d\d"
_DAY = rf"(?:\d{{1,2}}[-/.]\d{{1,2}}[-/.]{_YEAR}|{_YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}})"
_PLAIN = re.compile(  # no number of a person: days, years, laws, hours, spans and round sums
    rf"{_DAY}(?: ?[-–/ ] ?{_DAY})?(?: \d{{1,2}}[.]\d{{2}})?"
    rf"|{_YEAR}(?: ?[-–/ ] ?{_YEAR})*(?: ?[-–/ ] ?\d{{1,2}})?"
    rf"|{_YEAR}[-/]\d{{1,5}}|\d{{1,5}}[-/]{_YEAR}|\d{{1,3}}[-/]\d{{1,3}} \({_YEAR}"
    r"|\d{1,2}[.]\d{2} ?[-–/] ?\d{1,2}[.]\d{2}"
    r"|\d+0[-–/]\d+0"
    r"|\d{1,3}(?:[ \u00a0\u202f.]\d{3})*(?:[ \u00a0\u202f.]000)+|\d{1,4}0{6,}"
)
_UNIT = re.compile(
    r"\s*(?:%|٪|€|\$|(?:f ?cfa|fcfa|cfa|xof|xaf|francs?|euros?|dollars?|usd|eur|dinars?|dt|tnd|dzd|dirhams?|mad|dh"
    r"|ouguiyas?|mru|naira|habitants?|inhabitants|people|personnes|persons|hectares?|km|litres?|millions?|milliards?"
    r"|billions?)\b|فرنك|دينار|درهم|أوقية|يورو|دولار|نسمة|ساكن|شخص|مواطن|مليون|هكتار)",
    re.IGNORECASE,
)
_MONEY = re.compile(r"(?:[€$£]|\b(?:usd|eur|xof|fcfa|cfa)) ?$", re.IGNORECASE)
_NO_YEAR = rf"(?!{_YEAR}\b)"
_PLATE = re.compile(
    r"\b\d{1,3}\s?(?:تونس|TUNIS|TUN)\s?\d{1,4}\b|(?:نت|ن\.ت|\bRS)\s?\d{4,6}\b"  # Tunisia: 123 تونس 4567
    r"|\b\d{1,5}\s?[|/-]\s?[أ-ي]\s?[|/-]\s?\d{1,2}\b|\b\d{3,5}\s?[أبدط]\s?\d{1,2}\b"  # Morocco: 12345|أ|6
    r"|\b\d{5,6}[- ]\d{3}[- ]\d{2}\b"  # Algeria: 012345 116 16
    rf"|\b{_NO_YEAR}\d{{4}} ?[A-Z]{{2}} ?\d{{2}}\b"  # Mauritania: 1234 AB 00
    rf"|\b(?!UN|ON|EN|DE|DU|LE|LA|ET|AU|OF|TO|IN)[A-Z]{{2}}[- ]?{_NO_YEAR}\d{{3,4}}[- ]?[A-Z]{{1,2}}\b"  # AA-123-BB
    rf"|\b[A-Z]-{_NO_YEAR}\d{{4}}-[A-Z]{{1,2}}\b"  # Mali: A-1234-MD
    rf"|\b(?:8[A-C]|[1-8] ?[A-Z]{{1,2}})[- ]?{_NO_YEAR}\d{{4}}\b"  # Niger: 8A 1234
    rf"|\b\d{{2}} ?[A-Z]{{1,2}} ?{_NO_YEAR}\d{{4}}\b"  # Burkina Faso: 11 AB 1234
    r"|\b[A-Z]{3}[- ]?\d{3}[- ]?[A-Z]{2}\b"  # Nigeria: ABC-123DE
    rf"|(?<![ء-ي])[أ-ي](?: [أ-ي]){{1,2}} {_NO_YEAR}\d{{3,4}}\b"  # Egypt: س ص ع 1234
)
_PLATE_NAMED = re.compile(
    r"(?:\bimmatricul\w+|\bplaque|\blicen[cs]e plate|\bnumber plate|لوحة|لوحتها)"
    r"(?: (?:n°|number|no\.?|numéro|رقمها|رقم|سيارة))?"
    rf"\W{{1,3}}{_NO_YEAR}(?=[^\s]*\d{{2}})[\w|-]{{4,12}}",
    re.IGNORECASE,
)

Finder = Callable[[str], str]
Said = Callable[[str], Text]


def screen(text: str) -> Text | None:
    """Return why ``text`` cannot be put before others, or None: the check of every text that they will read.

    What reads as an emergency, a complaint or intelligence gets the card that says where to turn.
    """
    return referral.refuse(text) or refuse_traces(text)


def screen_between_two(text: str) -> Text | None:
    """Return why ``text`` cannot go to one person who was given how its author can be reached, or None.

    As ``screen``, but for numbers, e-mail addresses, @names and links: they are the author's own to give.
    """
    return referral.refuse(text) or refuse_traces(text, but=_OWN)


def refuse_traces(text: str, *, but: Sequence[Said] = ()) -> Text | None:
    """Return what leads to a person or a place in ``text``, or None when nothing was recognized.

    It looks for e-mail addresses, @names, links, coordinates, plates, numbers and names of persons,
    with the digits of any script; ``but`` are those that are let pass.
    """
    plain = latin_digits(text).replace("٫", ".").replace("٬", " ")
    for find, said in _FINDERS:
        if said in but:
            continue
        found = find(plain)
        if found:
            return said(_cut(found))
    return None


def _first(*patterns: re.Pattern[str], with_digits: bool = False) -> Finder:
    """Return a finder of the first thing that one of ``patterns`` matches; ``with_digits``, when there are any."""

    def find(text: str) -> str:
        if with_digits and not _DIGIT.search(text):
            return ""
        return next((found.group() for pattern in patterns for found in [pattern.search(text)] if found), "")

    return find


def _number(text: str) -> str:
    """Return the first number that may be that of a person: a phone, an account, a card."""
    for found in _NUMBER.finditer(text):
        number = found.group()
        if sum(map(str.isdigit, number)) < FEWEST_DIGITS or _PLAIN.fullmatch(number.strip()):
            continue
        counted = _UNIT.match(text, found.end()) or _MONEY.search(text, 0, found.start())
        if not counted or number.startswith(("+", "00")):
            return number
    return ""


def _cut(found: str) -> str:
    short = " ".join(found.split())
    return short if len(short) <= LONGEST_QUOTE else f"{short[: LONGEST_QUOTE - 1]}…"


def _email(found: str) -> Text:
    return _(
        "There seems to be an e-mail address in it: “{found}”. For everybody’s safety, please write it again without.",
        found=found,
    )


def _handle(found: str) -> Text:
    return _(
        "There seems to be an @name or a link to a person in it: “{found}”. For everybody’s safety, please write it "
        "again without.",
        found=found,
    )


def _place(found: str) -> Text:
    return _(
        "There seem to be coordinates of a place in it: “{found}”. For everybody’s safety, please write it again "
        "without.",
        found=found,
    )


def _plate(found: str) -> Text:
    return _(
        "There seems to be the plate of a vehicle in it: “{found}”. For everybody’s safety, please write it again "
        "without.",
        found=found,
    )


def _phone(found: str) -> Text:
    return _digits(found)


def _digits(found: str) -> Text:
    return _(
        "There seems to be a phone number, or another number of a person, in it: “{found}”. For everybody’s safety, "
        "please write it again without.",
        found=found,
    )


def _person(found: str) -> Text:
    return _(
        "There seems to be the name of a person in it: “{found}”. For their safety, please write it again without. "
        "A role is enough, such as “an officer”.",
        found=found,
    )


_FINDERS: tuple[tuple[Finder, Said], ...] = (
    (_first(_MAP), _place),
    (_first(_COORDINATES, with_digits=True), _place),
    (_first(_EMAIL), _email),
    (_first(_LINK, _HANDLE), _handle),
    (_first(_PLATE, _PLATE_NAMED, with_digits=True), _plate),
    (_first(_IBAN, _IDENTITY, with_digits=True), _digits),
    (_number, _phone),
    (named.find, _person),
)
_OWN = (_email, _handle, _phone)
