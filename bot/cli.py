"""The command line: ``jisr``."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any, TypeVar

import typer
from typer.core import TyperGroup

from bot import importing, keeping, logs, webhooks
from bot import status as statuses
from bot.clock import Clock
from bot.doctor.command import doctor
from bot.settings import MAIN, Misconfigured, Settings
from network import audit as audits
from network import countries, groups, inbox, invitations, migrations, regimes, shutdowns, stops
from network.errors import NetworkError
from network.presence import present
from network.regimes import Standing
from network.sealing import Sealer
from network.store import Store, open_engine

STEWARD = "steward"  # who does what is done from the command line, in the audit log


class _Commands(TyperGroup):
    """The commands; a fault in the settings is said by whichever meets it, not shown as a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was typed."""
        try:
            return super().invoke(ctx)
        except Misconfigured as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from error


app = typer.Typer(
    cls=_Commands,
    help="Jisr: a bridge between officials and civil society, in the chat apps they have.",
    no_args_is_help=True,
)
audit = typer.Typer(help="The log of acts that bind both sides.", no_args_is_help=True)
quarantine = typer.Typer(help="Messages that could not be handled.", no_args_is_help=True)
account = typer.Typer(help="The accounts of the providers.", no_args_is_help=True)
country = typer.Typer(help="Countries that are cut off, held back or quiet.", no_args_is_help=True)
app.add_typer(account, name="account")
app.add_typer(country, name="country")
app.add_typer(audit, name="audit")
app.add_typer(quarantine, name="quarantine")
app.add_typer(webhooks.app, name="webhook")
for command in (doctor, keeping.rotate_key, keeping.backup, keeping.restore):
    app.command()(command)
app.command("import")(importing.import_)

_T = TypeVar("_T")


@app.command()
def run() -> None:
    """Take messages in, handle them and send the answers, until stopped."""
    _start("run")


@app.command()
def web() -> None:
    """Take messages in and handle them: one of several processes on PostgreSQL."""
    _start("web")


@app.command()
def courier() -> None:
    """Send what waits to be sent: one of several processes on PostgreSQL."""
    _start("courier")


@app.command()
def status() -> None:
    """Show what waits and since when, what failed and why, and how each account does."""
    for line in _finish(_status(Settings())):
        typer.echo(line)


@account.command()
def resume(name: str) -> None:
    """Let an account send again that its provider had stopped: NAME as in jisr status, such as whatsapp/main."""
    channel, _, which = name.partition("/")
    if not _finish(_with_store(lambda tx: stops.resume(tx, channel=channel, account=which or MAIN))):
        typer.echo("There is no such account that is stopped.", err=True)
        raise typer.Exit(1)


@account.command()
def profile() -> None:
    """Print a text for the numbers' profiles at WhatsApp that says where else people find the network."""
    from bot.accounts import look_up  # noqa: PLC0415 - brings the channels' libraries
    from handlers.language import Translator  # noqa: PLC0415
    from handlers.me.elsewhere import profile as words  # noqa: PLC0415 - brings the conversations

    typer.echo(words(Translator.load(), _finish(look_up(Settings().accounts()))))


@country.command()
def dark(code: str) -> None:
    """Say that a country (two letters, such as NE) is cut off: news is held, deadlines wait."""
    _turned(code, shutdowns.darken, "It was said before that it is cut off.")


@country.command()
def light(code: str) -> None:
    """Say that a country is back: each hears what waited, deadlines are moved by the time that was lost."""
    _turned(code, shutdowns.lighten, "It is not cut off.")


@country.command()
def pause(code: str) -> None:
    """Send nothing to the members of a country but what is theirs by right (copy, erasure, stop); it all waits."""
    _hold(code, Standing.PAUSED)


@country.command()
def observe(code: str) -> None:
    """Let the members of a country read, and share, post, ask and answer nothing."""
    _hold(code, Standing.OBSERVING)


@country.command("resume")
def take_part(code: str) -> None:
    """Let a country that was paused or observed take part again; what was held goes on."""
    _hold(code, Standing.OPEN)


@country.command()
def quiet(code: str, begins: datetime, ends: datetime) -> None:
    """Make days quiet, such as those of an election: both sides read all that is shared, and nobody is prompted."""
    days = {"begins": begins.date(), "ends": ends.date()}
    _finish(_with_store(lambda tx: regimes.quieten(tx, country=code.upper(), by=STEWARD, **days)))
    typer.echo(f"{code.upper()} is quiet from {begins:%Y-%m-%d} to {ends:%Y-%m-%d}.")


@country.command()
def loud(code: str) -> None:
    """Forget the quiet days of a country, those to come too."""
    _turned(code, regimes.end_spells, "It has no quiet days.")


