"""Detours: when a provider stops an account, its people get what waited, and hear how to reach us, elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.accounts import links_of
from bot.channels import Channel
from handlers.language import Translator
from handlers.me import elsewhere
from handlers.messages import Outgoing, read, write
from network import contents, detours, due, mailings, stops
from network.detours import AT_ONCE, Stranded
from network.stops import DETOUR
from network.store import Tx

AGAIN = timedelta(seconds=1)  # where there is more than is moved at once
LOOK = timedelta(minutes=1)  # what was queued for it meanwhile
NOTICE = 1  # urgency of the word that says so


@dataclass(frozen=True)
class Detours:
    """Brings what waits for a stopped account elsewhere: an act of the clock."""

    channels: Mapping[tuple[str, str], Channel]
    translator: Translator
    ways: Mapping[tuple[str, str], str]  # where people come in by each account

    async def act(self, tx: Tx, subject: str) -> None:
        """Move some of what waits for the account ``subject`` (channel/name), tell its people once, and look again."""
        channel, _, name = subject.partition("/")
        standing = {(each.channel, each.account): each for each in await stops.standing(tx)}
        stop = standing.get((channel, name))
        if stop is None:
            return
        calls = await detours.stranded(tx, account=(channel, name), open_accounts=self.channels.keys())
        for call in calls:
            await detours.move(tx, call=call, bodies=self._made_to_fit(call))
        is_all = len(calls) < AT_ONCE
        if is_all:
            await self._tell(tx, stop, stopped=standing.keys())
        await due.at(tx, kind=DETOUR, subject=subject, instant=tx.now + (LOOK if is_all else AGAIN))

    def _made_to_fit(self, call: Stranded) -> list[str]:
        """Return the calls that a message takes where it goes now; it changes nothing that was sent before."""
        if not call.body:
            return []
        message = read(call.body)
        if message.edit_only or message.deletes:
            return []
        parts = self.channels[call.to.channel, call.to.account].fit(replace(message, replaces=""))
        return [write(part) for part in parts]

    async def _tell(self, tx: Tx, stop: stops.Stop, *, stopped: Collection[tuple[str, str]]) -> None:
        """Tell everybody who used the account, and is reached elsewhere, once for each stop."""
        account = (stop.channel, stop.account)
        mailing = tx.seal.index("stops.told", f"{stop.channel}/{stop.account}/{stop.at.isoformat()}")[:32]
        if await detours.is_told(tx, mailing=mailing):
            return
        said = elsewhere.notice(self.translator, stop.channel, links_of(self.ways, stopped))
        bodies = {language: await contents.keep(tx, write(Outgoing(text))) for language, text in said.items()}
        people = detours.people(account, self.channels.keys())
        await mailings.send(
            tx, mailing=mailing, people=people, contents=bodies, fallback=self.translator.languages[0], urgency=NOTICE
        )
