"""Screening: what is refused in a text for others, and what passes, in three languages and all digits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from handlers.language import Text
from handlers.screening import refuse_traces, screen

ROOT = Path(__file__).resolve().parents[2]
DATA, RECORDS = ROOT / "network" / "data", ROOT / "tests" / "data" / "search" / "records.jsonl"
EMAIL, HANDLE, PLACE, PLATE = (
    "an e-mail address",
    "an @name or a link",
    "coordinates of a place",
    "the plate of a vehicle",
)
NUMBER, PERSON = "a phone number", "the name of a person"

REFUSED = [
    (EMAIL, "Écrivez à awa.maiga@example.org pour en savoir plus", "awa.maiga@example.org"),
    (EMAIL, "راسلونا على amel@example.tn.", "amel@example.tn"),
    (HANDLE, "Follow @police_niamey for news", "@police_niamey"),
    (HANDLE, "Le groupe est sur https://t.me/joinchat/AAAA", "https://t.me/joinchat/AAAA"),
    (HANDLE, "Écrire sur wa.me/22790112233", "wa.me/22790112233"),
    (HANDLE, "صفحتنا facebook.com/amel.tn للتواصل", "facebook.com/amel.tn"),
    (PLACE, "Le poste est à 13.5127, 2.1128", "13.5127, 2.1128"),
    (PLACE, "à 13,51270 / 2,11280 près du fleuve", "13,51270 / 2,11280"),
    (PLACE, "13°30'45\"N 2°06'32\"E", "13°30'45\"N"),
    (PLACE, "13° 30′ 45″ Nord", "13° 30′ 45″ Nord"),
    (PLACE, "النقطة ١٣٫٥١٢٧، ٢٫١١٢٨", None),
    (PLACE, "lat 13.51 long 2.11", "lat 13.51"),
    (PLACE, "latitude: 13.5, longitude: 2.1", "latitude: 13.5"),
    (PLACE, "خط العرض 36.8 وخط الطول 10.1", "خط العرض 36.8"),
    (PLACE, "6FG22222+22 derrière le marché", "6FG22222+22"),
    (PLACE, "https://maps.app.goo.gl/AbCdEf123", "https://maps.app.goo.gl/AbCdEf123"),
    (PLACE, "https://www.google.com/maps/@13.5,2.1,15z", None),
    (PLACE, "voir geohash.org/s1t5k2 sur la carte", "geohash.org/s1t5k2"),
    (PLACE, "geo:13.5,2.1", "geo:13.5,2.1"),
    (PLACE, "N 13.51270 E 2.11280", None),
    (PLATE, "La voiture 123 تونس 4567 est passée", "123 تونس 4567"),
    (PLATE, "سيارة ١٢٣ تونس ٤٥٦٧", "123 تونس 4567"),
    (PLATE, "immatriculée 012345 116 16", "012345 116 16"),
    (PLATE, "la Dacia 12345|أ|6", "12345|أ|6"),
    (PLATE, "سيارة ١٢٣٤٥-أ-٦", "12345-أ-6"),
    (PLATE, "le taxi DK-1234-AB", "DK-1234-AB"),
    (PLATE, "le taxi AA-123-BB de Dakar", "AA-123-BB"),
    (PLATE, "un pick-up 8A 1234", "8A 1234"),
    (PLATE, "une moto 11 AB 1234", "11 AB 1234"),
    (PLATE, "Mali: A-1234-MD", "A-1234-MD"),
    (PLATE, "Nouakchott, 1234 AB 00", "1234 AB 00"),
    (PLATE, "plaque n° BF4521X", None),
    (PLATE, "لوحة رقم 45127ج", None),
    (PLATE, "سيارة س ص ع 1234", "س ص ع 1234"),
    (NUMBER, "Appelez le 90 12 34 56", "90 12 34 56"),
    (NUMBER, "Call +227 90-12-34-56 now and then", "+227 90-12-34-56"),
    (NUMBER, "00 216 98.765.432", None),
    (NUMBER, "اتصلوا على ٩٨٧٦٥٤٣٢", "98765432"),
    (NUMBER, "رقم ۹۸ ۷۶ ۵۴ ۳۲", "98 76 54 32"),
    (NUMBER, "फ़ोन ९८७६५४३२", "98765432"),
    (NUMBER, "(021) 71-123-456", None),
    (NUMBER, "compte FR76 3000 6000 0112 3456 7890 189", None),
    (NUMBER, "CIN n° AB1234", "CIN n° AB1234"),
    (NUMBER, "passeport X1234567", "passeport X1234567"),
    (NUMBER, "بطاقة التعريف رقم 0912", "بطاقة التعريف رقم 0912"),
    (NUMBER, "9 0 1 2 3 4 5 6", "9 0 1 2 3 4 5 6"),
    (PERSON, "le commandant Moussa Traoré a refusé", "commandant Moussa Traoré"),
    (PERSON, "Le capitaine Issoufou a accepté", "capitaine Issoufou"),
    (PERSON, "grâce à M. Diallo, tout a changé", "M. Diallo"),
    (PERSON, "Mme Aïcha Ben Salah est venue", "Mme Aïcha Ben Salah"),
    (PERSON, "Colonel Ould Ahmed said no", "Colonel Ould Ahmed"),
    (PERSON, "the officer called Ibrahim took it", "officer called Ibrahim"),
    (PERSON, "Mr. Johnson came to the meeting", "Mr. Johnson"),
    (PERSON, "le dénommé Karim rôde", "le dénommé Karim"),
    (PERSON, "un voisin nommé Sidi a vu", "voisin nommé Sidi"),
    (PERSON, "le juge Amadou Barry a signé", "juge Amadou Barry"),
    (PERSON, "قال العقيد محمد أحمد ذلك", "العقيد محمد أحمد"),
    (PERSON, "جاء الشيخ عبد الله إلى القرية", "الشيخ عبد الله"),
    (PERSON, "السيد علي بن صالح", None),
    (PERSON, "ضابط اسمه خالد طلب المال", "اسمه خالد طلب"),
]

PASSED = [
    "En 2023, 2 500 000 FCFA ont été donnés à 45 villages.",
    "12 500 000 francs CFA pour deux ans",
    "Budget: 98 765 432 FCFA",
    "$12,500,000 over three years",
    "Il y avait 1 234 567 habitants en 2019.",
    "De 2019 à 2023, puis 2024-2025",
    "années 2019, 2020, 2021 et 2022",
    "2019 2020 2021 2022",
    "le 12/03/2024 puis le 15-04-2024",
    "2024-03-12 10.30",
    "entre 08.00-12.00 et 15.00-18.00",
    "de 8h30 à 12h45, du lundi au vendredi",
    "les plaintes ont baissé de 37,5 % à 12,25 %",
    "the rate fell from 37.5% to 12.25%",
    "article 1234 du code pénal, loi n° 2016-033 du 2 août",
    "Law 09-08 (2009) and law 18-07 (2018), amended",
    "loi 2004/048 et décret 2019-1234",
    "المادة 45 من القانون 2016-033",
    "المادتان 5 و 6 من القانون",
    "بين 2019 و2023 تراجعت الشكاوى بنسبة ٣٧٫٥٪",
    "حضر ١٢٠ شخصا من ١٥ قرية",
    "كلف ذلك ١٢ ٥٠٠ ٠٠٠ فرنك",
    "Résolution 1325 du Conseil de sécurité",
    "UNSCR 1325 and 2250 were read aloud",
    "ISO 9001 EN 2015",
    "le réseau 4G 2023 couvre la zone",
    "12 mars 2024, 40 personnes; 15 mars 2024, 60 personnes",
    "1500-2500 personnes par mois",
    "En 2023. 2500 personnes sont venues.",
    "2,5 km au nord, puis 3,5 km à l'est",
    "à 30 km au sud de la ville, 45° à l'ombre",
    "a ratio of 1:4, 3 x 12 places",
    "Appelez le 17 ou le 197",
    "le commissaire de police et le maire ont signé",
    "le Commissaire Principal et le Préfet",
    "Le colonel de la région a parlé",
    "Madame la Présidente du tribunal",
    "Monsieur le Maire a ouvert la séance",
    "un projet nommé Espoir et un café appelé Paix",
    "a programme called Bridge for young people",
    "the General Assembly and the Chief Justice",
    "Officer Training Unit, District Police",
    "Police Answer Callers Live On Radio With Captain Every Friday",
    "le chef de village et l'imam Malien",
    "l'université Cheikh Anta Diop de Dakar forme des médiateurs",
    "le lycée du Colonel Lotfi, rue Capitaine Sankara",
    "الجلسة في جامعة الشيخ محمد وفي شارع العقيد علي",
    "le Commandant Supérieur et le Colonel Médecin",
    "السيد الوالي ورئيس البلدية حضرا",
    "الشيخ في القرية يستقبل الشباب",
    "القاضي الإداري يزور السجن",
    "برنامج يدعى جسر وبرنامج اسمه أمل",
    "المنظمات المدعوة للحوار",
    "العقيد قائد المنطقة استقبل الجمعيات",
    "Nous avons gardé 3 principes: écouter, noter, répondre.",
    "Le marché @ 9h",
    "sur le site du ministère, www.example.org/guide",
    "score 4/5, 16/20, 100/100",
    "a patrol of 12 officers, 3 cars, 24 hours",
    "100 000 000",
    "The plate of food costs 2000",
    "5 M. de francs",
]


@pytest.mark.parametrize(("kind", "text", "found"), REFUSED)
def test_what_leads_to_a_person_or_a_place_is_refused(kind: str, text: str, found: str | None) -> None:
    """Its author is told what kind of thing was seen, and the very piece."""
    said = screen(text)
    assert isinstance(said, Text)
    assert kind in said.msgid
    assert found is None or said.params["found"] == found


@pytest.mark.parametrize("text", PASSED)
def test_what_leads_to_nobody_passes(text: str) -> None:
    """Years, figures, money, shares, articles of laws, times, offices and projects are no traces."""
    said = screen(text)
    assert said is None, said and said.params


def contents() -> Iterator[str]:
    """Yield every text of the network's own content, and of a part of the search's test records."""
    files = [DATA / f"{name}.json" for name in ("practices", "voices", "lessons", "first_steps", "tools", "topics")]
    found: list[Any] = [json.loads(path.read_text("utf-8")) for path in files if path.exists()]
    lines = RECORDS.read_text("utf-8").splitlines()
    found += [json.loads(line) for line in lines[::10]]
    while found:
        value = found.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            found += value.values()
        elif isinstance(value, list):
            found += value


def test_what_practices_really_say_passes() -> None:
    """Not one text of the starter practices, stories and lessons, nor of hundreds of records, raises a false alarm."""
    texts = list(contents())
    assert len(texts) > 1000
    assert [(text, said.params) for text in texts if (said := screen(text))] == []


def test_a_long_find_is_cut() -> None:
    """What is quoted back stays short."""
    said = refuse_traces("a@" + "b" * 200 + ".org")
    assert said is not None
    assert len(str(said.params["found"])) == 60
