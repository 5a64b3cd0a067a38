"""Many: rows written with one statement, however many those are.

SQLite runs it for each row, in this process. A server is told all of them at once: PostgreSQL takes one array for each
column (https://www.postgresql.org/docs/current/functions-srf.html, ``unnest`` in
https://www.postgresql.org/docs/current/functions-array.html).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, Table, Update, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.expression import TableValuedAlias
from sqlalchemy.types import TypeEngine

Insert = Any  # sqlite.Insert or postgresql.Insert: they share no type that knows of conflicts


@dataclass(frozen=True, eq=False)
class Many:
    """A statement for many rows, each a mapping of the same names."""

    each: Executable  # for SQLite
    together: postgresql.Insert | Update  # for PostgreSQL
    key: str = ""  # what says which row is meant: of two that mean one, the last holds

    def on(self, *, is_sqlite: bool, rows: Sequence[Mapping[str, Any]]) -> tuple[Executable, Any]:
        """Return what a store is to run, and with which values."""
        if is_sqlite:
            return self.each, rows
        if self.key:
            rows = list({row[self.key]: row for row in rows}.values())
        return self.together, {name: [row[name] for row in rows] for name in rows[0]}


def inserting(table: Table, *names: str, otherwise: Callable[[Insert], Insert] = lambda insert: insert) -> Many:
    """Insert rows with these columns, in their order; ``otherwise`` says what to do where one is there already."""
    rows = _given({name: table.c[name].type for name in names})
    together = postgresql.insert(table).from_select(names, select(*[rows.c[name] for name in names]))
    return Many(otherwise(sqlite.insert(table)), otherwise(together))


def updating(table: Table, *names: str, **alike: Any) -> Many:
    """Give these columns of rows new values, and those in ``alike`` the same in all; which row, ``of_id`` says."""
    mine = table.c.id
    rows = _given({"of_id": mine.type} | {name: table.c[name].type for name in names})
    each = update(table).where(mine == bindparam("of_id")).values({name: bindparam(name) for name in names} | alike)
    together = update(table).where(mine == rows.c.of_id).values({name: rows.c[name] for name in names} | alike)
    return Many(each, together, "of_id")


def _given(types: Mapping[str, TypeEngine[Any]]) -> TableValuedAlias:
    """Return the rows that are given as one array for each column, called as the columns are."""
    arrays = [bindparam(name, type_=postgresql.ARRAY(kind)) for name, kind in types.items()]
    return func.unnest(*arrays).table_valued(*types, name="given").render_derived()
