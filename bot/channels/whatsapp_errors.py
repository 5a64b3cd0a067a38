"""What the courier does about each error of the Cloud API.

developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes. The same codes come at once, as
the answer to a send, or later, in a failed status: 131026, 131047, 131049 and 131050 mostly later.
"""

from __future__ import annotations

import httpx
from aiohttp import ClientError
from pywa.errors import WhatsAppError

from bot.channels import Remedy, SendError
from bot.channels.connection import lost

_REMEDIES: dict[int, Remedy] = {
    0: Remedy.STOP,  # not authenticated
    1: Remedy.RETRY,  # of the API, unknown
    2: Remedy.RETRY,  # of the API, for a while
    3: Remedy.STOP,  # not allowed
    4: Remedy.PAUSE,  # calls of the app, per hour
    10: Remedy.STOP,  # permission missing
    33: Remedy.STOP,  # the number was deleted
    100: Remedy.REJECTED,  # a parameter is wrong
    190: Remedy.STOP,  # token expired
    368: Remedy.STOP,  # blocked for a violation
    401: Remedy.STOP,  # this and the next two: an HTTP status, where the answer has no code
    403: Remedy.STOP,
    429: Remedy.PAUSE,
    80007: Remedy.PAUSE,  # calls of the business account
    130429: Remedy.PAUSE,  # messages a second
    130472: Remedy.NEXT_DAY,  # the person is in an experiment of Meta's
    130497: Remedy.COUNTRY,
    131000: Remedy.RETRY,  # something went wrong
    131005: Remedy.STOP,  # access denied
    131008: Remedy.REJECTED,  # a parameter is missing
    131009: Remedy.REJECTED,  # a parameter is wrong
    131016: Remedy.RETRY,  # service unavailable
    131021: Remedy.REJECTED,  # sender and recipient are the same
    131026: Remedy.UNREACHABLE,
    131030: Remedy.REJECTED,  # a test number, and the person is not on its list
    131031: Remedy.STOP,  # account locked
    131037: Remedy.STOP,  # the number's name is not approved
    131042: Remedy.STOP,  # payment
    131044: Remedy.STOP,  # payment
    131045: Remedy.STOP,  # the number is not registered
    131047: Remedy.TEMPLATE,  # more than 24 hours since the person wrote
    131048: Remedy.PAUSE,  # too much was marked as spam
    131049: Remedy.NEXT_DAY,  # enough marketing for this person
    131050: Remedy.OPTED_OUT,
    131051: Remedy.REJECTED,  # message type
    131052: Remedy.RETRY,  # media download
    131053: Remedy.REJECTED,  # media upload
    131055: Remedy.REJECTED,  # method
    131056: Remedy.RETRY,  # too many to this one person: the others need not wait
    131057: Remedy.PAUSE,  # maintenance, or the upgrade of the throughput
    131062: Remedy.REJECTED,  # this kind of message does not go to a user id
    131063: Remedy.REJECTED,  # marketing templates
    131064: Remedy.NEXT_DAY,  # a lower limit, for templates of the wrong category
    132000: Remedy.REJECTED,  # number of template parameters
    132001: Remedy.REJECTED,  # the template does not exist in this language
    132005: Remedy.REJECTED,
    132007: Remedy.REJECTED,
    132008: Remedy.REJECTED,
    132012: Remedy.REJECTED,
    132015: Remedy.REJECTED,  # template paused
    132016: Remedy.REJECTED,  # template disabled
    133004: Remedy.RETRY,  # server temporarily unavailable
    133006: Remedy.STOP,  # the number must be verified again
    133010: Remedy.STOP,  # the number is not registered
    135000: Remedy.RETRY,
    137000: Remedy.REJECTED,  # the person's key changed
    2494100: Remedy.PAUSE,  # maintenance
}

_PERMISSIONS = range(200, 300)  # some permission or other is missing
_AMBIGUOUS = {2, 131000, 131016}  # the server failed while it had the message
_SERVER_FAILS = 500
_PAIR_S = {131056: 6.0}  # seconds between messages to one person, where the answer names none


def remedy_for(code: str) -> Remedy:
    """Return the remedy for a code, of an answer or of a failed status; RETRY for an unknown one."""
    if not code.isascii() or not code.isdecimal():
        return Remedy.RETRY
    return Remedy.STOP if int(code) in _PERMISSIONS else _REMEDIES.get(int(code), Remedy.RETRY)


def classify(error: Exception) -> SendError:
    """Return the send error for what pywa, httpx or aiohttp raised; it holds no words of the provider."""
    if isinstance(error, WhatsAppError):
        return _of_answer(error)
    if isinstance(error, httpx.RequestError | ClientError | OSError):
        return lost(error)
    return SendError(Remedy.RETRY, "answer", ambiguous=True)  # an answer that is none


def _of_answer(error: WhatsAppError) -> SendError:
    status = error.status_code or 0
    failed = status >= _SERVER_FAILS and error.code not in _REMEDIES
    return SendError(
        remedy_for(str(error.code)),
        str(error.code),
        retry_after_s=_retry_after(error) or _PAIR_S.get(error.code),
        ambiguous=failed or error.code in _AMBIGUOUS,
    )


def _retry_after(error: WhatsAppError) -> float | None:
    """Return the seconds of a Retry-After header, where there is one in seconds."""
    value = error.raw_response.headers.get("retry-after", "") if error.raw_response is not None else ""
    return float(value) if value.isdecimal() else None
