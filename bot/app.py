"""The program, put together in one place."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, cast

import structlog
from starlette.types import ASGIApp

from bot import logs
from bot.accounts import key_of, links_of, open_all, reaches, ways_in
from bot.announce import Announcer, commands_of
from bot.channels import Channel
from bot.clock import Clock
from bot.courier import Courier
from bot.detours import Detours
from bot.ingress import Ingress
from bot.lock import Lock
from bot.metrics import Metrics
from bot.polling import Polled, Poller
from bot.processor import Desk, Processor
from bot.server import Server, listen, serve
from bot.settings import Misconfigured, Settings, TelegramAccount
from bot.translator import Translator as MachineTranslator
from bot.web import Doors
from bot.workers import Act, Housekeeping, Timekeeper, Workers
from bot.works import Works
from handlers import capabilities
from handlers.consultations import consult_news
from handlers.desk import Desk as RealDesk
from handlers.exchanges import agreeing_news, callin_news, exchange_news, feedback_news
from handlers.language import OFFERED, Translator
from handlers.polls import poll_news
from handlers.series import action_news, problem_news, series_news
from network import addresses, concepts, costs, groups, linked, migrations, practices, reach, starter, stops
from network.machine import Machine
from network.media import MediaFolder
from network.presence import present
from network.sealing import Sealer
from network.store import Away, Store, open_engine
from network.turns import Turn

GC_THRESHOLDS = (50_000, 20, 50)  # few collections: the libraries hold 150 MB that never becomes garbage

OTHER_KEYS = (
    "{} is not the key file that this database was sealed with. Copy the one of the machine that ran first, "
    "or set JISR_KEY_FILE to it."
)

log = logs.logger(__name__)


class Role(StrEnum):
    """What one process of an installation does. One ``run``, or as many ``web`` and ``courier`` as are wanted."""

    RUN = "run"  # everything
    WEB = "web"  # takes in and handles; keeps the time and does the jobs
    COURIER = "courier"  # sends

    @property
    def takes_in(self) -> bool:
        """Whether messages come in here, and are handled."""
        return self is not Role.COURIER

    @property
    def sends(self) -> bool:
        """Whether messages go out from here."""
        return self is not Role.WEB


@dataclass
class App:
    """One running process of an installation. ``build`` makes it; of its parts those of its role run."""

    settings: Settings
    role: Role
    lock: Lock
    clock: Clock
    store: Store
    channels: dict[tuple[str, str], Channel]
    desk: Desk
    metrics: Metrics
    ingress: Ingress
    processor: Processor
    courier: Courier
    timekeeper: Timekeeper
    workers: Workers
    housekeeping: Housekeeping
    pollers: list[Poller]
    announcer: Announcer
    media: MediaFolder
    web: ASGIApp
    started: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0  # where the web server listens, once it does

    async def run(self, stop: asyncio.Event) -> None:
        """Do everything until ``stop`` is set, then end in order: first what comes in, last what goes out."""
        async with present(self.store.engine):
            self.store.sealer.refresh()
            await self._run(stop)

    async def _run(self, stop: asyncio.Event) -> None:
        listener = listen(self.settings.host, self.settings.port)
        self.port = listener.getsockname()[1]
        incoming, handling, sending = asyncio.Event(), asyncio.Event(), asyncio.Event()
        server = serve(self.web)
        serving = _spawn(server.serve(sockets=[listener]))
        first = self._taking_in(incoming) if self.role.takes_in else []
        announcing = [_spawn(self.announcer.run(incoming))] if self.role.takes_in else []
        processing = [_spawn(self.processor.run(handling))] if self.role.takes_in else []
        couriering = [_spawn(self._send(sending))] if self.role.sends else []
        try:
            await self._started(server, serving)
            await self._until(stop, [*first, serving, *processing, *couriering])
        finally:
            self.started.clear()
            self.metrics.ready.set(0)
            incoming.set()
            server.should_exit = True
            await asyncio.gather(*first, serving, *announcing, return_exceptions=True)
            await self.ingress.close()
            handling.set()
            self.processor.wake.set()
            await asyncio.gather(*processing, return_exceptions=True)
            sending.set()
            self.courier.wake()
            await asyncio.gather(*couriering, return_exceptions=True)

    async def close(self) -> None:
        """Close every connection."""
        for channel in self.channels.values():
            await channel.close()
        await self.store.close()
        self.lock.free()

    def _taking_in(self, stop: asyncio.Event) -> list[asyncio.Task[None]]:
        """Begin what gives the processor its work."""
        polling = [_spawn(poller.run(stop)) for poller in self.pollers]
        keeping = (self.timekeeper.run(stop), self.workers.run(stop), self.housekeeping.run(stop))
        return [*polling, *map(_spawn, keeping)]

    async def _send(self, stop: asyncio.Event) -> None:
        await self.courier.start()
        await self.courier.run(stop)

    async def _started(self, server: Server, serving: asyncio.Task[None]) -> None:
        """Wait until the web server answers, then let the program count as started."""
        listening = asyncio.create_task(server.listening.wait())
        await asyncio.wait((listening, serving), return_when=asyncio.FIRST_COMPLETED)
        listening.cancel()
        if serving.done():
            serving.result()
        freeze()
        self.metrics.ready.set(1)
        self.started.set()
        log.info(
            "started", role=self.role.value, accounts=[f"{channel}/{account}" for channel, account in self.channels]
        )

    async def _until(self, stop: asyncio.Event, everything: list[asyncio.Task[None]]) -> None:
        """Wait for ``stop``; a part of the program that ends before is a fault, and ends it all."""
        stopping = asyncio.create_task(stop.wait())
        ended, _ = await asyncio.wait((stopping, *everything), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        for task in ended:
            if task is not stopping:
                task.result()


def freeze() -> None:
    """Let the collector pass over what is there now, and look less often at what comes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


