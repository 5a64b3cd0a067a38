"""Small conversations that the tests of the engine share."""

from __future__ import annotations

from typing import Any

from handlers.language import _
from handlers.registry import Capability, Converse, ForWhom
from handlers.talk import Option, Talk

KINDS = [Option("practice", _("A practice of mine")), Option("lesson", _("A lesson of ours"))]
FRUITS = [Option(f"f{i}", f"Fruit {chr(65 + i)}") for i in range(23)]


def capability(converse: Converse, name: str = "", **more: Any) -> Capability:
    """Return a capability of a test, named after its function."""
    name = name or getattr(converse, "__name__", "")
    usual = {"title": _(name.title()), "words": _(name), "for_whom": ForWhom.ANYONE}
    return Capability(name, name, converse=converse, **{**usual, **more})


async def share(talk: Talk) -> None:
    """Ask one question of most kinds."""
    kind = await talk.choose("kind", _("What is it?"), KINDS)
    title = await talk.text("title", _("Give it a title."), at_most=60)
    await talk.say(_("Good title."))
    year = await talk.number("year", _("Which year?"), low=1990, high=2030)
    if await talk.confirm("sure", _("Send it?")):
        await talk.say(_("Sent {kind}: {title}, {year}.", kind=kind, title=title, year=year or 0))
    else:
        await talk.say(_("Kept back."))


async def menu(talk: Talk) -> None:
    """Offer what there is."""
    offered = await talk.capabilities()
    await talk.go(await talk.choose("what", _("What now?"), [Option(c.command, c.title) for c in offered]))


async def hello(talk: Talk) -> None:
    """Only speak."""
    await talk.say(_("Hello there."))


async def other(talk: Talk) -> None:
    """Ask one thing."""
    await talk.text("q", _("Other question?"))
    await talk.say(_("Other done."))


MENU = capability(menu, lasting=False, always=True, shown_in_menu=False)
HELLO = capability(hello, lasting=False, always=True)
