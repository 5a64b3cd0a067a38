"""Commands as people type them: ``/share``, ``/share@our_bot``, ``/start payload``."""

from __future__ import annotations

import re

from handlers.messages import Kind

# A name has 1 to 32 of a-z, 0-9 and underscore (core.telegram.org/bots/features, commands).
_TYPED = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w{1,64})?(?:\s+(.*))?", re.DOTALL)


def understand(text: str) -> tuple[Kind, str, str]:
    """Return the kind, the text and the argument of what a person typed."""
    match = _TYPED.fullmatch(text.strip())
    if match is None:
        return Kind.TEXT, text, ""
    command, argument = match[1].lower(), (match[2] or "").strip()
    if command == "start":
        return Kind.START, "", argument
    return Kind.COMMAND, command, argument
