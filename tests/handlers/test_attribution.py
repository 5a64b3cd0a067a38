"""Nobody learns more of an author than the author chose: over roles, levels, cells, lists, news, digests, copies."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import handlers
from handlers import labels
from handlers.desk import Desk
from handlers.language import OFFERED, Translator, Voice
from handlers.messages import Kind
from handlers.practices import pack
from network import attribution, countries, digests, erasure, groups, packs, requests, search, topics
from network.attribution import FEWEST
from network.facts import Facts
from network.members import SERVICES, Member, State
from network.practices import NAMING
from network.sealing import Sealer
from network.search import Wish
from network.store import Store, open_engine
from network.topics import Pace
from tests.conftest import sqlite_url
from tests.handlers.transcript import Transcript
from tests.network.people import enrolled

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NAME, ORGANISATION, LOCALITY, TITLE = "Canary Idrissa", "Canary Brigade", "Canary Locality", "Un titre à part"
DONE_IN = "NE"  # the practice's country, which is no secret
AT_HOME = ("MR", "TN", "SN")  # the author's, of three regions


@dataclass(frozen=True)
class Author:
    """Somebody who shares, and what they chose."""

    side: str
    service: str
    role: str
    country: str
    level: int
    others: int = 0  # active members of the same service, role and country
    private: bool = False
    name: str = NAME
    organisation: str = ORGANISATION
    left: bool = False
    language: str = field(default="fr")  # of the reader

    @property
    def holds(self) -> int:
        """The level that may be said now, reckoned here once more and in other words than in the program."""
        if self.left:
            return 0 if self.level == 0 else -1
        if self.private:
            return min(self.level, 1)
        if self.level == 2:
            return 2 if self.others + 1 >= FEWEST else 1
        if self.level == 4 and self.name:
            return 4
        if self.level >= 3:
            return 3 if self.organisation else 1
        return self.level

    @property
    def profile(self) -> dict[str, str]:
        """Their profile."""
        who = {"side": self.side, "service": self.service, "role": self.role, "country": self.country}
        named = {"name": self.name, "organisation": self.organisation, "locality": LOCALITY}
        return who | named | {"visibility": "private" if self.private else "open"}

    def secrets(self, translator: Translator) -> list[str]:
        """Return the words that would say more than may be said, in the reader's language."""
        voice = Voice(translator, self.language)
        found = [LOCALITY]
        if self.holds != 4:
            found.append(NAME)
        if self.holds < 3:
            found.append(ORGANISATION)
        if self.holds < 2:
            found.append(countries.name(self.country, self.language))
        if self.holds < 2 or self.others + 1 < FEWEST:  # whoever may be named may be one of many
            found += [voice.say(label) for (service, _role), label in labels.BANDS.items() if service == self.service]
        if self.holds < 1:
            said = attribution.Attribution("", side=self.side, region=attribution.region(self.country))
            found.append(voice.say(labels.attribution_label(said)))
        return found


@st.composite
def authors(draw: st.DrawFn) -> Author:
    """Draw somebody of any side, service and role, who chose any level."""
    side = draw(st.sampled_from(sorted(SERVICES)))
    service = draw(st.sampled_from(SERVICES[side]))
    role = draw(st.sampled_from(("command", "serve"))) if (service, "command") in labels.BANDS else ""
    return Author(
        side,
        service,
        role,
        draw(st.sampled_from(AT_HOME)),
        draw(st.integers(0, 4)),
        others=draw(st.sampled_from((0, FEWEST - 2, FEWEST - 1, FEWEST))),
        private=draw(st.booleans()),
        name=draw(st.sampled_from((NAME, NAME, ""))),
        organisation=draw(st.sampled_from((ORGANISATION, ORGANISATION, ""))),
        left=draw(st.integers(0, 3)) == 0,
        language=draw(st.sampled_from(OFFERED)),
    )


COMMANDER = Author("official", "gendarmerie", "command", "MR", 2)


@given(author=authors())
@settings(max_examples=500, deadline=None)
def test_no_line_says_more_than_its_level(translator: Translator, author: Author) -> None:
    """Whatever the profile, the level and the cell: the line holds none of the words that would say more."""
    member = Member(
        id="p" * 32,
        **author.profile,
        language="fr",
        digits="latn",
        quiet_from="",
        quiet_until="",
        state=State.ACTIVE,
        joined_at=None,
        has_panic_word=False,
    )
    crowded = {attribution.cell(member)} if author.others + 1 >= FEWEST else set()
    level = attribution.allowed(member, level=author.level, crowded=crowded)
    if author.left:
        return
    assert level == author.holds
    shown = attribution.of_member(member, level=level, year=2026, practice="x")
    said = Voice(translator, author.language).say(labels.attribution_label(shown))
    assert [word for word in author.secrets(translator) if word in said] == []
    assert said == "" or member.id not in said


@given(author=authors())
@example(author=COMMANDER)
@example(author=Author("official", "gendarmerie", "command", "MR", 2, others=FEWEST))
@example(author=Author("official", "gendarmerie", "command", "MR", 4, private=True))
@example(author=Author("civil", "association", "", "TN", 4, language="ar"))
@example(author=Author("civil", "association", "", "TN", 0, others=FEWEST))
@example(author=Author("civil", "association", "", "TN", 3, left=True))
@example(author=Author("civil", "association", "", "MR", 3, others=FEWEST - 1, organisation="", language="ar"))
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_nobody_learns_an_author_beyond_the_level(
    translator: Translator, sqlite_template: Path, tmp_path: Path, sealer: Sealer, author: Author
) -> None:
    """Moderators, readers, searches, news, digests and copies together never say more than the level that holds."""
    path = tmp_path / "authors.db"
    shutil.copy(sqlite_template, path)
    with asyncio.Runner() as runner:
        told = runner.run(_everything_told(translator, path, sealer, author))
    path.unlink()
    for secret in author.secrets(translator):
        assert not [text for text in told if secret in text], secret


