"""The reference: a bare aiogram webhook echo with library defaults."""

from __future__ import annotations

import gc
import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from benchmarks.provider import SECRET, TOKEN


async def echo(message: Message) -> None:
    """Say the same again."""
    await message.answer(message.text or "")


def main(api: str, port: int, *, freeze: bool) -> None:
    """Serve the echo on ``port`` against the Bot API at ``api``."""
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    dispatcher = Dispatcher()
    dispatcher.message.register(echo)
    app = web.Application()
    SimpleRequestHandler(dispatcher, bot, handle_in_background=False, secret_token=SECRET).register(
        app, path="/telegram/main"
    )
    setup_application(app, dispatcher, bot=bot)
    if freeze:
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), freeze=sys.argv[3:] == ["freeze"])
