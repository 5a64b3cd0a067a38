"""What a broken connection says about the request that was on it."""

from __future__ import annotations

import aiohttp

from bot.channels import NETWORK, Remedy, SendError

# Raised before the first byte of a request is written: name, route, TLS, proxy, a full pool.
_BEFORE_SENDING = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


def lost(error: BaseException) -> SendError:
    """Return the send error of a network failure: ambiguous unless the request never left.

    Looks at the aiohttp error below: ``httpx-aiohttp`` reports a server that hung up after the
    request was written as a *connect* timeout.
    """
    return SendError(Remedy.RETRY, NETWORK, ambiguous=not _never_left(error))


def _never_left(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, _BEFORE_SENDING):
            return True
        error = error.__cause__ or error.__context__
    return False
