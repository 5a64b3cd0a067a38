"""Every known error of a provider leads to one action, and what is not known to a safe one."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import SendMessage
from pywa import errors as pywa_errors

from bot.channels import Remedy, telegram_errors, whatsapp_errors
from bot.channels.whatsapp_errors import remedy_for
from bot.remedies import ATTEMPTS, after
from network.outbox import Stage

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = timedelta(hours=24)

# developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes, by what is done about them.
WHATSAPP: dict[Remedy, str] = {
    Remedy.STOP: "0 3 10 33 190 200 230 299 368 401 403 131005 131031 131037 131042 131044 131045 133006 133010",
    Remedy.PAUSE: "4 429 80007 130429 131048 131057 2494100",
    Remedy.RETRY: "1 2 131000 131016 131052 131056 133004 135000",
    Remedy.TEMPLATE: "131047",
    Remedy.UNREACHABLE: "131026",
    Remedy.OPTED_OUT: "131050",
    Remedy.NEXT_DAY: "130472 131049 131064",
    Remedy.COUNTRY: "130497",
    Remedy.REJECTED: "100 131008 131009 131021 131030 131051 131053 131055 131062 131063 132000 132001 132005 132007 "
    "132008 132012 132015 132016 137000",
}
CODES = [(code, remedy) for remedy, codes in WHATSAPP.items() for code in codes.split()]

# What a call that we never make may answer: calls, groups, flows, user names, templates, numbers.
NEVER_ASKED = {613, 131020, 131041, 131059, 132068, 132069, 133016}
NEVER_ASKED_FROM = (range(131201, 131300), range(138000, 140000), range(147000, 148000), range(2388000, 2389000))
SIGNUP = range(2494101, 2494200)


@pytest.mark.parametrize(("code", "remedy"), CODES)
def test_whatsapp(code: str, remedy: Remedy) -> None:
    """Each documented code of the Cloud API has its remedy, in an answer as in a late status."""
    assert remedy_for(code) is remedy


def test_no_code_of_the_client_is_forgotten() -> None:
    """Every code that pywa knows a name for is in the table, or is of calls that we do not make."""
    classes = [one for _, one in inspect.getmembers(pywa_errors, inspect.isclass)]
    known = {code for one in classes for code in (getattr(one, "__error_codes__", None) or ())}
    decided = {int(code) for code, _ in CODES} | set(range(200, 300))
    unasked = {code for code in known if any(code in codes for codes in (*NEVER_ASKED_FROM, SIGNUP))} | NEVER_ASKED
    assert known - decided - unasked == set()


@pytest.mark.parametrize("code", ["", "x", "٤", "-1", "999999", "131999"])
def test_what_is_not_known(code: str) -> None:
    """An unknown code is tried again with a growing wait, and given up after the last attempt."""
    failure = telegram_errors.SendError(remedy_for(code), code)
    first, last = after(failure, 1, NOW), after(failure, ATTEMPTS, NOW)
    assert (first.stage, last.stage) == (Stage.QUEUED, Stage.FAILED)
    assert first.ready_at is not None
    assert first.ready_at > NOW
    assert (first.stopped, first.unreachable, first.pause_until) == (False, False, None)


# What comes of each remedy: stage, who or what is concerned, from when it may be tried again.
ACTS: dict[Remedy, dict[str, Any]] = {
    Remedy.STOP: {"stage": Stage.QUEUED, "stopped": True},
    Remedy.PAUSE: {"stage": Stage.QUEUED, "pause_until": NOW + timedelta(seconds=2)},
    Remedy.RETRY: {"stage": Stage.QUEUED, "ready_at": NOW + timedelta(seconds=2)},
    Remedy.TEMPLATE: {"stage": Stage.HELD, "opener": True},
    Remedy.UNREACHABLE: {"stage": Stage.FAILED, "unreachable": True},
    Remedy.OPTED_OUT: {"stage": Stage.FAILED, "opted_out": True},
    Remedy.NEXT_DAY: {"stage": Stage.QUEUED, "ready_at": NOW + DAY},
    Remedy.COUNTRY: {"stage": Stage.FAILED, "unreachable": False},
    Remedy.REJECTED: {"stage": Stage.FAILED, "unreachable": False},
}


@pytest.mark.parametrize(("code", "remedy"), CODES)
def test_one_action(code: str, remedy: Remedy) -> None:
    """Each code leads to exactly one action: of the account, of the person, of the window, or of the message alone."""
    step = after(telegram_errors.SendError(remedy_for(code), code), 1, NOW)
    assert {name: getattr(step, name) for name in ACTS[remedy]} == ACTS[remedy]
    assert sum((step.stopped, step.pause_until is not None, step.opener, step.unreachable, step.opted_out)) <= 1
    assert step.code == code


def bad(words: str) -> TelegramBadRequest:
    """Return a refusal with these words."""
    return TelegramBadRequest(SAID, f"Bad Request: {words}")


SAID = SendMessage(chat_id=1, text="x")

# github.com/tdlib/telegram-bot-api says these; the codes are ours.
TELEGRAM: dict[str, tuple[Exception, Remedy, str]] = {
    "token withdrawn": (TelegramUnauthorizedError(SAID, "Unauthorized"), Remedy.STOP, "401"),
    "no token": (TelegramNotFound(SAID, "Not Found"), Remedy.STOP, "404"),
    "blocked": (TelegramForbiddenError(SAID, "Forbidden: bot was blocked by the user"), Remedy.UNREACHABLE, "403"),
    "never began": (
        TelegramForbiddenError(SAID, "Forbidden: bot can't initiate conversation with a user"),
        Remedy.UNREACHABLE,
        "403",
    ),
    "deactivated": (TelegramForbiddenError(SAID, "Forbidden: user is deactivated"), Remedy.UNREACHABLE, "403"),
    "kicked": (
        TelegramForbiddenError(SAID, "Forbidden: bot was kicked from the group chat"),
        Remedy.UNREACHABLE,
        "403",
    ),
    "two poll": (TelegramConflictError(SAID, "Conflict"), Remedy.RETRY, "409"),
    "too large": (TelegramEntityTooLarge(SAID, "Request Entity Too Large"), Remedy.REJECTED, "413"),
    "too fast": (TelegramRetryAfter(SAID, "Too Many Requests", 7), Remedy.PAUSE, "429"),
    "migrated": (TelegramMigrateToChat(SAID, "upgraded", -100), Remedy.MOVED, "400"),
    "server": (TelegramServerError(SAID, "Bad Gateway"), Remedy.RETRY, "5xx"),
    "nonsense": (ClientDecodeError("no JSON", ValueError(), "<html>"), Remedy.RETRY, "5xx"),
    "no answer": (TelegramNetworkError(SAID, "timeout"), Remedy.RETRY, "network"),
    "other": (TelegramAPIError(SAID, "Strange"), Remedy.RETRY, "unknown"),
    "not modified": (bad("message is not modified: specified"), Remedy.DONE, "not_modified"),
    "edit gone": (bad("message to edit not found"), Remedy.DONE, "edit_gone"),
    "edit late": (bad("message can't be edited"), Remedy.DONE, "edit_late"),
    "edit media": (bad("there is no text in the message to edit"), Remedy.DONE, "edit_media"),
    "delete gone": (bad("message to delete not found"), Remedy.DONE, "delete_gone"),
    "delete late": (bad("message can't be deleted for everyone"), Remedy.DONE, "delete_late"),
    "message gone": (bad("MESSAGE_ID_INVALID"), Remedy.DONE, "message_gone"),
    "press late": (bad("query is too old and response timeout expired"), Remedy.DONE, "press_late"),
    "chat gone": (bad("chat not found"), Remedy.UNREACHABLE, "chat_gone"),
    "user gone": (bad("user not found"), Remedy.UNREACHABLE, "user_gone"),
    "peer": (bad("PEER_ID_INVALID"), Remedy.UNREACHABLE, "user_gone"),
    "user blocked": (bad("USER_IS_BLOCKED"), Remedy.UNREACHABLE, "blocked"),
    "input deactivated": (bad("INPUT_USER_DEACTIVATED"), Remedy.UNREACHABLE, "deactivated"),
    "group deactivated": (bad("group chat was deactivated"), Remedy.UNREACHABLE, "deactivated"),
    "no rights": (bad("not enough rights to send text messages to the chat"), Remedy.UNREACHABLE, "no_rights"),
    "no rights at all": (bad("have no rights to send a message"), Remedy.UNREACHABLE, "no_rights"),
    "forbidden": (bad("CHAT_WRITE_FORBIDDEN"), Remedy.UNREACHABLE, "no_rights"),
    "restricted": (bad("CHAT_RESTRICTED"), Remedy.UNREACHABLE, "no_rights"),
    "no admin": (bad("need administrator rights in the channel chat"), Remedy.UNREACHABLE, "no_rights"),
    "too long": (bad("message is too long"), Remedy.REJECTED, "400"),
    "empty": (bad("message text is empty"), Remedy.REJECTED, "400"),
    "button": (bad("BUTTON_DATA_INVALID"), Remedy.REJECTED, "400"),
    "file": (bad("wrong file identifier/HTTP URL specified"), Remedy.REJECTED, "400"),
    "never heard of": (bad("something new"), Remedy.REJECTED, "400"),
}


@pytest.mark.parametrize("name", TELEGRAM)
def test_telegram(name: str) -> None:
    """Each refusal that the Bot API's server says leads to one remedy, and its words go nowhere."""
    error, remedy, code = TELEGRAM[name]
    found = telegram_errors.classify(error)
    assert (found.remedy, found.code) == (remedy, code)
    assert str(error) not in f"{found}"


def test_no_words_of_telegram_are_forgotten() -> None:
    """Every row of the channel's own table is tried, but those of a group's gate, which have tests of their own."""
    tried = {code for _, _, code in TELEGRAM.values()}
    gate = {"request_gone", "inside", "outside"}
    assert {code for _, code, _ in telegram_errors._BY_DESCRIPTION} <= tried | gate
    assert {code for _, code, _ in telegram_errors._BY_CLASS} <= tried


def test_an_answer_that_was_lost_is_in_doubt() -> None:
    """Where the server failed while it had the message it may have arrived; where it refused, it surely did not."""
    answers = {name: telegram_errors.classify(row[0]).ambiguous for name, row in TELEGRAM.items()}
    assert {name for name, lost in answers.items() if lost} == {"server", "nonsense", "no answer"}
    assert {2, 131000, 131016} == whatsapp_errors._AMBIGUOUS
