"""What the Cloud API's webhooks say, as a table."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.whatsapp_parsing import parse, raw_items
from handlers.messages import ChatMoved, DeliveryState, Ignored, Incoming, Item, Kind, Media, MediaKind, Receipt

AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
STAMP = str(int(AT.timestamp()))
PHONE, USER = "22790000001", "NE.13491208655302741918"
CONTACT = {"profile": {"name": "Moussa"}, "wa_id": PHONE, "user_id": USER}


def delivery(value: dict[str, Any], *, field: str = "messages", phone_id: str = "1001") -> dict[str, Any]:
    """A webhook with one change."""
    metadata = {"display_phone_number": "15550000000", "phone_number_id": phone_id}
    change = {"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}


def message(kind: str, content: Any, **fields: Any) -> dict[str, Any]:
    """A message of a kind from a person with a number and a user id."""
    sent = {"from": PHONE, "from_user_id": USER, "id": "wamid.1", "timestamp": STAMP, "type": kind, kind: content}
    return delivery({"contacts": [CONTACT], "messages": [sent | fields]})


def status(state: str, **fields: Any) -> dict[str, Any]:
    """A status of a message of ours."""
    told = {"id": "wamid.9", "status": state, "timestamp": STAMP, "recipient_id": PHONE, **fields}
    return delivery({"statuses": [told]})


def said(kind: Kind, text: str = "", **fields: Any) -> Incoming:
    """What that person did."""
    given = {"at": AT, "text": text, "alias": PHONE, "ref": "wamid.1", **fields}
    return Incoming("whatsapp", "main", USER, kind, **given)


def receipt(state: DeliveryState, tracker: str = "", error: str = "") -> Receipt:
    """What became of a message of ours."""
    return Receipt("whatsapp", "main", "wamid.9", tracker, state, AT, error)


def moved(old: str, new: str) -> ChatMoved:
    """A new id of a chat."""
    return ChatMoved("whatsapp", "main", old, new)


def reply(kind: str, token: str) -> dict[str, Any]:
    """The answer to a button or a list."""
    return {"type": kind, kind: {"id": token, "title": "Oui"}}


CASES: list[tuple[str, dict[str, Any], Item]] = [
    ("text", message("text", {"body": "Bonjour"}), said(Kind.TEXT, "Bonjour")),
    ("command", message("text", {"body": "/menu"}), said(Kind.COMMAND, "menu")),
    (
        "quoted",
        message("text", {"body": "3"}, context={"from": "1", "id": "wamid.0"}),
        said(Kind.TEXT, "3", prompt_ref="wamid.0"),
    ),
    (
        "button",
        message("interactive", reply("button_reply", "a:f:1"), context={"id": "wamid.0"}),
        said(Kind.CHOICE, "a:f:1", prompt_ref="wamid.0"),
    ),
    ("list", message("interactive", reply("list_reply", "a:f:9")), said(Kind.CHOICE, "a:f:9")),
    ("flow", message("interactive", {"type": "nfm_reply"}), Ignored("unsupported_interactive")),
    ("template button", message("button", {"text": "Lire", "payload": "Lire"}), said(Kind.TEXT, "Lire")),
    ("template button of ours", message("button", {"text": "Lire", "payload": "/menu:"}), said(Kind.CHOICE, "/menu:")),
    (
        "image",
        message("image", {"id": "m", "mime_type": "image/jpeg", "caption": "voir"}),
        said(Kind.MEDIA, "voir", media=Media(MediaKind.PICTURE, "m", "image/jpeg")),
    ),
    (
        "voice",
        message("audio", {"id": "m", "mime_type": "audio/ogg; codecs=opus", "voice": True}),
        said(Kind.MEDIA, media=Media(MediaKind.VOICE, "m", "audio/ogg; codecs=opus")),
    ),
    ("audio", message("audio", {"id": "m", "voice": False}), said(Kind.MEDIA, media=Media(MediaKind.AUDIO, "m"))),
    ("video", message("video", {"id": "m"}), said(Kind.MEDIA, media=Media(MediaKind.VIDEO, "m"))),
    (
        "document",
        message("document", {"id": "m", "filename": "loi.pdf", "caption": "lire"}),
        said(Kind.MEDIA, "lire", media=Media(MediaKind.DOCUMENT, "m", name="loi.pdf")),
    ),
    (
        "sticker",
        message("sticker", {"id": "m", "mime_type": "image/webp"}),
        said(Kind.MEDIA, media=Media(MediaKind.PICTURE, "m", "image/webp")),
    ),
    (
        "edited",
        message("edit", {"original_message_id": "wamid.0", "message": {"type": "text", "text": {"body": "Bonsoir"}}}),
        said(Kind.EDITED, "Bonsoir", ref="wamid.0"),
    ),
    ("reaction", message("reaction", {"message_id": "wamid.0", "emoji": "👍"}), Ignored("reaction")),
    ("location", message("location", {"latitude": 1.0}), Ignored("unsupported_message")),
    (
        "unsupported",
        message("unsupported", {"type": "poll_update"}, errors=[{"code": 131051}]),
        Ignored("unsupported_message"),
    ),
    ("group", message("text", {"body": "x"}, group_id="g"), Ignored("group_message")),
    (
        "new number",
        message("system", {"type": "user_changed_number", "wa_id": "22790000002", "body": "…"}),
        moved(PHONE, "22790000002"),
    ),
    (
        "new number, old wording",
        message("system", {"type": "customer_changed_number", "customer": PHONE, "new_wa_id": "22790000002"}),
        moved(PHONE, "22790000002"),
    ),
    (
        "new user id",
        delivery(
            {
                "messages": [
                    {
                        "id": "wamid.1",
                        "from_user_id": USER,
                        "timestamp": STAMP,
                        "type": "system",
                        "system": {"type": "user_changed_user_id", "user_id": "NE.2"},
                    }
                ]
            }
        ),
        moved(USER, "NE.2"),
    ),
    ("identity", message("system", {"type": "customer_identity_changed"}), Ignored("system_message")),
    ("sent", status("sent"), receipt(DeliveryState.SENT)),
    ("delivered", status("delivered", biz_opaque_callback_data="o1"), receipt(DeliveryState.DELIVERED, "o1")),
    ("read", status("read", recipient_id=None), receipt(DeliveryState.READ)),
    ("played", status("played"), receipt(DeliveryState.READ)),
    (
        "failed",
        status("failed", errors=[{"code": 131047, "title": "…"}]),
        receipt(DeliveryState.FAILED, error="131047"),
    ),
    ("deleted", status("deleted"), Ignored("unknown_status")),
    (
        "opted out",
        delivery(
            {"user_preferences": [{"wa_id": PHONE, "user_id": USER, "value": "stop", "timestamp": int(STAMP)}]},
            field="user_preferences",
        ),
        said(Kind.OPTED_OUT, ref=""),
    ),
    (
        "opted in",
        delivery(
            {"user_preferences": [{"wa_id": PHONE, "user_id": USER, "value": "resume", "timestamp": STAMP}]},
            field="user_preferences",
        ),
        said(Kind.OPTED_IN, ref=""),
    ),
]


@pytest.mark.parametrize(("payload", "item"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_an_item_is_understood(payload: dict[str, Any], item: Item) -> None:
    """Each kind of item becomes what the person did, or is ignored by name."""
    (raw,) = raw_items(payload, phone_id="1001")
    assert parse(raw.body, account="main") == item


@pytest.mark.parametrize(
    ("contacts", "sender", "external", "alias"),
    [
        ([CONTACT], {"from": PHONE, "from_user_id": USER}, USER, PHONE),
        ([{"wa_id": PHONE}], {"from": PHONE}, PHONE, None),
        ([{"user_id": USER, "wa_id": None}], {"from_user_id": USER}, USER, None),
        ([{"user_id": USER}], {}, USER, None),
        ([CONTACT], {"from": PHONE}, USER, PHONE),
        ([], {"from": PHONE}, PHONE, None),
        ([{"wa_id": "22790000009", "user_id": "NE.9"}, CONTACT], {"from": PHONE}, USER, PHONE),
    ],
)
def test_a_person_is_known_by_user_id_or_number(
    contacts: list[Any], sender: dict[str, str], external: str, alias: str | None
) -> None:
    """The business-scoped id comes first, the number is its alias, either may be missing."""
    sent = {"id": "wamid.1", "timestamp": STAMP, "type": "text", "text": {"body": "x"}, **sender}
    (raw,) = raw_items(delivery({"contacts": contacts, "messages": [sent]}), phone_id="1001")
    item = parse(raw.body, account="main")
    assert isinstance(item, Incoming)
    assert (raw.person, item.external, item.alias) == (external, external, alias)


def test_a_batch_is_cut_into_all_its_items() -> None:
    """A thousand messages and statuses over several entries and changes: each one once, in order, with its key."""
    changes = []
    for number in range(500):
        sent = {
            "id": f"wamid.{number}",
            "from": PHONE,
            "timestamp": STAMP,
            "type": "text",
            "text": {"body": str(number)},
        }
        told = {"id": f"wamid.{number}", "status": "read", "timestamp": STAMP}
        changes += delivery({"messages": [sent], "statuses": [told]})["entry"][0]["changes"]
    batch = {"object": "whatsapp_business_account", "entry": [{"changes": changes[:200]}, {"changes": changes[200:]}]}
    items = raw_items(batch, phone_id="1001")
    assert [item.key for item in items] == [key for n in range(500) for key in (f"wamid.{n}", f"wamid.{n}|read")]
    assert {item.person for item in items} == {PHONE, ""}


def test_other_numbers_and_other_fields_are_not_ours() -> None:
    """What concerns another number, or is no message, is left out."""
    other = delivery({"messages": [{"id": "wamid.1"}]}, phone_id="2002")
    template = delivery({"event": "APPROVED", "messages": "not a list"}, field="message_template_status_update")
    assert raw_items(other, phone_id="1001") == raw_items(template, phone_id="1001") == []


def test_an_item_keeps_its_key_in_other_bytes() -> None:
    """The key is the provider's id, whatever the order of the fields around it."""
    payload = message("text", {"body": "x"})
    shuffled = dict(random.Random(1).sample(sorted(payload.items()), len(payload)))
    assert raw_items(payload, phone_id="1001")[0].key == raw_items(shuffled, phone_id="1001")[0].key == "wamid.1"