async def build(
    settings: Settings,
    clock: Clock | None = None,
    *,
    role: Role = Role.RUN,
    channels: Mapping[tuple[str, str], Channel] | None = None,
    desk: Desk | None = None,
) -> App:
    """Return one process of the program, its store migrated; raise Misconfigured.

    ``channels`` and ``desk`` stand in for the real ones in tests.
    """
    if not structlog.is_configured():
        logs.set_up(level=settings.log_level)
    clock = clock or Clock()
    accounts = settings.accounts()
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = Lock(settings.home)
    if settings.database.startswith("sqlite"):
        lock.take()
    try:
        store = await _open_store(settings, clock)
        if role.takes_in:
            concepts.prepare()
        opened = dict(channels) if channels is not None else open_all(accounts)
        commands = None
        acts: dict[str, Act] = {}
        if desk is None:
            translator = Translator.load()
            ways = await ways_in(opened if role.takes_in else {})
            links = replace(links_of(ways, await _stopped(store, clock)), site=settings.public_url)
            registry = capabilities(links, settings.keeper())
            desk, commands = RealDesk(registry, translator), commands_of(registry, translator)
            acts[stops.DETOUR] = Detours(opened, translator, ways).act
        announcer = Announcer(settings, clock, opened, commands)
        return _assemble(settings, role, lock, clock, store, opened, desk, announcer, acts)
    except BaseException:
        lock.free()
        raise


async def _open_store(settings: Settings, clock: Clock) -> Store:
    """Return the store, migrated, with the starter content; raise Misconfigured when the keys are not its own."""
    store = Store(open_engine(settings.database), Sealer.following(settings.keys))
    try:
        await migrations.upgrade(store.engine)
        async with store.transaction(clock.now()) as tx:
            ours = await addresses.opens(tx)
            if ours:
                await starter.load(tx)
                await reach.announce(tx, given=reaches(settings.accounts()))
                await costs.announce(tx, given=settings.prices())
    except BaseException as error:
        await store.close()
        if isinstance(error, OSError):
            raise Away from error
        raise
    if not ours:
        await store.close()
        raise Misconfigured(OTHER_KEYS.format(settings.keys.name))
    return store


async def _stopped(store: Store, clock: Clock) -> set[tuple[str, str]]:
    async with store.reading(clock.now()) as tx:
        return {(each.channel, each.account) for each in await stops.standing(tx)}


ACTS: Mapping[str, Act] = MappingProxyType(  # what is done at its time for the network, not for one person
    {practices.REFUSED_FILES: practices.forget_refused_files, groups.TEND: linked.tend_one}
)


def _spoken(desk: Desk) -> Mapping[str, Act]:
    """Return what is done at its time and speaks to many, so that it needs the catalogues of the desk."""
    spoken = desk.translator if isinstance(desk, RealDesk) else None
    nouns = (
        agreeing_news,
        callin_news,
        poll_news,
        exchange_news,
        consult_news,
        feedback_news,
        action_news,
        problem_news,
        series_news,
    )
    return {kind: act for each in nouns for kind, act in each.acts(spoken).items()} if spoken else {}


def _assemble(  # noqa: PLR0917 - everything that is built before, once
    settings: Settings,
    role: Role,
    lock: Lock,
    clock: Clock,
    store: Store,
    channels: dict[tuple[str, str], Channel],
    desk: Desk,
    announcer: Announcer,
    acts: Mapping[str, Act],
) -> App:
    metrics = Metrics()
    media = MediaFolder(settings.media, store.sealer)
    courier = Courier(store, clock, channels, media=media, metrics=metrics)
    processor = Processor(store, clock, channels, desk, metrics=metrics, wake_courier=courier.wake)
    wake = processor.wake.set
    ingress = Ingress(store, clock, metrics=metrics, wake=wake)
    works = Works(store, clock, channels, media, settings.tombstones, translator=_translator(settings))
    started = asyncio.Event()
    doors = Doors(
        ingress=ingress,
        channels=channels,
        store=store,
        clock=clock,
        metrics=metrics,
        is_ready=started.is_set,
        takes_in=role.takes_in,
    )
    return App(
        settings=settings,
        role=role,
        lock=lock,
        clock=clock,
        store=store,
        channels=channels,
        desk=desk,
        metrics=metrics,
        ingress=ingress,
        processor=processor,
        courier=courier,
        timekeeper=Timekeeper(store, clock, wake=wake, acts={**ACTS, **_spoken(desk), **acts}),
        workers=Workers(store, clock, works.table(), metrics=metrics, wake=wake, undo=works.undo),
        housekeeping=Housekeeping(
            store,
            clock,
            machine_into=OFFERED if settings.translator_url else (),
            undelivered={
                name: opened.rates.undelivered
                for (name, _), opened in channels.items()
                if opened.rates.undelivered is not None
            },
        ),
        pollers=[
            Poller(
                cast("Polled", channels[key_of(account)]),
                ingress,
                clock,
                turn=Turn(store, "poll " + "/".join(key_of(account))),
            )
            for account in settings.accounts()
            if isinstance(account, TelegramAccount) and account.mode == "polling" and key_of(account) in channels
        ],
        announcer=announcer,
        media=media,
        web=doors.app(),
        started=started,
    )


def _translator(settings: Settings) -> Machine | None:
    """Return the machine translator, where one is set up."""
    if not settings.translator_url:
        return None
    return MachineTranslator(settings.translator_url, settings.translator_key.get_secret_value())


def _spawn(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    return asyncio.create_task(work)
