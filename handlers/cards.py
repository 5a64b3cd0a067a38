"""Cards: a practice as people see it, short in a list and whole when opened."""

from __future__ import annotations

from handlers.labels import attribution_label, language_label
from handlers.language import Text, Words, _
from network import countries, topics
from network.attribution import Attribution
from network.practices import Practice


def short_note(practice: Practice, language: str) -> str:
    """Return the line below a title in a list: country and first topic, in the reader's language."""
    return " · ".join(_place(practice.country, practice.topics[:1], language))


def whole(practice: Practice, attribution: Attribution, language: str) -> list[Words]:
    """Return the parts of an opened practice, in the order in which they are said."""
    parts: list[Words] = []
    if practice.language != language:
        parts.append(
            _("This text is in {language}. It is not translated yet.", language=language_label(practice.language))
        )
    parts += body(practice.title, practice.problem, practice.done)
    parts.append(about(practice.country, practice.topics, attribution, language))
    if practice.published_at is not None and not practice.editorial:
        parts.append(_("Shared on {day}", day=practice.published_at.date()))
    return parts


def body(title: str, problem: str, done: str) -> list[Words]:
    """Return what the author wrote; a part that was not given is left out."""
    parts: list[Words] = [_("“{title}”", title=title)]
    if problem:
        parts.append(_("The problem\n{problem}", problem=problem))
    if done:
        parts.append(_("What was done\n{done}", done=done))
    return parts


def about(country: str, codes: tuple[str, ...], attribution: Attribution, language: str) -> Text:
    """Return where it was done, on which topics, and who shared it, as far as that is said."""
    return _(
        "{place}\n{author}", place=" · ".join(_place(country, codes, language)), author=attribution_label(attribution)
    )


def _place(country: str, codes: tuple[str, ...], language: str) -> list[str]:
    return [countries.name(country, language), *(topics.label(code, language) for code in codes)]
