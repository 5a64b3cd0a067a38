"""The Telegram stand-in, under the two client libraries that know the real one."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import telegram
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import BotCommand, BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.request import HTTPXRequest

from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.phones import Phone
from bot.sandbox.samples import document, picture, voice
from bot.sandbox.standins import TOKEN
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


def keyboard(*data: str) -> InlineKeyboardMarkup:
    """Return a button per line for each data."""
    return InlineKeyboardMarkup(
        inline_keyboard=[[InlineKeyboardButton(text=f"زر {each[:8]}", callback_data=each)] for each in data]
    )


async def test_who_it_is(bot: Bot):
    """GetMe answers what aiogram expects."""
    assert (await bot.get_me()).username == "JisrBot"


async def test_poll_until_confirmed(bot: Bot, amel: Phone):
    """An update comes again until a higher offset confirms it, and only it."""
    await amel.starts("ABC")
    await amel.says("مرحبا")
    first = await bot.get_updates()
    assert [update.message.text for update in first] == ["/start ABC", "مرحبا"]
    assert first[0].message.entities[0].type == "bot_command"
    assert first[0].message.from_user.language_code == "ar"
    assert len(await bot.get_updates(offset=first[0].update_id)) == 2
    assert [update.update_id for update in await bot.get_updates(offset=first[1].update_id)] == [first[1].update_id]
    assert await bot.get_updates(offset=first[1].update_id + 1) == []


async def test_long_poll_wakes(bot: Bot, amel: Phone):
    """A long poll returns as soon as something is said."""
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.sleep(0)
    await amel.says("/help")
    assert (await asyncio.wait_for(poll, 5))[0].message.text == "/help"


async def test_second_poller_ends_the_first(bot: Bot, amel: Phone, desk: Desk):
    """Two pollers of one bot: the first is told 409."""
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await desk.telegram.queue.begun.wait()
    await bot.get_updates()
    with pytest.raises(TelegramConflictError):
        await poll


async def test_a_chat(bot: Bot, amel: Phone):
    """A prompt with buttons is shown, pressed, answered, and replaced in place."""
    await amel.starts()
    chat = int(amel.number)
    await bot.send_chat_action(chat, "typing")
    assert amel.typing_until
    await bot.send_message(chat, "ما لغتك؟", reply_markup=keyboard("a:1:0", "a:1:1"))
    heard = await amel.hears()
    assert (heard.text, heard.labels) == ("ما لغتك؟", ["زر a:1:0", "زر a:1:1"])
    assert not amel.typing_until
    await amel.taps(2)
    press = (await bot.get_updates())[-1].callback_query
    assert (press.data, press.message.message_id) == ("a:1:1", int(heard.id))
    assert await bot.answer_callback_query(press.id)
    await bot.edit_message_text("✓ العربية", chat_id=chat, message_id=int(heard.id))
    assert (await amel.sees("✓ العربية")).labels == []
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await bot.edit_message_text("✓ العربية", chat_id=chat, message_id=int(heard.id))
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await bot.answer_callback_query(press.id)


async def test_both_libraries_agree(bot: Bot, amel: Phone, desk: Desk):
    """python-telegram-bot as a client sends, edits and reads as aiogram does."""
    other = telegram.Bot(TOKEN, base_url=f"{desk.url}/bot", request=HTTPXRequest(httpx_kwargs={"trust_env": False}))
    async with other:
        await amel.starts("x")
        assert (await other.get_updates())[0].message.text == "/start x"
        markup = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("نعم", callback_data="y")]])
        sent = await other.send_message(int(amel.number), "هل توافق؟", reply_markup=markup)
        assert sent.reply_markup.inline_keyboard[0][0].callback_data == "y"
        await other.send_photo(int(amel.number), picture().data, caption="صورة")
        assert await other.delete_message(int(amel.number), sent.message_id)
        assert [bubble.text for bubble in amel.heard] == ["صورة"]


@pytest.mark.parametrize(
    ("text", "markup", "words"),
    [
        ("  ", None, "text is empty"),
        ("x" * 4097, None, "too long"),
        ("😀" * 2049, None, "too long"),
        ("x", keyboard("d" * 65), "BUTTON_DATA_INVALID"),
        ("x", keyboard("ل" * 33), "BUTTON_DATA_INVALID"),
        ("x", keyboard(*(str(n) for n in range(101))), "too long"),
    ],
)
async def test_limits(bot: Bot, amel: Phone, text, markup, words):
    """Texts, buttons and their data past Telegram's limits are refused in its words."""
    await amel.starts()
    with pytest.raises(TelegramBadRequest, match=words):
        await bot.send_message(int(amel.number), text, reply_markup=markup)


async def test_at_the_limits(bot: Bot, amel: Phone):
    """What just fits is taken."""
    await amel.starts()
    await bot.send_message(int(amel.number), "😀" * 2048, reply_markup=keyboard(*(f"{n:064}" for n in range(100))))
    await bot.set_my_commands([BotCommand(command=f"c{n}", description="x") for n in range(100)])
    with pytest.raises(TelegramBadRequest):
        await bot.set_my_commands([BotCommand(command=f"c{n}", description="x") for n in range(101)])
    with pytest.raises(TelegramBadRequest):
        await bot.set_my_commands([BotCommand(command="Menu", description="x")])


