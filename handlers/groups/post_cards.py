"""Post cards: what is said in a group, as its readers see it."""

from __future__ import annotations

from handlers.labels import FILES, attribution_label, language_label
from handlers.language import Text, Words, _
from handlers.messages import Media, MediaKind
from handlers.prompts import cut_to
from network.files import File
from network.groups import Talk as GroupTalk
from network.posts import Post, Shown

SHORT = 40  # characters of what is replied to
GONE = _("This is not there any more.")
REACTIONS: dict[str, Text] = {
    # Translators: button, max:20. What a reader says to a post with one tap.
    "useful": _("👍 Useful"),
    # Translators: button, max:20. "It is so with us as well."
    "same": _("🤝 Same here"),
    # Translators: button, max:20
    "thanks": _("🙏 Thank you"),
}

TALKS: dict[GroupTalk, Text] = {
    # Translators: button, max:20. Who is heard in a group: those who hold a seat.
    GroupTalk.NEWS: _("Coordinators only"),
    # Translators: button, max:20. Everybody, once a coordinator has read it.
    GroupTalk.MODERATED: _("All, read before"),
    # Translators: button, max:20
    GroupTalk.OPEN: _("Everybody"),
}


def words(post: Post, file: File | None) -> Words:
    """Return what a post says, or what stands in the place of words."""
    if post.text:
        return post.text
    # Translators: {file} is "a voice message" or "a picture".
    return _("({file})", file=FILES[file.kind]) if file else _("(a file that is no longer kept)")


def short(post: Post) -> str:
    """Return the beginning of a post, "" where it has no words."""
    line = " ".join(post.text.split())
    return cut_to(line, SHORT)


def card(shown: Shown, file: File | None, *, language: str, to: Words = "") -> Text:
    """Return a post as its readers see it; ``to`` is the beginning of what it replies to."""
    said = {"author": attribution_label(shown.line), "text": words(shown.post, file)}
    text = _("{author}, to “{post}”:\n“{text}”", post=to, **said) if to else _("{author}:\n“{text}”", **said)
    if shown.post.language != language and shown.post.text:
        text = _("{card}\n({language})", card=text, language=language_label(shown.post.language))
    return text


def counted(found: dict[str, int]) -> Words:
    """Return how many said what to a post, one line; "" where too few did."""
    return " · ".join(f"{REACTIONS[kind].msgid.partition(' ')[0]} {many}" for kind, many in found.items())


def media(file: File) -> Media:
    """Return a file as it goes out."""
    return Media(MediaKind(file.kind), file.ref, file.mime, file.size)
