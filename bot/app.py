"""The program, put together in one place."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Coroutine, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import structlog
import uvicorn
from starlette.applications import Starlette

from bot import logs
from bot.accounts import key_of, open_all, ways_in
from bot.announce import Announcer, commands_of
from bot.channels import Channel
from bot.clock import Clock
from bot.courier import Courier
from bot.ingress import Ingress
from bot.metrics import Metrics
from bot.polling import Polled, Poller
from bot.processor import Desk, Processor
from bot.settings import Settings, TelegramAccount
from bot.web import Doors
from bot.workers import Housekeeping, Timekeeper, Workers
from bot.works import Works
from handlers import capabilities
from handlers.desk import Desk as RealDesk
from handlers.language import Translator
from network import migrations, starter
from network.media import MediaFolder
from network.sealing import KeyRing, Sealer
from network.store import Store, open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

BACKLOG = 2048  # connections that wait to be taken
GC_THRESHOLDS = (50_000, 20, 50)  # few collections: the libraries hold 150 MB that never becomes garbage


log = logs.logger(__name__)


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers (the program stops as one), that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


@dataclass
class App:
    """One running installation. ``build`` makes it."""

    settings: Settings
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
    web: Starlette
    started: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0  # where the web server listens, once it does

    async def run(self, stop: asyncio.Event) -> None:
        """Do everything until ``stop`` is set, then end in order: first what comes in, last what goes out."""
        listener = self._listen()
        await self.courier.start()
        incoming, handling, sending = asyncio.Event(), asyncio.Event(), asyncio.Event()
        server = self._server()
        first = [_spawn(poller.run(incoming)) for poller in self.pollers]
        first += [_spawn(self.timekeeper.run(incoming)), _spawn(self.workers.run(incoming))]
        first += [_spawn(self.housekeeping.run(incoming))]
        serving = _spawn(server.serve(sockets=[listener]))
        processing = _spawn(self.processor.run(handling))
        couriering = _spawn(self.courier.run(sending))
        announcing = _spawn(self.announcer.run(incoming))
        everything = [*first, serving, processing, couriering]
        try:
            await self._started(server, serving)
            await self._until(stop, everything)
        finally:
            self.started.clear()
            self.metrics.ready.set(0)
            incoming.set()
            server.should_exit = True
            await asyncio.gather(*first, serving, announcing, return_exceptions=True)
            await self.ingress.close()
            handling.set()
            self.processor.wake.set()
            await asyncio.gather(processing, return_exceptions=True)
            sending.set()
            self.courier.wake()
            await asyncio.gather(couriering, return_exceptions=True)

    async def close(self) -> None:
        """Close every connection."""
        for channel in self.channels.values():
            await channel.close()
        await self.store.close()

    def _server(self) -> _Server:
        config = uvicorn.Config(
            self.web,
            host=self.settings.host,
            port=self.settings.port,
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
        )
        return _Server(config)

    def _listen(self) -> socket.socket:
        """Take the port; raise OSError when it is taken, where uvicorn would end the process."""
        host = self.settings.host
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, self.settings.port), family=family, backlog=BACKLOG)
        self.port = listener.getsockname()[1]
        return listener

    async def _started(self, server: _Server, serving: asyncio.Task[None]) -> None:
        """Wait until the web server answers, then let the program count as started."""
        listening = asyncio.create_task(server.listening.wait())
        await asyncio.wait((listening, serving), return_when=asyncio.FIRST_COMPLETED)
        listening.cancel()
        if serving.done():
            serving.result()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        self.metrics.ready.set(1)
        self.started.set()
        log.info("started", accounts=[f"{channel}/{account}" for channel, account in self.channels])

    async def _until(self, stop: asyncio.Event, everything: list[asyncio.Task[None]]) -> None:
        """Wait for ``stop``; a part of the program that ends before is a fault, and ends it all."""
        stopping = asyncio.create_task(stop.wait())
        ended, _ = await asyncio.wait((stopping, *everything), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        for task in ended:
            if task is not stopping:
                task.result()


async def build(
    settings: Settings,
    clock: Clock | None = None,
    *,
    channels: Mapping[tuple[str, str], Channel] | None = None,
    desk: Desk | None = None,
) -> App:
    """Return the program for ``settings``, its store migrated; raise Misconfigured.

    ``channels`` and ``desk`` stand in for the real ones in tests.
    """
    if not structlog.is_configured():
        logs.set_up(level=settings.log_level)
    clock = clock or Clock()
    accounts = settings.accounts()
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    sealer = Sealer(KeyRing.load_or_create(settings.keys))
    store = Store(open_engine(settings.database), sealer)
    await migrations.upgrade(store.engine)
    async with store.transaction(clock.now()) as tx:
        await starter.load(tx)
    opened = dict(channels) if channels is not None else open_all(accounts)
    commands = None
    if desk is None:
        translator = Translator.load()
        registry = capabilities(await ways_in(opened), settings.keeper())
        desk, commands = RealDesk(registry, translator), commands_of(registry, translator)
    announcer = Announcer(settings, clock, opened, commands)
    return _assemble(settings, clock, store, opened, desk, announcer)


def _assemble(  # noqa: PLR0917 - everything that is built before, once
    settings: Settings,
    clock: Clock,
    store: Store,
    channels: dict[tuple[str, str], Channel],
    desk: Desk,
    announcer: Announcer,
) -> App:
    metrics = Metrics()
    media = MediaFolder(settings.media, store.sealer)
    courier = Courier(store, clock, channels, media=media, metrics=metrics)
    processor = Processor(store, clock, channels, desk, metrics=metrics, wake_courier=courier.wake)
    wake = processor.wake.set
    ingress = Ingress(store, clock, metrics=metrics, wake=wake)
    works = Works(store, clock, channels, media, settings.tombstones)
    started = asyncio.Event()
    doors = Doors(
        ingress=ingress, channels=channels, store=store, clock=clock, metrics=metrics, is_ready=started.is_set
    )
    return App(
        settings=settings,
        clock=clock,
        store=store,
        channels=channels,
        desk=desk,
        metrics=metrics,
        ingress=ingress,
        processor=processor,
        courier=courier,
        timekeeper=Timekeeper(store, clock, wake=wake),
        workers=Workers(store, clock, works.table(), metrics=metrics, wake=wake),
        housekeeping=Housekeeping(store, clock),
        pollers=[
            Poller(cast("Polled", channels[key_of(account)]), ingress, clock)
            for account in settings.accounts()
            if isinstance(account, TelegramAccount) and account.mode == "polling" and key_of(account) in channels
        ],
        announcer=announcer,
        media=media,
        web=doors.app(),
        started=started,
    )


def _spawn(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    return asyncio.create_task(work)