async def _everything_told(translator: Translator, path: Path, sealer: Sealer, author: Author) -> list[str]:
    """Let the author share and others read in every way there is; return all that reached others."""
    store = Store(open_engine(sqlite_url(path)), sealer)
    try:
        return await _Reading(store, Transcript(store, Desk(handlers.capabilities(), translator), NOW), author).told()
    finally:
        await store.close()


class _Reading:
    """One author, two moderators, one reader, and what reaches those three."""

    def __init__(self, store: Store, phone: Transcript, author: Author) -> None:
        self.store, self.phone, self.author = store, phone, author
        self.texts: list[str] = []

    async def told(self) -> list[str]:
        """Do everything, and return what was told."""
        judges, reader = await self._people()
        handed = await self._shared()
        practice = str(handed["practice"])
        for judge in judges:
            await judge.says(f"/decide {handed['approval']}")
            await self._read_on(judge)
            await judge.taps("I agree")
            for choice in judge.choices:
                if choice.token.endswith(":skip"):  # no word for the other moderator
                    await judge.presses(choice.token)
        if self.author.left:
            await self._leaves()
        await self._found(practice)
        await reader.says(f"/practice {practice}")
        await self._read_on(reader)
        for label in ("/find à part", "1", "/mine", "/menu"):
            await reader.says(label)
        await self._digest(reader)
        await self._copies([*judges, reader])
        heard = [message for phone in (*judges, reader) for message in phone.log]
        shown = [f"{message.text} {choice.label} {choice.note}" for message in heard for choice in message.choices]
        everything = [*(message.text for message in heard), *shown, *self.texts]
        assert any(TITLE in text for text in everything)
        assert not [text for text in everything if self.phone.person in text]
        return everything

    async def _people(self) -> tuple[list[Transcript], Transcript]:
        async with self.store.transaction(NOW) as tx:
            for country in {DONE_IN, "ML"}:
                await groups.create(tx, code=country, country=country)
        await self.phone.is_member(**self.author.profile)
        other = {"service": "ministry", "name": "X", "language": self.author.language}
        judges = []
        for side, service in (("official", "parliament"), ("civil", "local_platform")):
            judge = Transcript(beside=self.phone, language=self.author.language)
            await judge.is_member(side=side, service=service, country=DONE_IN, name="Judge", coordinator=True)
            judges.append(judge)
        reader = Transcript(beside=self.phone, language=self.author.language)
        await reader.is_member(side="official", country="ML", **other)
        async with self.store.transaction(NOW) as tx:
            await topics.follow(tx, person=reader.person, topics=["com.dialogue"])
            await digests.set_pace(tx, person=reader.person, pace=Pace.INSTANT)
            like = {name: value for name, value in self.author.profile.items() if name in ("side", "service", "role")}
            for _other in range(self.author.others):
                await enrolled(tx, **like, country=self.author.country, name="Y")
        return judges, reader

    async def _shared(self) -> dict[str, Any]:
        level, given = self.author.level, {"problem": "Une difficulté.", "done": "Une réponse."}
        async with self.store.transaction(NOW) as tx:
            return await requests.share(
                tx,
                author=self.phone.person,
                language="fr",
                facts=Facts(DONE_IN, stage="pilot", reuse="public"),
                topics=["com.dialogue", "gov.accountability"],
                title=TITLE,
                parts=given,
                level=level,
                consent=level >= NAMING,
            )

    async def _read_on(self, phone: Transcript) -> None:
        """Read to the last page."""
        for _page in range(5):
            more = [choice.token for choice in phone.choices if choice.label in phone.forms("Read on")]
            if not more:
                return
            await phone.presses(more[0])

    async def _leaves(self) -> None:
        async with self.store.transaction(NOW) as tx:
            await erasure.erase(tx, person=self.phone.person)
        for phone in self.phone.world.phones:
            phone.log.clear()  # what was read before they left was theirs to say

    async def _found(self, practice: str) -> None:
        """Search by side: it finds only whose side is said."""
        async with self.store.transaction(NOW) as tx:
            for side in SERVICES:
                found = [one.id for one in await search.find(tx, wish=Wish(sides=(side,)))]
                assert (practice in found) is (side == self.author.side and self.author.holds >= 1)
            assert practice in [one.id for one in await search.find(tx, wish=Wish(words="à part"))]

    async def _digest(self, reader: Transcript) -> None:
        async with self.store.transaction(NOW) as tx:
            await digests.set_pace(tx, person=reader.person, pace=Pace.WEEKLY)
        reader.world.now = NOW.replace(month=12)
        await reader.does(Kind.DUE, text=digests.KIND, argument=reader.person)

    async def _copies(self, phones: list[Transcript]) -> None:
        """Read the copies of everything that is kept about the others, and what can be passed on to anybody."""
        voice = Voice(self.phone.world.desk.translator, self.author.language)
        async with self.store.transaction(NOW) as tx:
            found = await packs.gather(tx, topic="com.dialogue", country="ML", language=self.author.language)
            assert TITLE in repr(pack.worded(found, voice))
            self.texts.append(repr(pack.worded(found, voice)))
            for phone in phones:
                self.texts.append(repr(await erasure.export(tx, person=phone.person)))
