"""What is asked of the Bot API, and what its answers mean."""

from __future__ import annotations

import json
import logging
import traceback
from typing import Any

import pytest

from bot.channels import RawItem, Remedy, SendError, Sent
from bot.channels.registry import open_channel
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_errors import remedy_for
from handlers.messages import Choice, Media, MediaKind, Outgoing
from tests.bot.channels.conftest import PERSON, SECRETS, TOKEN, WORDS
from tests.bot.channels.provider import HANG_UP, Provider

VOICE = Media(MediaKind.VOICE, "m1", "audio/ogg")


def refusal(code: int, description: str, **parameters: int) -> tuple[int, dict[str, Any]]:
    """An answer of the Bot API that refuses."""
    return code, {"ok": False, "error_code": code, "description": description, "parameters": parameters}


async def test_a_text_is_plain(telegram: TelegramChannel, bot_api: Provider) -> None:
    """No parse mode, so that nothing typed is markup; no link preview; the number comes back."""
    assert await telegram.send("5", Outgoing("<b>*hi*</b>"), tracker="t") == Sent("7")
    assert bot_api.last.path == f"/bot{TOKEN}/sendMessage"
    assert bot_api.last.fields == {
        "chat_id": 5,
        "text": "<b>*hi*</b>",
        "link_preview_options": {"is_disabled": True},
    }


async def test_choices_are_an_inline_keyboard(telegram: TelegramChannel, bot_api: Provider) -> None:
    """Two short labels stand in one row, with their tokens."""
    await telegram.send("5", Outgoing("Sure?", choices=(Choice("a:1:0", "Yes"), Choice("a:1:1", "No"))), tracker="t")
    row = [{"text": "Yes", "callback_data": "a:1:0"}, {"text": "No", "callback_data": "a:1:1"}]
    assert bot_api.last.fields["reply_markup"] == {"inline_keyboard": [row]}


async def test_buttons_in_a_group_open_the_private_chat(telegram: TelegramChannel, bot_api: Provider) -> None:
    """What is pressed in a group would be seen there, so a command becomes a deep link to the bot."""
    me = {"id": 1, "is_bot": True, "first_name": "J", "username": "JisrBot"}
    bot_api.answers = [(200, {"ok": True, "result": me})]
    await telegram.send("-1007", Outgoing("A card", choices=(Choice("/post:abc", "Open"),)), tracker="t")
    button = {"text": "Open", "url": "https://t.me/JisrBot?start=post-abc"}
    assert bot_api.last.fields["reply_markup"] == {"inline_keyboard": [[button]]}


GATE = [
    ("admit", [("approveChatJoinRequest", {"chat_id": "-1007", "user_id": "5"})]),
    ("decline", [("declineChatJoinRequest", {"chat_id": "-1007", "user_id": "5"})]),
    (
        "remove",
        [
            ("banChatMember", {"chat_id": "-1007", "user_id": "5"}),
            ("unbanChatMember", {"chat_id": "-1007", "user_id": "5", "only_if_banned": "true"}),
        ],
    ),
]


@pytest.mark.parametrize(("act", "calls"), GATE, ids=[case[0] for case in GATE])
async def test_the_gate_opens_and_closes(
    telegram: TelegramChannel, bot_api: Provider, act: str, calls: list[tuple[str, dict[str, Any]]]
) -> None:
    """Each act is its calls; what somebody else did before counts as done, a missing right does not."""
    bot_api.answers = [(200, {"ok": True, "result": True})] * len(calls)
    await getattr(telegram.gate, act)("-1007", "5")
    assert [(request.path.rpartition("/")[2], request.fields) for request in bot_api.requests] == calls
    bot_api.answers = [refusal(400, "Bad Request: HIDE_REQUESTER_MISSING")] * len(calls)
    await getattr(telegram.gate, act)("-1007", "5")
    bot_api.answers = [refusal(400, "Bad Request: CHAT_ADMIN_REQUIRED")]
    with pytest.raises(SendError) as caught:
        await getattr(telegram.gate, act)("-1007", "5")
    assert (caught.value.remedy, caught.value.code) == (Remedy.UNREACHABLE, "no_rights")


