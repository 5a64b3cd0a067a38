"""Sealed columns: where every sealed value of the store stands.

The rule of the house makes the list: a column of bytes is sealed, its field is ``table.column``, and it
is bound to the ``id`` of its row. A new table that keeps it is rotated without a word here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, LargeBinary, MetaData, Table

PLAIN = frozenset({"search_vectors.vector"})  # ``table.column`` of bytes that are not sealed


@dataclass(frozen=True)
class SealedColumn:
    """One column of sealed values. ``row`` is what they are bound to, ``order`` the table's primary key."""

    table: Table
    column: Column[Any]
    row: Column[Any]
    order: Column[Any]

    @property
    def field(self) -> str:
        """The field that the values are sealed for."""
        return f"{self.table.name}.{self.column.name}"


def columns(tables: MetaData) -> list[SealedColumn]:
    """Return every sealed column of ``tables`` (``migrations.tables()`` has them all)."""
    return [
        SealedColumn(table, column, table.c.id, next(iter(table.primary_key)))
        for table in tables.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and f"{table.name}.{column.name}" not in PLAIN
    ]