async def test_files_both_ways(bot: Bot, amel: Phone):
    """Files are sent as multipart, and fetched back byte by byte; captions are limited."""
    await amel.sends(voice(3), "")
    note = (await bot.get_updates())[0].message.voice
    file = await bot.get_file(note.file_id)
    assert (await bot.download_file(file.file_path)).read() == voice(3).data
    body = bytes(range(256)) * 50 + b"\r\n--\r\n"
    sent = await bot.send_document(int(amel.number), BufferedInputFile(body, "مذكرة.bin"), caption="ملف")
    assert (await amel.hears()).attachment.data == body
    again = await bot.send_document(int(amel.number), sent.document.file_id)
    assert again.document.file_name == "مذكرة.bin"
    with pytest.raises(TelegramBadRequest, match="caption is too long"):
        await bot.send_document(int(amel.number), BufferedInputFile(b"x", "x"), caption="x" * 1025)


async def test_people_who_cannot_be_reached(bot: Bot, amel: Phone):
    """Strangers, those who never started the bot, and those who blocked it: 400 and 403."""
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.send_message(1, "x")
    with pytest.raises(TelegramForbiddenError, match="can't initiate"):
        await bot.send_message(int(amel.number), "x")
    await amel.starts()
    await amel.blocks()
    with pytest.raises(TelegramForbiddenError, match="blocked"):
        await bot.send_message(int(amel.number), "x")
    await amel.blocks(blocked=False)
    await bot.send_message(int(amel.number), "x")
    states = [update.my_chat_member.new_chat_member.status for update in (await bot.get_updates())[1:]]
    assert states == ["kicked", "member"]


async def test_taking_back(bot: Bot, amel: Phone, desk: Desk):
    """Messages can be deleted for 48 hours; then, and when they are gone, it is refused."""
    await amel.starts()
    chat = int(amel.number)
    sent = [await bot.send_message(chat, f"{n}") for n in range(3)]
    assert await bot.delete_messages(chat, [sent[0].message_id, 999])
    assert [bubble.text for bubble in amel.heard] == ["1", "2"]
    with pytest.raises(TelegramBadRequest, match="not found"):
        await bot.delete_message(chat, sent[0].message_id)
    desk.passes(49 * 3600)
    with pytest.raises(TelegramBadRequest, match="can't be deleted"):
        await bot.delete_message(chat, sent[1].message_id)


async def test_rates(bot: Bot, amel: Phone, desk: Desk):
    """A fourth message within a second waits, and so do many of a bot at once; a second later both pass."""
    chat = int(amel.number)
    await amel.starts()
    for number in range(3):
        await bot.send_message(chat, f"{number}")
    with pytest.raises(TelegramRetryAfter) as refusal:
        await bot.send_message(chat, "3")
    assert refusal.value.retry_after == 1
    desk.passes(1)
    await bot.send_message(chat, "3")
    others = [desk.phone(app="telegram", country="SN", language="fr") for _ in range(40)]
    for other in others:
        await other.starts()
    desk.passes(1)
    for other in others[:30]:
        await bot.send_message(int(other.number), "x")
    late = await asyncio.gather(*(bot.send_message(int(o.number), "x") for o in others[30:]), return_exceptions=True)
    assert any(isinstance(each, TelegramRetryAfter) for each in late)
    assert {call.status for call in desk.recorder.refused()} == {429}


async def test_faults(bot: Bot, amel: Phone, desk: Desk):
    """Each fault strikes as often as it was told, and LOST has done the act."""
    await amel.starts()
    chat = int(amel.number)
    for kind in (FaultKind.RATE, FaultKind.SERVER, FaultKind.LOST):
        desk.faults.lay(Fault(kind, seconds=7))
    with pytest.raises(TelegramRetryAfter) as refusal:
        await bot.send_message(chat, "1")
    assert refusal.value.retry_after == 7
    with pytest.raises(TelegramServerError):
        await bot.send_message(chat, "2")
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(chat, "3")
    await bot.send_message(chat, "4")
    assert [bubble.text for bubble in amel.heard] == ["3", "4"]
    assert not desk.recorder.refused()
    assert [call.fault for call in desk.recorder.of("sendMessage")] == ["rate", "server", "lost", ""]


async def test_wrong_doors(bot: Bot, desk: Desk):
    """A wrong token is 401, an unknown method 404."""
    async with Bot("1:wrong", session=AiohttpSession(api=TelegramAPIServer.from_base(desk.url))) as stranger:
        with pytest.raises(TelegramUnauthorizedError):
            await stranger.get_me()
    with pytest.raises(TelegramNotFound):
        await bot.get_chat_administrators(1)


async def test_group_that_moved(bot: Bot, desk: Desk):
    """A group that became a supergroup says its new id."""
    desk.telegram.methods.moved["-42"] = -10042
    with pytest.raises(Exception, match="supergroup") as refusal:
        await bot.send_message(-42, "x")
    assert refusal.value.migrate_to_chat_id == -10042


async def test_quoting_and_editing(bot: Bot, amel: Phone):
    """What a person quotes or edits says so, and the bot can quote too."""
    await amel.starts()
    sent = await bot.send_message(int(amel.number), "سؤال")
    mine = await amel.says("جواب", quoting=await amel.hears("سؤال"))
    await amel.edits(mine, "جواب آخر")
    said, edited = (await bot.get_updates())[-2:]
    assert said.message.reply_to_message.message_id == sent.message_id
    assert edited.edited_message.text == "جواب آخر"
    await bot.send_message(int(amel.number), "شكرا", reply_parameters=ReplyParameters(message_id=int(mine.id)))
    assert (await amel.hears()).quoted == mine.id


def test_samples_are_what_they_say():
    """The sample files begin as their kinds do."""
    assert voice().data[:4] == b"OggS"
    assert picture().data[:4] == b"\x89PNG"
    assert document().data[:5] == b"%PDF-"