async def test_a_link_by_which_people_ask(telegram: TelegramChannel, bot_api: Provider) -> None:
    """The link lets nobody in by itself: it only asks."""
    who = {"id": 1, "is_bot": True, "first_name": "J"}
    flags = {"creates_join_request": True, "is_primary": False, "is_revoked": False}
    made = {"invite_link": "https://t.me/+abc", "creator": who, **flags}
    bot_api.answers = [(200, {"ok": True, "result": made})]
    assert await telegram.gate.invite("-1007") == "https://t.me/+abc"
    assert bot_api.last.fields == {"chat_id": "-1007", "name": "Jisr", "creates_join_request": "true"}


async def test_a_prompt_is_replaced_without_its_keyboard(telegram: TelegramChannel, bot_api: Provider) -> None:
    """The edit keeps the message's number and sends no keyboard."""
    assert await telegram.send("5", Outgoing("✓ Yes", replaces="4"), tracker="t") == Sent("4")
    assert bot_api.last.path.endswith("/editMessageText")
    assert bot_api.last.fields["message_id"] == 4
    assert "reply_markup" not in bot_api.last.fields


async def test_a_question_is_sent_anew_when_its_place_is_gone(telegram: TelegramChannel, bot_api: Provider) -> None:
    """A page of choices whose message was deleted comes as a new message."""
    bot_api.answers = [refusal(400, "Bad Request: message to edit not found")]
    question = Outgoing("Page 2", choices=(Choice("t", "x"),), replaces="4")
    assert await telegram.send("5", question, tracker="t") == Sent("7")
    assert bot_api.last.path.endswith("/sendMessage")


async def test_a_question_that_stands_there_already_is_sent(telegram: TelegramChannel, bot_api: Provider) -> None:
    """An edit that changes nothing is a success, and nothing is sent anew."""
    bot_api.answers = [refusal(400, "Bad Request: message is not modified: …")]
    question = Outgoing("Page 2", choices=(Choice("t", "x"),), replaces="4")
    assert await telegram.send("5", question, tracker="t") == Sent("4")
    assert len(bot_api.requests) == 1


async def test_messages_are_taken_back(telegram: TelegramChannel, bot_api: Provider) -> None:
    """Deletions go out in one call, and give no number."""
    bot_api.answers = [(200, {"ok": True, "result": True})]
    assert await telegram.send("5", Outgoing(deletes=("1", "2")), tracker="t") == Sent("")
    assert bot_api.last.fields == {"chat_id": "5", "message_ids": "[1, 2]"}


@pytest.mark.parametrize(
    ("kind", "method", "field"),
    [
        (MediaKind.VOICE, "sendVoice", "voice"),
        (MediaKind.AUDIO, "sendAudio", "audio"),
        (MediaKind.PICTURE, "sendPhoto", "photo"),
        (MediaKind.VIDEO, "sendVideo", "video"),
        (MediaKind.DOCUMENT, "sendDocument", "document"),
    ],
)
async def test_files_are_uploaded(
    telegram: TelegramChannel, bot_api: Provider, kind: MediaKind, method: str, field: str
) -> None:
    """Each kind of file has its own call, with the caption and the bytes."""
    await telegram.send("5", Outgoing("see", media=Media(kind, "m1")), tracker="t", media=b"bytes")
    assert bot_api.last.path.endswith(f"/{method}")
    assert bot_api.last.fields["caption"] == "see"
    assert bot_api.last.fields[bot_api.last.fields[field].removeprefix("attach://")] == b"bytes"


