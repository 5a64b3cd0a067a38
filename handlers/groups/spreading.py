"""Spreading: how a post goes out to those who hear it, is corrected there, and taken back."""

from __future__ import annotations

from handlers import people
from handlers.groups import post_cards
from handlers.language import Text, Translator, Voice, Words, _
from handlers.messages import Outgoing, write
from handlers.questions import Option
from network import charters, contents, files, groups, hearing, mailings, outbox, posts
from network.groups import Talk as GroupTalk
from network.posts import Post
from network.store import Tx

FALLBACK = "fr"  # for those who read a language in which nothing is offered
URGENCY = 3  # after answers, notices and reminders


async def spread(tx: Tx, *, post: str, translator: Translator) -> int:
    """Let a post go out to those who hear it, at once or with others; return how many get it at once."""
    found = await posts.find(tx, post=post)
    if found is None or not found.is_up:
        return 0
    file = await files.find(tx, file=found.file) if found.file else None
    before = {}
    if file is not None:
        attached = await contents.keep(tx, write(Outgoing(media=post_cards.media(file))), about=found.person)
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
    await outbox.withdraw(tx, about=post)  # its card for a linked chat


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
            card=await card(tx, post=post, language=language),
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
        Option(f"post:useful:{post.id}", post_cards.REACTIONS["useful"]),
        # Translators: button, max:20. More that can be done with a post.
        Option(f"post:{post.id}", _("More")),
    ]


async def card(tx: Tx, *, post: Post, language: str) -> Text:
    """Return the card of a post."""
    shown = next(iter(await posts.shown(tx, found=[post])))
    file = await files.find(tx, file=post.file) if post.file else None
    root = await posts.find(tx, post=post.root) if post.root else None
    to: Words = ""
    if root is not None:
        to = post_cards.short(root) or post_cards.words(
            root, await files.find(tx, file=root.file) if root.file else None
        )
    return post_cards.card(shown, file, language=language, to=to)
