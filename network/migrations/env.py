"""What Alembic runs: the migrations, on the connection that ``network.migrations`` opened."""

from __future__ import annotations

from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext

from network.migrations import tables
from network.store import Instant


def _render(kind: str, item: object, _context: AutogenContext) -> Any:
    """Write our own column type as the plain one: a migration must not change when the program does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables(),
    render_item=_render,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
