"""What Telegram's updates say, as a table."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram_parsing import parse, raw_item, raw_items
from handlers.messages import ChatMoved, Ignored, Incoming, Item, Kind, Media, MediaKind

AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PERSON = {"id": 5, "is_bot": False, "first_name": "Aïcha", "language_code": "fr"}
CHAT = {"id": 5, "type": "private"}
GROUP = {"id": -77, "type": "group", "title": "G"}
GATEKEEPER = {"status": "administrator", "can_invite_users": True, "can_restrict_members": True}
PHOTO = [
    {"file_id": "small", "file_unique_id": "s", "width": 90, "height": 90, "file_size": 900},
    {"file_id": "large", "file_unique_id": "l", "width": 900, "height": 900, "file_size": 90_000},
]


def update(**event: Any) -> dict[str, Any]:
    """An update with one event."""
    return {"update_id": 1, **event}


def message(**fields: Any) -> dict[str, Any]:
    """A message from a person in a private chat."""
    return update(message={"message_id": 9, "date": int(AT.timestamp()), "chat": CHAT, "from": PERSON, **fields})


def said(kind: Kind, text: str = "", **fields: Any) -> Incoming:
    """What that person did."""
    return Incoming("telegram", "main", "5", kind, **{"at": AT, "text": text, "ref": "9", "language": "fr", **fields})


def press(**fields: Any) -> dict[str, Any]:
    """A press of a button."""
    return update(callback_query={"id": "1234567890123456789", "from": PERSON, "chat_instance": "1", **fields})


CASES: list[tuple[str, dict[str, Any], Item]] = [
    ("text", message(text="Bonjour"), said(Kind.TEXT, "Bonjour")),
    (
        "reply",
        message(text="3", reply_to_message={"message_id": 4, "date": 0, "chat": CHAT}),
        said(Kind.TEXT, "3", prompt_ref="4"),
    ),
    ("command", message(text="/Share"), said(Kind.COMMAND, "share")),
    (
        "command to us",
        message(text="/find@jisr_bot border police"),
        said(Kind.COMMAND, "find", argument="border police"),
    ),
    ("no command", message(text="/ not one"), said(Kind.TEXT, "/ not one")),
    ("start", message(text="/start"), said(Kind.START)),
    ("deep link", message(text="/start ABCDE-12345"), said(Kind.START, argument="ABCDE-12345")),
    (
        "voice",
        message(
            voice={"file_id": "v", "file_unique_id": "u", "duration": 3, "mime_type": "audio/ogg", "file_size": 5000}
        ),
        said(Kind.MEDIA, media=Media(MediaKind.VOICE, "v", "audio/ogg", 5000)),
    ),
    (
        "audio",
        message(audio={"file_id": "a", "file_unique_id": "u", "duration": 3, "file_name": "a.mp3"}, caption="écoute"),
        said(Kind.MEDIA, "écoute", media=Media(MediaKind.AUDIO, "a", name="a.mp3")),
    ),
    ("photo", message(photo=PHOTO), said(Kind.MEDIA, media=Media(MediaKind.PICTURE, "large", "image/jpeg", 90_000))),
    (
        "video",
        message(
            video={
                "file_id": "w",
                "file_unique_id": "u",
                "width": 1,
                "height": 1,
                "duration": 1,
                "mime_type": "video/mp4",
            }
        ),
        said(Kind.MEDIA, media=Media(MediaKind.VIDEO, "w", "video/mp4")),
    ),
    (
        "document",
        message(
            document={"file_id": "d", "file_unique_id": "u", "file_name": "loi.pdf", "mime_type": "application/pdf"}
        ),
        said(Kind.MEDIA, media=Media(MediaKind.DOCUMENT, "d", "application/pdf", name="loi.pdf")),
    ),
    (
        "edited",
        update(edited_message={**message(text="Bonsoir")["message"], "edit_date": int(NOW.timestamp())}),
        said(Kind.EDITED, "Bonsoir", at=NOW),
    ),
    (
        "button",
        press(data="a:f00:2", message={"message_id": 4, "date": 0, "chat": CHAT}),
        said(Kind.CHOICE, "a:f00:2", at=NOW, ref="", prompt_ref="4"),
    ),
    (
        "blocked",
        update(
            my_chat_member={
                "chat": CHAT,
                "from": PERSON,
                "date": int(AT.timestamp()),
                "new_chat_member": {"status": "kicked"},
            }
        ),
        said(Kind.BLOCKED, ref=""),
    ),
    (
        "unblocked",
        update(
            my_chat_member={
                "chat": CHAT,
                "from": PERSON,
                "date": int(AT.timestamp()),
                "new_chat_member": {"status": "member"},
            }
        ),
        said(Kind.UNBLOCKED, ref=""),
    ),
    ("migrated", message(chat=GROUP, migrate_to_chat_id=-1007), ChatMoved("telegram", "main", "-77", "-1007")),
    ("group chatter", message(chat=GROUP, text="hello"), Ignored("group_message")),
    ("another bot", message(**{"from": {**PERSON, "is_bot": True}}, text="hi"), Ignored("no_person")),
    ("sticker", message(sticker={"file_id": "s"}), Ignored("unsupported_message")),
    ("press in a group", press(data="x", message={"message_id": 4, "date": 0, "chat": GROUP}), Ignored("group_press")),
    ("press without data", press(message={"message_id": 4, "date": 0, "chat": CHAT}), Ignored("empty_press")),
    (
        "no right in a group",
        update(my_chat_member={"chat": GROUP, "from": PERSON, "date": 0, "new_chat_member": {"status": "member"}}),
        Incoming("telegram", "main", "-77", Kind.POWERLESS, datetime(1970, 1, 1, tzinfo=UTC)),
    ),
    (
        "both rights in a group",
        update(my_chat_member={"chat": GROUP, "from": PERSON, "date": 0, "new_chat_member": GATEKEEPER}),
        Ignored("group_membership"),
    ),
    (
        "code in a group",
        message(chat=GROUP, text=" /jisr@jisr_bot ABCD-1234 "),
        Incoming("telegram", "main", "-77", Kind.LINK, AT, argument="ABCD-1234"),
    ),
    (
        "asks to enter",
        update(
            chat_join_request={
                "chat": GROUP,
                "from": PERSON,
                "user_chat_id": 5,
                "date": int(AT.timestamp()),
                "bio": "I am",
            }
        ),
        said(Kind.KNOCK, ref="", argument="-77"),
    ),
    ("channel post", update(channel_post={"message_id": 1}), Ignored("channel_post")),
    ("something new", update(**{"<b>": {}}), Ignored("unknown_update")),
]


@pytest.mark.parametrize(("payload", "item"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_an_update_is_understood(payload: dict[str, Any], item: Item) -> None:
    """Each kind of update becomes what the person did, or is ignored by name."""
    assert parse(raw_item(payload).body, account="main", now=NOW) == item


@pytest.mark.parametrize(
    ("payload", "person"),
    [
        (message(text="x"), "5"),
        (press(message={"message_id": 4, "chat": GROUP}), "5"),
        (message(chat=GROUP), "-77"),
        (update(poll={}), ""),
        (update(message={"chat": "nonsense"}), ""),
        (update(message=None), ""),
    ],
)
def test_an_item_is_keyed_by_its_update_and_its_person(payload: dict[str, Any], person: str) -> None:
    """The key is the update's number; order is kept for the person who sent it."""
    item = raw_item(payload)
    assert (item.key, item.person) == ("1", person)


