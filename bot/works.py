"""Works: the kinds of slow work there are."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot import calendars, cleaning, drawing
from bot.channels import Channel, Gate, SendError
from bot.clock import Clock
from bot.workers import Impossible, NotYet, Work
from handlers.messages import Media, MediaKind
from network import (
    erasure,
    feeds,
    files,
    index,
    invitations,
    leaving,
    linked,
    machine,
    members,
    outbox,
    packs,
    poll_files,
    secrecy,
    tombstones,
    vectors,
)
from network.jobs import Job
from network.media import MediaFolder
from network.store import Store

CLEANED_AT_ONCE = 2  # files
FAREWELL = timedelta(seconds=30)  # the last words are waited for that long at most
LOOK_AGAIN_S = 1.0
REFRESHED_AT_ONCE = 8  # practices: their texts are read within a second or two
REFRESHED_AT_MOST = 30  # times in one go: well within the time of a job


@dataclass
class Works:
    """What the works need, and the works themselves."""

    store: Store
    clock: Clock
    channels: Mapping[tuple[str, str], Channel]
    media: MediaFolder
    tombstones: Path
    translator: machine.Machine | None = None
    _cleaning: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CLEANED_AT_ONCE))

    def table(self) -> dict[str, Work]:
        """Return each kind of job with what does it."""
        return {
            files.FETCH: self.fetch,
            leaving.ERASE: self.erase,
            leaving.EXPORT: self.export,
            leaving.FORGET: self.forget,
            linked.GATE: self.tend_gate,
            feeds.FILE: self.calendar,
            packs.DRAW: self.draw,
            secrecy.SCRUB: self.scrub_ballots,
            invitations.DRAW: self.draw,
            poll_files.DRAW: self.draw,
            poll_files.TABLE: self.export,
            index.REFRESH: self.refresh_search,
            **({machine.TRANSLATE: self.translate} if self.translator else {}),
        }

    async def fetch(self, job: Job) -> dict[str, Any]:
        """Bring a file from its app into the media folder, cleaned; the result says which file it is now ready."""
        file, media, most = str(job.argument["subject"]), _media(job), int(job.argument["at_most"])
        channel = self.channels.get((job.argument["channel"], job.argument["account"]))
        if channel is None:
            raise Impossible("no_channel")
        try:
            data = await channel.download(media, at_most=most)
            async with self._cleaning:
                data = await cleaning.clean(data, kind=media.kind.value)
        except SendError as error:
            if error.retryable:
                raise
            raise Impossible(error.code) from error
        except cleaning.Refused as error:
            raise Impossible("not_clean") from error
        await self.media.keep(files.ref(file), data)
        return {"subject": file, "ref": files.ref(file), "mime": cleaning.MIMES[media.kind.value], "size": len(data)}

    async def tend_gate(self, job: Job) -> dict[str, Any]:
        """Do one act at the door of a linked chat; the result says which, and of an invitation the link."""
        given = job.argument
        channel = self.channels.get((given["channel"], given["account"]))
        gate: Gate | None = getattr(channel, "gate", None)
        if gate is None:
            raise Impossible("no_gate")
        done = {"subject": given["subject"], "act": given["act"]}
        try:
            return {**done, "link": await _at_gate(gate, given)}
        except SendError as error:
            if error.retryable:
                raise
            raise Impossible(error.code) from error

    async def translate(self, job: Job) -> None:
        """Let the machine put a published practice into a language; what is nonsense is asked for again another day."""
        async with self.store.reading(self.clock.now()) as tx:
            text = await machine.published(tx, **job.argument)
        if text is None or self.translator is None:
            return
        try:
            said = await self.translator.translate(text)
            async with self.store.transaction(self.clock.now()) as tx:
                await machine.keep(tx, text=text, said=said)
        except machine.Nonsense as error:
            raise Impossible("nonsense") from error

    async def export(self, job: Job) -> dict[str, Any]:
        """Write a text into a file, such as a person's copy of what is kept about them; the result is its ``Media``."""
        if job.person is None:
            raise Impossible("nobody")
        data = str(job.argument["text"]).encode()
        ref = await self.media.save(job.person, data)
        return asdict(
            Media(
                MediaKind.DOCUMENT,
                ref,
                mime="text/plain",
                size=len(data),
                name=str(job.argument.get("name", "jisr.txt")),
            )
        )

    async def calendar(self, job: Job) -> dict[str, Any]:
        """Write an exchange for the calendar of somebody who comes; the result says whether it is cancelled."""
        async with self.store.reading(self.clock.now()) as tx:
            given = {"exchange": job.argument["subject"], "gone": bool(job.argument.get("gone"))}
            entry = await feeds.entry(tx, person=job.person or "", **given)
        if entry is None or job.person is None:
            raise Impossible("nobody")
        data = calendars.invite(entry, self.clock.now())
        ref = await self.media.save(job.person, data)
        media = Media(MediaKind.DOCUMENT, ref, mime=calendars.MIME, size=len(data), name=calendars.NAME)
        result = {"subject": entry.id, "cancelled": entry.cancelled, "changes": entry.sequence, "gone": not entry.sure}
        return result | asdict(media)

    async def draw(self, job: Job) -> dict[str, Any]:
        """Draw a picture; the result is its text and the file's ``Media``, or the text alone."""
        if job.person is None:
            raise Impossible("nobody")
        text = {"text": job.argument["text"]}
        try:
            data = await drawing.draw(drawing.Sheet.of(job.argument["sheet"]))
        except drawing.NotDrawn:
            return text
        ref = await self.media.save(job.person, data)
        return text | asdict(Media(MediaKind.PICTURE, ref, mime=drawing.MIME, size=len(data), name="jisr.png"))

    async def undo(self, _job: Job, result: dict[str, Any]) -> None:
        """Delete the file of a result that nobody waits for any more."""
        if "ref" in result:
            await self.media.delete([str(result["ref"])])

    async def forget(self, job: Job) -> None:
        """Delete a file that was sent and is of no more use."""
        await self.media.delete([job.argument["ref"]])

    async def refresh_search(self, _job: Job) -> None:
        """Bring the search up to date, a few practices in each transaction; after a while the rest is put off."""
        for _ in range(REFRESHED_AT_MOST):
            async with self.store.transaction(self.clock.now()) as tx:
                behind = await index.behind(tx, limit=REFRESHED_AT_ONCE)
                for practice in behind:
                    await index.write(tx, practice=practice)
            texts = []
            if vectors.installed():
                async with self.store.reading(self.clock.now()) as tx:
                    texts = await vectors.unread(tx, limit=REFRESHED_AT_ONCE)
                read = await vectors.read(texts)
                async with self.store.transaction(self.clock.now()) as tx:
                    await vectors.keep(tx, texts=texts, vectors=read)
            if not behind and not texts:
                return
        raise NotYet(LOOK_AGAIN_S)

    async def erase(self, job: Job) -> None:
        """Erase a person everywhere: the store, its log, the queues, the media. Again, it changes nothing.

        It waits a little for the last words to be sent, and ends well within a minute of the request.
        """
        person, keep = job.person, bool(job.argument.get("keep_practices", True))
        if person is None:
            raise Impossible("nobody")
        now = self.clock.now()
        async with self.store.transaction(now) as tx:
            if await members.consented_since(tx, person=person, instant=job.asked_at):
                return  # they refused, and thought better of it
            if now < job.asked_at + FAREWELL and await outbox.waiting(tx, people=[person]):
                raise NotYet(LOOK_AGAIN_S)
            mark = tombstones.mark(tx.seal, person, keep_practices=keep)
            await asyncio.to_thread(tombstones.append, self.tombstones, [mark])
            await erasure.erase(tx, person=person, keep_practices=keep)
        await self.media.forget(person)
        await self.store.scrub()

    async def scrub_ballots(self, job: Job) -> None:  # noqa: ARG002 - whichever poll closed
        """Let nothing of a secret poll that closed stand in the log or in freed space."""
        await secrecy.scrub(self.store)


async def _at_gate(gate: Gate, given: Mapping[str, Any]) -> str:
    """Do one act, also where the chat has moved meanwhile; return the link of an invitation, else ""."""
    try:
        if given["act"] == linked.INVITE:
            return await gate.invite(given["chat"])
        await _ACTS[given["act"]](gate, given["chat"], given["guest"])
    except SendError as error:
        if error.moved_to is None:
            raise
        return await _at_gate(gate, {**given, "chat": error.moved_to})
    return ""


_ACTS: Mapping[str, Callable[[Gate, str, str], Awaitable[None]]] = MappingProxyType(
    {
        linked.ADMIT: lambda gate, chat, guest: gate.admit(chat, guest),
        linked.DECLINE: lambda gate, chat, guest: gate.decline(chat, guest),
        linked.REMOVE: lambda gate, chat, guest: gate.remove(chat, guest),
    }
)


def _media(job: Job) -> Media:
    """Return the file that a job is to fetch, as its app knows it."""
    given = {name: job.argument[name] for name in ("ref", "mime", "size", "name")}
    return Media(MediaKind(job.argument["kind"]), **given)
