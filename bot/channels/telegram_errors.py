"""What the courier does about each refusal of the Bot API.

The API documents codes and ``ResponseParameters`` (core.telegram.org/bots/api#making-requests),
not descriptions: the words below are those that the open server sends (github.com/tdlib/telegram-bot-api).
"""

from __future__ import annotations

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

from bot.channels import Remedy, SendError
from bot.channels.connection import lost

# The first row that fits decides: class, code.
_BY_CLASS: tuple[tuple[type[Exception], str, Remedy], ...] = (
    (TelegramUnauthorizedError, "401", Remedy.STOP),
    (TelegramForbiddenError, "403", Remedy.UNREACHABLE),
    (TelegramNotFound, "404", Remedy.STOP),  # a token of the wrong form
    (TelegramConflictError, "409", Remedy.RETRY),  # another process polls
    (TelegramEntityTooLarge, "413", Remedy.REJECTED),
)

# Of a 400: words of the description, in lower case.
_BY_DESCRIPTION: tuple[tuple[str, Remedy], ...] = (
    ("message is not modified", Remedy.DONE),
    ("message to edit not found", Remedy.DONE),
    ("message can't be edited", Remedy.DONE),
    ("there is no text in the message to edit", Remedy.DONE),
    ("message to delete not found", Remedy.DONE),
    ("message can't be deleted", Remedy.DONE),
    ("message_id_invalid", Remedy.DONE),
    ("query is too old", Remedy.DONE),
    ("chat not found", Remedy.UNREACHABLE),
    ("user not found", Remedy.UNREACHABLE),
    ("peer_id_invalid", Remedy.UNREACHABLE),
    ("user_is_blocked", Remedy.UNREACHABLE),
    ("input_user_deactivated", Remedy.UNREACHABLE),
    ("user is deactivated", Remedy.UNREACHABLE),
    ("group chat was deactivated", Remedy.UNREACHABLE),
    ("group is deactivated", Remedy.UNREACHABLE),
    ("not enough rights", Remedy.UNREACHABLE),
    ("chat_write_forbidden", Remedy.UNREACHABLE),
)


def remedy_for(code: str) -> Remedy:
    """Return the remedy for an HTTP code alone (the Bot API reports no later failures)."""
    for _, known, remedy in _BY_CLASS:
        if code == known:
            return remedy
    return {"400": Remedy.REJECTED, "429": Remedy.PAUSE}.get(code, Remedy.RETRY)


def classify(error: Exception) -> SendError:
    """Return the send error for what aiogram raised; it holds no words of the provider."""
    if isinstance(error, TelegramRetryAfter):
        return SendError(Remedy.PAUSE, "429", retry_after_s=float(error.retry_after))
    if isinstance(error, TelegramMigrateToChat):
        return SendError(Remedy.MOVED, "400", moved_to=str(error.migrate_to_chat_id))
    for kind, code, remedy in _BY_CLASS:
        if isinstance(error, kind):
            return SendError(remedy, code)
    if isinstance(error, TelegramBadRequest):
        return SendError(_of_description(error.message), "400")
    return _of_a_failure(error)


def _of_description(description: str) -> Remedy:
    lowered = description.lower()
    return next((remedy for words, remedy in _BY_DESCRIPTION if words in lowered), Remedy.REJECTED)


def _of_a_failure(error: Exception) -> SendError:
    """Nobody refused: the connection broke, or the server did."""
    if isinstance(error, TelegramNetworkError) or not isinstance(error, TelegramAPIError | ClientDecodeError):
        return lost(error)
    if isinstance(error, TelegramServerError | ClientDecodeError):
        return SendError(Remedy.RETRY, "5xx", ambiguous=True)
    return SendError(Remedy.RETRY, "unknown")
