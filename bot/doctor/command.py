"""The command ``jisr doctor``."""

from __future__ import annotations

import asyncio

import typer

from bot.clock import Clock
from bot.doctor.findings import Finding, to_do
from bot.settings import Settings


def doctor() -> None:
    """Look at everything that must be right, and say what to do about what is not (then the exit code is 1)."""
    left = to_do(asyncio.run(_look(Settings())))
    typer.echo(f"\n{left} to do." if left else "\nAll is well.")
    if left:
        raise typer.Exit(1)


async def _look(settings: Settings) -> list[Finding]:
    from bot.doctor.round import examine  # noqa: PLC0415 - brings the web client, which other commands need not

    found = []
    async for finding in examine(settings, Clock().now):
        found.append(finding)
        for line in finding.lines():
            typer.echo(line)
    return found
