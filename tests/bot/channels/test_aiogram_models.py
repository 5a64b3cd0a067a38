"""aiogram's models, built only when they are used."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import bot.channels.telegram
from aiogram import methods, types
assert not types.Message.__pydantic_complete__, "built at import"
update = types.Update.model_validate(
    {"update_id": 1, "message": {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}, "text": "x"}}
)
assert update.message.text == "x"
for owner in (types, methods):
    for name in owner.__all__:
        model = getattr(owner, name)
        if hasattr(model, "model_rebuild"):
            model.model_rebuild()
            assert model.__pydantic_complete__, name
"""


def test_every_model_can_be_built_later() -> None:
    """Importing the channel builds no model of the Bot API, and each can be built afterwards, as aiogram would have."""
    subprocess.run([sys.executable, "-W", "error", "-c", PROGRAM], check=True)
