"""Faults of the store: those that pass by themselves, and those that an item caused."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from network.store import Away

# https://sqlite.org/rescode.html: BUSY, LOCKED, NOMEM, READONLY, IOERR, FULL, CANTOPEN, PROTOCOL
_SQLITE = frozenset({5, 6, 7, 8, 10, 13, 14, 15})
# https://www.postgresql.org/docs/current/errcodes-appendix.html: connection, rollback (deadlock),
# resources (disk full), operator intervention, system; and a transaction that was left idle
_POSTGRESQL = ("08", "25P03", "40", "53", "57", "58")


def is_passing(error: BaseException | None) -> bool:
    """Whether the store failed in a way that is nobody's fault: trying again later may work.

    Only what the database itself says counts: a message whose handler runs into a time-out is at fault.
    """
    while error is not None:
        if isinstance(error, Away):
            return True
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            return True
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None and (code & 0xFF) in _SQLITE:
            return True
        if str(getattr(error, "sqlstate", None) or "").startswith(_POSTGRESQL):
            return True
        error = error.__cause__
    return False
