"""Post cards: what is said in a group, as its readers see it, and how it goes out to them."""

from __future__ import annotations

from handlers import people
from handlers.labels import FILES, attribution_label, language_label
from handlers.language import Text, Translator, Voice, Words, _
from handlers.messages import Media, MediaKind, Outgoing, write
from handlers.questions import Option
from handlers.talk import Talk
from network import charters, contents, files, groups, hearing, mailings, posts, reactions
from network.files import File
from network.groups import Talk as GroupTalk
from network.posts import Post, Shown
from network.store import Tx

SHORT = 40  # characters of what is replied to
FALLBACK = "fr"  # for those who read a language in which nothing is offered
URGENCY = 3  # after answers, notices and reminders
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
    return line if len(line) <= SHORT else f"{line[: SHORT - 1].rstrip()}…"


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


async def of(talk: Talk, post: Post) -> Text:
    """Return the card of a post for somebody who looks at it, with its reactions."""
    text = await talk.look(_card, post=post, language=talk.language)
    line = counted(await talk.look(reactions.counts, post=post.id))
    return _("{card}\n{line}", card=text, line=line) if line else text


async def play(talk: Talk, post: Post) -> None:
    """Let the voice message or picture of a post be heard or seen."""
    file = await talk.look(files.find, file=post.file) if post.file else None
    if file is not None and file.state is files.State.READY:
        await talk.say(_("{file}:", file=FILES[file.kind]), media(file))


def media(file: File) -> Media:
    """Return a file as it goes out."""
    return Media(MediaKind(file.kind), file.ref, file.mime, file.size)


async def spread(tx: Tx, *, post: str, translator: Translator) -> int:
    """Let a post go out to those who hear it, at once or with others; return how many get it at once."""
    found = await posts.find(tx, post=post)
    if found is None or not found.is_up:
        return 0
    file = await files.find(tx, file=found.file) if found.file else None
    before = {}
    if file is not None:
        attached = await contents.keep(tx, write(Outgoing(media=media(file))), about=found.person)
        before = dict.fromkeys(translator.languages, attached)
    await hearing.with_others(tx, post=found)
    return await mailings.send(
        tx,
        mailing=post,
        people=await hearing.at_once(tx, post=found),
        contents=await _contents(tx, found, translator),
        before=before or None,
        fallback=FALLBACK,
        urgency=URGENCY,
        about=found.person,
    )


async def correct(tx: Tx, *, post: str, translator: Translator) -> None:
    """Let the new words of a post take the place of the old ones, where they went out."""
    found = await posts.find(tx, post=post)
    if found is not None and found.is_up:
        await mailings.replace(tx, mailing=post, contents=await _contents(tx, found, translator))


async def take_back(tx: Tx, *, post: str, person: str, translator: Translator) -> None:
    """Take back one's own post, where it stands and where it went out. Raise Missing."""
    await posts.take_back(tx, post=post, person=person)
    await withdraw(tx, post=post, translator=translator)


async def withdraw(tx: Tx, *, post: str, translator: Translator) -> None:
    """Take back what went out of a post that is gone: deleted where the app can, else with a word that it is."""
    text = _("A post that you got in a group was taken back. Please do not pass it on.")
    said = {each: Voice(translator, each, "latn") for each in translator.languages}
    made = {each: await contents.keep(tx, write(people.notice(voice, text))) for each, voice in said.items()}
    await mailings.withdraw(tx, mailing=post, contents=made)


async def _contents(tx: Tx, post: Post, translator: Translator) -> dict[str, str]:
    """Return the id of a content of a post for each language that is offered."""
    group = await groups.get(tx, group=post.group)
    name = await charters.of(tx, group=post.group)
    made = {}
    for language in translator.languages:
        voice = Voice(translator, language, "latn")
        text = _(
            # Translators: the name of a group, and below what somebody said there.
            "{group}\n\n{card}",
            group=name.name(language),
            card=await _card(tx, post=post, language=language),
        )
        options = _ways(post, may_reply=group.talk is not GroupTalk.NEWS)
        made[language] = await contents.keep(tx, write(people.notice(voice, text, options)), about=post.person)
    return made


def _ways(post: Post, *, may_reply: bool) -> list[Option]:
    """Return what a reader can do with a post that just came."""
    # Translators: button, max:20
    reply = [Option(f"say:re:{post.id}", _("Reply"))] if may_reply else []
    return [
        *reply,
        Option(f"post:useful:{post.id}", REACTIONS["useful"]),
        # Translators: button, max:20. More that can be done with a post.
        Option(f"post:{post.id}", _("More")),
    ]


async def _card(tx: Tx, *, post: Post, language: str) -> Text:
    shown = next(iter(await posts.shown(tx, found=[post])))
    file = await files.find(tx, file=post.file) if post.file else None
    root = await posts.find(tx, post=post.root) if post.root else None
    to: Words = ""
    if root is not None:
        to = short(root) or words(root, await files.find(tx, file=root.file) if root.file else None)
    return card(shown, file, language=language, to=to)