def test_a_bad_item_fails_alone() -> None:
    """A message without an id gets the key of its content, is refused when parsed, and hides no other."""
    good = message("text", {"body": "x"})["entry"][0]["changes"][0]["value"]["messages"][0]
    items = raw_items(delivery({"contacts": [CONTACT], "messages": [{"type": "text"}, good]}), phone_id="1001")
    assert len(items[0].key) == 64
    with pytest.raises(ValueError, match="validation error"):
        parse(items[0].body, account="main")
    assert parse(items[1].body, account="main") == said(Kind.TEXT, "x")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"object": "page", "entry": []},
        {"object": "whatsapp_business_account"},
        {"object": "whatsapp_business_account", "entry": [1]},
    ],
)
def test_what_is_no_delivery_is_refused(payload: dict[str, Any]) -> None:
    """A webhook of another product, or of no shape, is refused as a whole."""
    with pytest.raises(ValueError, match="validation error"):
        raw_items(payload, phone_id="1001")


def test_names_are_not_kept_and_not_in_errors() -> None:
    """The profile's name is dropped at once; an error about a malformed item does not hold what it says."""
    (raw,) = raw_items(message("text", {"body": ["canary"]}), phone_id="1001")
    assert "Moussa" not in raw.body
    with pytest.raises(ValueError, match=r"text\.body") as caught:
        parse(raw.body, account="main")
    assert "canary" not in str(caught.value)
    assert PHONE not in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "from", "timestamp", "type", "text", "image", "system", "interactive", "status", "wa_id", "edit"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=14,
)


@given(st.fixed_dictionaries({"contacts": JSON, "messages": JSON, "statuses": JSON, "user_preferences": JSON}))
def test_malformed_deliveries_do_no_harm(value: dict[str, Any]) -> None:
    """A delivery of any shape is cut, ignored or refused with ValueError, nothing else."""
    with suppress(ValueError):
        for raw in raw_items(delivery(value), phone_id="1001"):
            with suppress(ValueError):
                parse(raw.body, account="main")


@given(st.lists(JSON, max_size=4))
def test_malformed_items_do_no_harm(items: list[Any]) -> None:
    """Items of any shape in a sound delivery are understood, ignored or refused with ValueError."""
    shaped = [{"id": "wamid.1", "timestamp": STAMP, "from": PHONE, **item} for item in items if isinstance(item, dict)]
    for raw in raw_items(delivery({"messages": shaped, "statuses": shaped}), phone_id="1001"):
        with suppress(ValueError):
            parse(raw.body, account="main")