ERRORS: list[tuple[str, Any, Remedy, dict[str, Any]]] = [
    ("too fast", refusal(429, "Too Many Requests: retry after 7", retry_after=7), Remedy.PAUSE, {"retry_after_s": 7.0}),
    (
        "supergroup",
        refusal(400, "Bad Request: upgraded", migrate_to_chat_id=-1007),
        Remedy.MOVED,
        {"moved_to": "-1007"},
    ),
    ("blocked", refusal(403, "Forbidden: bot was blocked by the user"), Remedy.UNREACHABLE, {"code": "403"}),
    ("deactivated", refusal(403, "Forbidden: user is deactivated"), Remedy.UNREACHABLE, {}),
    ("no chat", refusal(400, "Bad Request: chat not found"), Remedy.UNREACHABLE, {}),
    ("too long", refusal(400, "Bad Request: message is too long"), Remedy.REJECTED, {"code": "400"}),
    ("same text", refusal(400, "Bad Request: message is not modified"), Remedy.DONE, {}),
    ("too old", refusal(400, "Bad Request: message can't be edited"), Remedy.DONE, {}),
    ("not there", refusal(400, "Bad Request: message to delete not found"), Remedy.DONE, {}),
    ("bad token", refusal(401, "Unauthorized"), Remedy.STOP, {"code": "401"}),
    ("no bot", refusal(404, "Not Found"), Remedy.STOP, {}),
    (
        "two pollers",
        refusal(409, "Conflict: terminated by other getUpdates request"),
        Remedy.RETRY,
        {"ambiguous": False},
    ),
    ("too large", refusal(413, "Request Entity Too Large"), Remedy.REJECTED, {}),
    ("broken", refusal(502, "Bad Gateway"), Remedy.RETRY, {"ambiguous": True}),
    ("a proxy's page", (502, "<html>canary-text</html>"), Remedy.RETRY, {"ambiguous": True}),
    ("hung up", HANG_UP, Remedy.RETRY, {"ambiguous": True}),
    ("something new", refusal(418, "I'm a teapot"), Remedy.RETRY, {"ambiguous": False}),
]


@pytest.mark.parametrize(("answer", "remedy", "fields"), [row[1:] for row in ERRORS], ids=[row[0] for row in ERRORS])
async def test_a_refusal_says_what_to_do(
    telegram: TelegramChannel, bot_api: Provider, answer: Any, remedy: Remedy, fields: dict[str, Any]
) -> None:
    """Each refusal has one remedy; what the provider said, the text and the token are in no part of the error."""
    bot_api.answers = [answer]
    with pytest.raises(SendError) as caught:
        await telegram.send(PERSON, WORDS, tracker="t")
    assert caught.value.remedy is remedy
    assert {name: getattr(caught.value, name) for name in fields} == fields
    told = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert not any(secret in told for secret in SECRETS)
    assert caught.value.__context__ is None


async def test_a_request_that_never_left_is_certain() -> None:
    """When nobody listens nothing was sent: trying again cannot double it."""
    channel = TelegramChannel("main", TOKEN, "http://127.0.0.1:9", "")
    with pytest.raises(SendError) as caught:
        await channel.send("5", Outgoing("hi"), tracker="t")
    await channel.close()
    assert (caught.value.remedy, caught.value.ambiguous) == (Remedy.RETRY, False)


async def test_a_press_is_answered_at_once(telegram: TelegramChannel, bot_api: Provider) -> None:
    """The press is answered by its id; a failure is nobody's business."""
    bot_api.answers = [refusal(400, "Bad Request: query is too old")]
    await telegram.acknowledge(RawItem("1", "5", "{}", press="88"))
    assert [(request.path, request.fields) for request in bot_api.requests] == [
        (f"/bot{TOKEN}/answerCallbackQuery", {"callback_query_id": "88"})
    ]


async def test_updates_are_polled_raw(telegram: TelegramChannel, bot_api: Provider) -> None:
    """The offset confirms, the kinds are named, and updates come as they are."""
    bot_api.answers = [(200, {"ok": True, "result": [{"update_id": 8, "poll": {"new": 1}}]})]
    assert await telegram.raw_updates(8, 0) == [{"update_id": 8, "poll": {"new": 1}}]
    kinds = ["message", "edited_message", "callback_query", "my_chat_member", "chat_join_request"]
    assert bot_api.last.fields["offset"] == "8"
    assert json.loads(bot_api.last.fields["allowed_updates"]) == kinds


async def test_a_file_is_fetched(telegram: TelegramChannel, bot_api: Provider) -> None:
    """A file is looked up, then read."""
    found = {"ok": True, "result": {"file_id": "v", "file_unique_id": "u", "file_size": 4, "file_path": "voice/1.oga"}}
    bot_api.answers = [(200, found), (200, b"OggS")]
    assert await telegram.download(VOICE, at_most=4) == b"OggS"
    assert bot_api.last.path == f"/file/bot{TOKEN}/voice/1.oga"


