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

NOT_MODIFIED = "not_modified"

# Of a 400: words of its description in lower case, our code for it (so that logs tell them apart).
_BY_DESCRIPTION: tuple[tuple[str, str, Remedy], ...] = (
    ("message is not modified", NOT_MODIFIED, Remedy.DONE),
    ("message to edit not found", "edit_gone", Remedy.DONE),
    ("message can't be edited", "edit_late", Remedy.DONE),
    ("there is no text in the message to edit", "edit_media", Remedy.DONE),
    ("message to delete not found", "delete_gone", Remedy.DONE),
    ("message can't be deleted", "delete_late", Remedy.DONE),
    ("message_id_invalid", "message_gone", Remedy.DONE),
    ("query is too old", "press_late", Remedy.DONE),
    ("hide_requester_missing", "request_gone", Remedy.DONE),  # taken back, or answered by somebody else
    ("user_already_participant", "inside", Remedy.DONE),
    ("user_not_participant", "outside", Remedy.DONE),
    ("participant_id_invalid", "outside", Remedy.DONE),
    ("chat not found", "chat_gone", Remedy.UNREACHABLE),
    ("user not found", "user_gone", Remedy.UNREACHABLE),
    ("peer_id_invalid", "user_gone", Remedy.UNREACHABLE),
    ("user_is_blocked", "blocked", Remedy.UNREACHABLE),
    ("input_user_deactivated", "deactivated", Remedy.UNREACHABLE),
    ("user is deactivated", "deactivated", Remedy.UNREACHABLE),
    ("group chat was deactivated", "deactivated", Remedy.UNREACHABLE),
    ("not enough rights", "no_rights", Remedy.UNREACHABLE),
    ("chat_write_forbidden", "no_rights", Remedy.UNREACHABLE),
    ("chat_admin_required", "no_rights", Remedy.UNREACHABLE),
    ("have no rights to send", "no_rights", Remedy.UNREACHABLE),
    ("need administrator rights", "no_rights", Remedy.UNREACHABLE),
    ("chat_restricted", "no_rights", Remedy.UNREACHABLE),
    ("can't access the chat", "chat_gone", Remedy.UNREACHABLE),
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
        return _of_description(error.message)
    return _of_a_failure(error)


def _of_description(description: str) -> SendError:
    lowered = description.lower()
    known = (SendError(remedy, code) for words, code, remedy in _BY_DESCRIPTION if words in lowered)
    return next(known, SendError(Remedy.REJECTED, "400"))


def _of_a_failure(error: Exception) -> SendError:
    """Nobody refused: the connection broke, or the server did."""
    if isinstance(error, TelegramNetworkError) or not isinstance(error, TelegramAPIError | ClientDecodeError):
        return lost(error)
    if isinstance(error, TelegramServerError | ClientDecodeError):
        return SendError(Remedy.RETRY, "5xx", ambiguous=True)
    return SendError(Remedy.RETRY, "unknown")