@app.command()
def demo(
    port: Annotated[int | None, typer.Option(help="Where the page of phones is: 8080, or any free port.")] = None,
    *,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Show the network on three phones: no account, no token, no internet."""
    from bot.sandbox.demo import NotOurs, main  # noqa: PLC0415 - the program runs without the sandbox

    try:
        main(port=port, browser=browser)
    except NotOurs as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


@app.command()
def migrate() -> None:
    """Bring the database to the newest revision."""
    _finish(_migrate(Settings()))
    typer.echo("The database is up to date.")


@app.command()
def invite(
    country: Annotated[str | None, typer.Option(help="Two letters, such as NE.")] = None,
    side: Annotated[str | None, typer.Option(help="official or civil.")] = None,
    uses: Annotated[int, typer.Option(min=1, help="How many people may use it.")] = 1,
    days: Annotated[int, typer.Option(min=1, help="How long it holds.")] = 14,
    seat: Annotated[str, typer.Option(help="coordinator or deputy, of the country and side; for one person.")] = "",
) -> None:
    """Make an invitation, and print its links for every account.

    With --seat, whoever joins by it takes that seat in the group of the country: so a steward
    seats the first coordinators, one from each side.
    """
    if side not in {None, "official", "civil"}:
        raise typer.BadParameter("official or civil", param_hint="--side")
    if country is not None and country.upper() not in {known.code for known in countries.all()}:
        raise typer.BadParameter("not a country of the network", param_hint="--country")
    if seat and (seat not in groups.RANKS or country is None or side is None or uses != 1):
        raise typer.BadParameter("coordinator or deputy, with --country and --side, for one use", param_hint="--seat")
    terms = {"country": country.upper() if country else None, "side": side, "uses": uses, "days": days, "seat": seat}
    for line in _finish(_invite(Settings(), terms)):
        typer.echo(line)


@audit.command()
def verify() -> None:
    """Prove that nothing was changed or taken out of the audit log."""
    count = _finish(_with_store(audits.verify))
    typer.echo(f"{count} entries, all in order.")


@quarantine.command("list")
def list_() -> None:
    """List the messages that could not be handled: their ids, where from, when, and what went wrong."""
    for item in _finish(_with_store(inbox.quarantined)):
        typer.echo(f"{item.id}  {item.received_at:%Y-%m-%d %H:%M}  {item.channel}/{item.account}  {item.error}")


@quarantine.command()
def replay(item: str) -> None:
    """Handle a message again."""
    _found(await_=lambda tx: inbox.replay(tx, item=item))


@quarantine.command()
def drop(item: str) -> None:
    """Empty a message for good."""
    _found(await_=lambda tx: inbox.drop(tx, item=item))


def _turned(code: str, act: Any, otherwise: str) -> None:
    wanted = code.upper()
    if not countries.known(wanted):
        raise typer.BadParameter("not a country of the network", param_hint="CODE")
    if not _finish(_with_store(lambda tx: act(tx, country=wanted, by=STEWARD))):
        typer.echo(otherwise, err=True)
        raise typer.Exit(1)


def _hold(code: str, to: Standing) -> None:
    _finish(_with_store(lambda tx: regimes.put(tx, country=code.upper(), to=to, by=STEWARD)))
    typer.echo(f"{code.upper()} is {to.value}.")


def _start(role: str) -> None:
    settings = Settings()
    logs.set_up(level=settings.log_level)
    _finish(_run(settings, role))


async def _run(settings: Settings, role: str) -> None:
    from bot.app import Role, build  # noqa: PLC0415 - brings the web server, which the other commands need not

    try:
        program = await build(settings, role=Role(role))
    except OSError as error:
        raise Misconfigured(f"JISR_HOME cannot be used: {error.strerror}.") from error
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        await program.run(stop)
    except OSError as error:
        raise Misconfigured(
            f"Port {settings.port} cannot be used: {error.strerror}. Set JISR_PORT to another (0: any that is free)."
        ) from error
    finally:
        await program.close()


async def _migrate(settings: Settings) -> None:
    engine = open_engine(settings.database)
    try:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        await migrations.upgrade(engine)
    finally:
        await engine.dispose()


async def _invite(settings: Settings, terms: dict[str, Any]) -> list[str]:
    from bot.accounts import look_up  # noqa: PLC0415 - brings the channels' libraries

    await _migrate(settings)
    async with _opened(settings) as (store, clock), store.transaction(clock.now()) as tx:
        code = await invitations.create(tx, by=STEWARD, **terms)
    links = await look_up(settings.accounts())
    return [f"Code: {code}", *links.of(code)]


async def _status(settings: Settings) -> list[str]:
    from bot.accounts import key_of  # noqa: PLC0415 - brings the channels

    accounts = [key_of(each) for each in settings.accounts()]
    async with _opened(settings) as (store, clock), store.reading(clock.now()) as tx:
        return statuses.lines(await statuses.report(tx, accounts), tx.now)


async def _with_store(act: Any) -> Any:
    async with _opened(Settings()) as (store, clock), store.transaction(clock.now()) as tx:
        return await act(tx)


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[Store, Clock]]:
    store = Store(open_engine(settings.database), Sealer.following(settings.keys))
    try:
        async with present(store.engine):
            await migrations.check(store.engine)
            yield store, Clock()
    finally:
        await store.close()


def _found(await_: Any) -> None:
    if not _finish(_with_store(await_)):
        typer.echo("There is no such message in quarantine.", err=True)
        raise typer.Exit(1)


def _finish(work: Coroutine[Any, Any, _T]) -> _T:
    """Run ``work`` to its end; what the network refuses is said, not shown as a traceback."""
    try:
        return asyncio.run(work)
    except NetworkError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
