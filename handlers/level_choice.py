"""Choose how much others see of an author: each level with the exact line that it gives (D9)."""

from __future__ import annotations

from itertools import count

from handlers.labels import attribution_label
from handlers.language import _
from handlers.talk import Option, Talk
from network import attribution
from network.attribution import CONSENTED, ROLE, Attribution

ONLY_AMONG_TEN = _(
    "That line is shown only while at least ten members fit it. Until then your side and region are shown."
)


async def ask_level(talk: Talk, *, place: str = "") -> tuple[int, bool]:
    """Ask which line is to stand below what this member shares; return the level, and whether they may be named.

    ``place`` tells one asking from another. Who does not consent to be named chooses again.
    """
    offered = await talk.look(attribution.offered, person=talk.person)
    options = [Option(str(level), attribution_label(shown)) for level, shown in offered.items()]
    question = _("Which line shall stand below it? This is exactly what others will see of you.")
    for turn in count():
        level = int(await talk.choose(f"level{place}[{turn}]", question, options))
        if level == ROLE:
            await talk.say(ONLY_AMONG_TEN)
        if level not in CONSENTED:
            return level, False
        if await _agrees(talk, offered[level], key=f"consent{place}[{turn}]"):
            return level, True
    raise AssertionError


async def _agrees(talk: Talk, shown: Attribution, *, key: str) -> bool:
    question = _(
        "“{line}” names you or your organisation to every member. Do you agree to that? You can take it back at any "
        "time under “My practices”.",
        line=attribution_label(shown),
    )
    # Translators: button, max:20
    return await talk.confirm(key, question, yes=_("Yes, I agree"), no=_("No, choose another"))