@pytest.mark.parametrize(
    "payload",
    [
        message(chat=GROUP, text="hello"),
        message(chat=GROUP, text="/help"),
        message(chat=GROUP, text="/jisr and more words\nof somebody"),
        message(chat={**GROUP, "type": "supergroup"}, voice={"file_id": "v"}),
        update(edited_message=message(chat=GROUP, text="hello")["message"]),
        press(data="x", message={"message_id": 4, "date": 0, "chat": GROUP}),
    ],
)
def test_nothing_said_in_a_group_is_taken_in(payload: dict[str, Any]) -> None:
    """Talk of a group chat is no item at all, so it reaches no table and no log."""
    assert raw_items(payload) == []


def test_of_the_lines_that_are_read_in_a_group_only_the_line_is_kept() -> None:
    """The code and the new id of a group are taken in without who wrote them and without the group's name."""
    [code] = raw_items(message(chat=GROUP, text="/jisr ABCD-1234"))
    [moved] = raw_items(message(chat=GROUP, migrate_to_chat_id=-1007, text="x"))
    for item in (code, moved):
        assert "Aïcha" not in json.dumps(json.loads(item.body), ensure_ascii=False)
        assert '"title"' not in item.body
        assert item.person == "-77"


@pytest.mark.parametrize("payload", [{}, {"update_id": "1"}, {"update_id": True}, {"ok": True, "result": []}])
def test_what_is_no_update_is_refused(payload: dict[str, Any]) -> None:
    """A delivery without a number cannot be told from a repeated one: it is refused."""
    with pytest.raises(ValueError, match="update_id"):
        raw_item(payload)


def test_a_press_is_answered_by_its_own_id() -> None:
    """Only a button press has something to acknowledge; one that is malformed has not."""
    assert raw_item(press(data="x")).press == "1234567890123456789"
    assert not raw_item(message(text="x")).press
    assert not raw_item({"update_id": 1, "callback_query": [8]}).press
    assert not raw_item({"update_id": 1, "callback_query": {}}).press


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "from", "chat", "date", "text", "type", "photo", "data", "message"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member", "poll"]), JSON)
def test_malformed_updates_do_no_harm(name: str, event: Any) -> None:
    """An update of any shape is ignored or refused with ValueError, nothing else."""
    payload = update(**{name: event})
    with suppress(ValueError):
        parse(raw_item(payload).body, account="main", now=NOW)


@pytest.mark.parametrize("body", ["", "[]", "null", '{"update_id": 1, "message": {"text": "\\ud800"}}', "{"])
def test_what_is_no_json_is_refused(body: str) -> None:
    """Broken JSON, and half of a character, are a ValueError."""
    with pytest.raises(ValueError, match="validation error"):
        parse(body, account="main", now=NOW)


def test_names_are_not_in_errors() -> None:
    """An error about a malformed update does not hold what the update says."""
    payload = message(text=["canary-text"], caption={"canary": "canary-name"})
    with pytest.raises(ValueError, match=r"message\.text") as caught:
        parse(json.dumps(payload), account="main", now=NOW)
    assert "canary" not in str(caught.value)