@pytest.mark.parametrize(
    ("answers", "remedy"),
    [
        (
            [(200, {"ok": True, "result": {"file_id": "v", "file_unique_id": "u", "file_size": 5, "file_path": "p"}})],
            Remedy.REJECTED,
        ),
        (
            [(200, {"ok": True, "result": {"file_id": "v", "file_unique_id": "u", "file_path": "p"}}), (200, b"12345")],
            Remedy.REJECTED,
        ),
        (
            [(200, {"ok": True, "result": {"file_id": "v", "file_unique_id": "u", "file_path": "p"}}), (500, b"")],
            Remedy.RETRY,
        ),
        ([refusal(400, "Bad Request: file is too big")], Remedy.REJECTED),
    ],
)
async def test_a_file_too_large_is_refused(
    telegram: TelegramChannel, bot_api: Provider, answers: list[Any], remedy: Remedy
) -> None:
    """A file is refused by its announced size, and by its real one; the token is in no error."""
    bot_api.answers = answers
    with pytest.raises(SendError) as caught:
        await telegram.download(VOICE, at_most=4)
    assert caught.value.remedy is remedy
    assert caught.value.__context__ is None


async def test_commands_are_registered_in_each_language(telegram: TelegramChannel, bot_api: Provider) -> None:
    """The first language is also the default."""
    bot_api.usual = {"ok": True, "result": True}
    await telegram.register_commands({"en": [("menu", "Show the menu")], "fr": [("menu", "Voir le menu")]})
    asked = [
        (request.fields.get("language_code"), json.loads(request.fields["commands"])[0]["description"])
        for request in bot_api.requests
    ]
    assert asked == [(None, "Show the menu"), ("en", "Show the menu"), ("fr", "Voir le menu")]


async def test_a_webhook_is_set_with_its_secret(telegram: TelegramChannel, bot_api: Provider) -> None:
    """The webhook carries our secret and names the kinds of update."""
    bot_api.usual = {"ok": True, "result": True}
    await telegram.set_webhook("https://jisr.example/telegram/main")
    assert bot_api.last.fields["secret_token"] == "s3cret"
    await telegram.drop_webhook()
    assert bot_api.last.path.endswith("/deleteWebhook")


async def test_a_deep_link_names_the_bot(telegram: TelegramChannel, bot_api: Provider) -> None:
    """The bot's name is asked once; a payload that no link can carry is refused."""
    bot_api.usual = {"ok": True, "result": {"id": 1, "is_bot": True, "first_name": "J", "username": "jisr_bot"}}
    assert await telegram.deep_link("ABCDE-12345") == "https://t.me/jisr_bot?start=ABCDE-12345"
    await telegram.deep_link("X")
    assert len(bot_api.requests) == 1
    with pytest.raises(ValueError, match="payload"):
        await telegram.deep_link("a b")


@pytest.mark.parametrize(
    ("headers", "authentic"),
    [
        ({"X-Telegram-Bot-Api-Secret-Token": "s3cret"}, True),
        ({"x-telegram-bot-api-secret-token": "s3cret"}, True),
        ({"x-telegram-bot-api-secret-token": "s3cret2"}, False),
        ({"x-telegram-bot-api-secret-token": "é\udc80"}, False),
        ({}, False),
    ],
)
async def test_only_the_secret_is_authentic(
    telegram: TelegramChannel, headers: dict[str, str], *, authentic: bool
) -> None:
    """A delivery without the exact secret is not Telegram's."""
    assert telegram.authentic(headers, b"{}") is authentic


async def test_without_a_secret_nothing_is_authentic() -> None:
    """An empty secret does not match an empty header."""
    channel = open_channel("telegram", "main", token=TOKEN, api_url="https://api.telegram.org", secret="")
    assert not channel.authentic({"x-telegram-bot-api-secret-token": ""}, b"{}")
    await channel.close()


async def test_nothing_is_logged(
    telegram: TelegramChannel, bot_api: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    """At DEBUG no line holds the token, the chat or the text."""
    caplog.set_level(logging.DEBUG)
    bot_api.answers = [refusal(403, "Forbidden"), HANG_UP]
    for _ in range(3):
        try:
            await telegram.send(PERSON, WORDS, tracker="t")
        except SendError:
            continue
    assert not any(secret in caplog.text for secret in SECRETS)


async def test_telegram_has_no_window(telegram: TelegramChannel) -> None:
    """There is nothing to open, and no late failure is reported."""
    with pytest.raises(SendError, match="no_window"):
        await telegram.open_window("5", language="fr", waiting=1, tracker="t")
    assert telegram.remedy("403") is remedy_for("403") is Remedy.UNREACHABLE
