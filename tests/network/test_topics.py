"""Topics and countries: what the data files say, and who follows what."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from network import countries, topics
from network.errors import Invalid, Missing
from network.folding import fold_words
from network.store import Store
from tests.network.people import enrolled


def test_topics_are_a_tree_with_short_labels() -> None:
    """There are nine roots and forty topics below; each label fits a row of a list, in each language."""
    below = [topic for root in topics.roots() for topic in topics.children(root.code)]
    assert (len(topics.roots()), len(below)) == (9, 40)
    for topic in (*topics.roots(), *below):
        assert set(topic.labels) == {"en", "fr", "ar"}
        assert all(0 < len(label) <= 24 for label in topic.labels.values())
    assert all(len(label) <= 22 for root in topics.roots() for label in root.labels.values())  # after a box to tick
    assert topics.label("com.policing", "ha") == topics.label("com.policing", "en")
    with pytest.raises(Missing):
        topics.label("nothing", "en")


def test_sensitive_topics_are_known() -> None:
    """One sensitive topic among several is enough to need both sides."""
    assert topics.any_sensitive(["com.policing", "gov.accountability"])
    assert not topics.any_sensitive(["com.policing"])


def test_a_root_stands_for_all_below_it() -> None:
    """Spreading a root gives the root and its children, a leaf only itself."""
    assert topics.spread(["cor"]) == {"cor", *(topic.code for topic in topics.children("cor"))}
    assert topics.spread(["cor.humane"]) == {"cor.humane"}


NAMED = [
    ("شرطة الجوار", "com.policing"),
    ("police de proximité", "com.policing"),
    ("corruption", "gov.accountability"),
    ("prisons", "cor"),
    ("الشكاوى", "gov.accountability"),
    ("community", "com.policing"),  # a single word of a label
    ("communautaires", "com"),
]


@pytest.mark.parametrize(("words", "code"), NAMED)
def test_words_name_topics_in_any_language(words: str, code: str) -> None:
    """A label's word, or a synonym, names its topic however it is written."""
    found = topics.named_by(fold_words(words))
    assert code in set().union(*found.values())


async def test_following(store: Store, now: datetime) -> None:
    """A member follows topics, once each, and stops; an unknown one is refused."""
    async with store.transaction(now) as tx:
        person = await enrolled(tx)
        await topics.follow(tx, person=person, topics=["jus.access", "com.policing", "jus.access"])
        assert await topics.followed(tx, person=person) == ["com.policing", "jus.access"]
        await topics.unfollow(tx, person=person, topics=["jus.access", "cor"])
        assert await topics.followed(tx, person=person) == ["com.policing"]
        with pytest.raises(Invalid):
            await topics.follow(tx, person=person, topics=["weapons"])


def test_countries_have_names_zones_and_neighbours() -> None:
    """Each country has a name in each language, a zone, a weekend, and neighbours that are neighbours back."""
    assert len(countries.all()) == 18
    niger = countries.get("NE")
    assert (niger.zone, niger.weekend, niger.digits, niger.languages) == (
        ZoneInfo("Africa/Niamey"),
        (5, 6),
        "latn",
        ("fr",),
    )
    assert countries.get("DZ").weekend == (4, 5)
    for country in countries.all():
        assert all(countries.name(country.code, language) for language in ("en", "fr", "ar"))
        known = [other for other in country.neighbours if countries.known(other)]
        assert all(country.code in countries.get(other).neighbours for other in known)
    with pytest.raises(Missing):
        countries.get("FR")


def test_every_country_that_content_comes_from_has_a_name() -> None:
    """The whole region, and countries outside the network, are named too."""
    assert countries.name("", "fr") == "Toute la région"
    assert countries.name("NP", "ar") == "نيبال"
    assert countries.name("ZZZ", "en") == "ZZZ"
