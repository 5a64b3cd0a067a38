"""Group chats of the Telegram stand-in, under the client library that the program uses."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat, TelegramRetryAfter

from bot.sandbox.phones import Phone
from bot.sandbox.standins import TOKEN
from bot.sandbox.telegram_rooms import Room
from tests.bot.sandbox.conftest import Desk


@pytest.fixture
async def bot(desk: Desk) -> AsyncIterator[Bot]:
    """The program's side: aiogram's client."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(desk.url))
    async with Bot(TOKEN, session=session) as bot:
        yield bot


@pytest.fixture
def amel(desk: Desk) -> Phone:
    """A phone in Tunis."""
    return desk.phone(app="telegram", country="TN", language="ar", name="أمل")


@pytest.fixture
def room(desk: Desk, amel: Phone) -> Room:
    """A group chat whose bot has the rights that it needs."""
    made = desk.telegram.open_room("Tunisie")
    made.add_bot(by=amel)
    return made


async def test_somebody_asks_and_is_let_in(bot: Bot, room: Room, desk: Desk):
    """A link that only asks tells the bot, which may write to the stranger meanwhile, and lets them in once."""
    issa = desk.phone(app="telegram", country="NE", language="fr", name="Issa")
    link = (await bot.create_chat_invite_link(int(room.number), creates_join_request=True)).invite_link
    assert not room.knocks(issa, link)
    asked = (await bot.get_updates(allowed_updates=["chat_join_request"]))[-1].chat_join_request
    assert (asked.from_user.id, asked.user_chat_id, str(asked.chat.id)) == (7000000002, 7000000002, room.number)
    await bot.send_message(asked.user_chat_id, "Bonjour")
    assert await bot.approve_chat_join_request(int(room.number), asked.from_user.id)
    assert issa.number in room.inside
    with pytest.raises(TelegramBadRequest, match="USER_ALREADY_PARTICIPANT"):
        await bot.approve_chat_join_request(int(room.number), asked.from_user.id)
    with pytest.raises(TelegramForbiddenError, match="initiate"):
        await bot.send_message(asked.user_chat_id, "Bonjour")


async def test_somebody_is_declined_and_taken_out(bot: Bot, room: Room, desk: Desk):
    """Whoever is declined waits no more; whoever is banned is outside, and may ask again once that is lifted."""
    issa = desk.phone(app="telegram", country="NE", language="fr", name="Issa")
    link = (await bot.create_chat_invite_link(int(room.number), creates_join_request=True)).invite_link
    room.knocks(issa, link)
    assert await bot.decline_chat_join_request(int(room.number), int(issa.number))
    with pytest.raises(TelegramBadRequest, match="HIDE_REQUESTER_MISSING"):
        await bot.decline_chat_join_request(int(room.number), int(issa.number))
    assert await bot.ban_chat_member(int(room.number), int(issa.number))
    assert issa.number not in room.inside
    with pytest.raises(KeyError):
        room.knocks(issa, link)
    assert await bot.unban_chat_member(int(room.number), int(issa.number), only_if_banned=True)
    assert not room.knocks(issa, link)


@pytest.mark.parametrize(("rights", "words"), [({}, "CHAT_ADMIN_REQUIRED"), ({"can_pin_messages": True}, "rights")])
async def test_nothing_without_the_right(bot: Bot, desk: Desk, amel: Phone, rights: dict[str, bool], words: str):
    """A bot that is no admin, or one without the right, opens and closes no door."""
    made = desk.telegram.open_room("Tunisie")
    if rights:
        made.add_bot(by=amel, **rights)
    with pytest.raises(TelegramBadRequest, match=words):
        await bot.create_chat_invite_link(int(made.number), creates_join_request=True)
    with pytest.raises(TelegramBadRequest, match=words):
        await bot.ban_chat_member(int(made.number), int(amel.number))


async def test_what_is_said_there_comes_to_an_admin_only(bot: Bot, desk: Desk, room: Room, amel: Phone):
    """An admin bot gets every line; one that is none gets nothing, and cannot write."""
    room.says(amel, "hello")
    last = (await bot.get_updates())[-1].message
    assert (last.text, last.from_user.first_name, last.chat.type) == ("hello", amel.name, "group")
    await bot.send_message(int(room.number), "Bonjour")
    assert [bubble.text for bubble in room.heard] == ["Bonjour"]
    room.remove_bot(by=amel)
    assert (await bot.get_updates())[-1].my_chat_member.new_chat_member.status == "kicked"
    with pytest.raises(TelegramForbiddenError, match="kicked"):
        await bot.send_message(int(room.number), "Bonjour")


async def test_a_group_becomes_a_supergroup(bot: Bot, room: Room):
    """The old id refers to the new one, both in an update and in an error; old links lead nowhere."""
    old = int(room.number)
    await bot.create_chat_invite_link(old, creates_join_request=True)
    room.upgrades()
    assert (await bot.get_updates())[-1].message.migrate_to_chat_id == int(room.number)
    with pytest.raises(TelegramMigrateToChat) as caught:
        await bot.send_message(old, "Bonjour")
    assert caught.value.migrate_to_chat_id == int(room.number)
    await bot.send_message(int(room.number), "Bonjour")
    assert not room.links


async def test_twenty_a_minute(bot: Bot, room: Room, desk: Desk):
    """A group takes twenty messages in a minute, and the next one later."""
    for number in range(20):
        desk.passes(0.1)
        await bot.send_message(int(room.number), str(number))
    with pytest.raises(TelegramRetryAfter):
        await bot.send_message(int(room.number), "more")
