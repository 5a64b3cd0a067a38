"""What is asked of the Cloud API, and what its answers mean."""

from __future__ import annotations

import hashlib
import hmac
import logging
import traceback
from typing import Any

import pytest

from bot.channels import RawItem, Remedy, SendError, Sent
from bot.channels.registry import open_channel
from bot.channels.whatsapp import WhatsAppChannel
from bot.channels.whatsapp_errors import remedy_for
from bot.channels.whatsapp_openers import FAULTS, Opener, in_order
from handlers.messages import Choice, Media, MediaKind, Outgoing, Style
from tests.bot.channels.conftest import PERSON, SECRETS, TOKEN, WORDS
from tests.bot.channels.provider import HANG_UP, Provider

USER = "NE.ab91208655302741918"
VOICE = Media(MediaKind.VOICE, "m1")


def refusal(code: int, status: int = 400) -> tuple[int, dict[str, Any]]:
    """An answer of the Cloud API that refuses."""
    error = {"message": f"(#{code}) canary-text", "type": "OAuthException", "code": code, "fbtrace_id": "A"}
    return status, {"error": error | {"error_data": {"messaging_product": "whatsapp", "details": PERSON}}}


def envelope(kind: str, content: dict[str, Any], **to: str) -> dict[str, Any]:
    """What a message is sent in."""
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "biz_opaque_callback_data": "o1",
        "type": kind,
        kind: content,
        **to,
    }


async def test_a_text_goes_to_a_number(whatsapp: WhatsAppChannel, cloud_api: Provider) -> None:
    """The call has the token, our tracker, no preview; the wamid comes back."""
    assert await whatsapp.send(PERSON, WORDS, tracker="o1") == Sent("wamid.7")
    assert cloud_api.last.path.endswith("/1001/messages")
    assert cloud_api.last.headers["Authorization"] == f"Bearer {TOKEN}"
    assert cloud_api.last.fields == envelope("text", {"body": "canary-text", "preview_url": False}, to=PERSON)


async def test_a_text_goes_to_a_user_id(whatsapp: WhatsAppChannel, cloud_api: Provider) -> None:
    """A business-scoped user id is a recipient, also when it holds letters."""
    await whatsapp.send(USER, WORDS, tracker="o1")
    assert cloud_api.last.fields == envelope("text", {"body": "canary-text", "preview_url": False}, recipient=USER)


async def test_choices_are_buttons(whatsapp: WhatsAppChannel, cloud_api: Provider) -> None:
    """A part with buttons is an interactive message."""
    await whatsapp.send(PERSON, Outgoing("Sure?", choices=(Choice("a:0", "Yes"), Choice("a:1", "No"))), tracker="o1")
    buttons = [
        {"type": "reply", "reply": {"id": token, "title": title}} for token, title in (("a:0", "Yes"), ("a:1", "No"))
    ]
    interactive = {"type": "button", "body": {"text": "Sure?"}, "action": {"buttons": buttons}}
    assert cloud_api.last.fields == envelope("interactive", interactive, to=PERSON)


async def test_choices_are_a_list(whatsapp: WhatsAppChannel, cloud_api: Provider) -> None:
    """A part with a list has rows, with descriptions where there are any."""
    choices = (Choice("a:0", "Courts", "First instance"), Choice("a:1", "Prisons"))
    part = Outgoing("Where?", choices=choices, style=Style.LIST, list_button="Choose")
    await whatsapp.send(PERSON, part, tracker="o1")
    rows = [{"id": "a:0", "title": "Courts", "description": "First instance"}, {"id": "a:1", "title": "Prisons"}]
    action = {"button": "Choose", "sections": [{"rows": rows}]}
    interactive = {"type": "list", "body": {"text": "Where?"}, "action": action}
    assert cloud_api.last.fields == envelope("interactive", interactive, to=PERSON)


@pytest.mark.parametrize(
    ("media", "kind", "content"),
    [
        (Media(MediaKind.VOICE, "m1", "audio/ogg"), "audio", {"id": "up1", "voice": True}),
        (Media(MediaKind.AUDIO, "m1", "audio/mpeg"), "audio", {"id": "up1"}),
        (Media(MediaKind.PICTURE, "m1"), "image", {"id": "up1", "caption": "see"}),
        (Media(MediaKind.VIDEO, "m1"), "video", {"id": "up1", "caption": "see"}),
        (
            Media(MediaKind.DOCUMENT, "m1", name="loi.pdf"),
            "document",
            {"id": "up1", "caption": "see", "filename": "loi.pdf"},
        ),
    ],
)
async def test_files_are_uploaded_then_sent(
    whatsapp: WhatsAppChannel, cloud_api: Provider, media: Media, kind: str, content: dict[str, Any]
) -> None:
    """The bytes go up first; the message then names them by their id."""
    cloud_api.answers = [(200, {"id": "up1"})]
    assert await whatsapp.send(
        PERSON, Outgoing(content.get("caption", ""), media=media), tracker="o1", media=b"bytes"
    ) == Sent("wamid.7")
    upload, message = cloud_api.requests
    assert (upload.path.rpartition("/")[2], upload.fields["file"]) == ("media", b"bytes")
    assert message.fields == envelope(kind, content, to=PERSON)


async def test_a_calendar_goes_up_as_a_text(whatsapp: WhatsAppChannel, cloud_api: Provider) -> None:
    """The Cloud API takes no text/calendar: it goes as plain text, and the ending of its name opens it."""
    cloud_api.answers = [(200, {"id": "up1"})]
    media = Media(MediaKind.DOCUMENT, "m1", mime="text/calendar", name="jisr.ics")
    await whatsapp.send(PERSON, Outgoing("see", media=media), tracker="o1", media=b"BEGIN:VCALENDAR")
    upload, message = cloud_api.requests
    assert upload.fields["type"] == "text/plain"
    assert message.fields["document"]["filename"] == "jisr.ics"


async def test_a_lost_upload_is_certain(whatsapp: WhatsAppChannel, cloud_api: Provider) -> None:
    """When the upload fails the message was not sent, whatever became of the file."""
    cloud_api.answers = [HANG_UP]
    with pytest.raises(SendError) as caught:
        await whatsapp.send(PERSON, Outgoing(media=VOICE), tracker="o1", media=b"bytes")
    assert (caught.value.remedy, caught.value.ambiguous) == (Remedy.RETRY, False)


@pytest.mark.parametrize(("content", "code"), [(None, "no_media"), (b"x" * 16_000_001, "too_large")])
async def test_a_file_that_cannot_go_is_refused(
    whatsapp: WhatsAppChannel, cloud_api: Provider, content: bytes | None, code: str
) -> None:
    """A file that is gone or too large is not sent."""
    with pytest.raises(SendError, match=code):
        await whatsapp.send(PERSON, Outgoing(media=VOICE), tracker="o1", media=content)
    assert cloud_api.requests == []


async def test_the_opener_is_a_template(whatsapp: WhatsAppChannel, cloud_api: Provider) -> None:
    """Outside the window an approved template says how many messages wait."""
    assert await whatsapp.open_window(PERSON, language="fr", waiting=3, tracker="o1") == Sent("wamid.7")
    body = {"type": "body", "parameters": [{"type": "text", "text": "3"}]}
    template = {"name": "jisr_waiting", "language": {"code": "fr"}, "components": [body]}
    assert cloud_api.last.fields == envelope("template", template, to=PERSON)


@pytest.mark.parametrize("code", sorted(map(int, FAULTS)))
async def test_another_language_of_the_opener(whatsapp: WhatsAppChannel, cloud_api: Provider, code: int) -> None:
    """Where the template is paused or missing in the person's language, it goes in another."""
    cloud_api.answers = [refusal(code)]
    assert await whatsapp.open_window(PERSON, language="fr", waiting=3, tracker="o1") == Sent("wamid.7")
    asked = [request.fields["template"]["language"]["code"] for request in cloud_api.requests]
    assert (asked[0], len(asked)) == ("fr", 2)
    assert asked[1] != "fr"


async def test_an_opener_in_no_language(whatsapp: WhatsAppChannel, cloud_api: Provider) -> None:
    """Where no language of the template works that is said; another refusal is not tried again in other words."""
    cloud_api.answers = [refusal(132001)] * 3 + [refusal(131026)]
    with pytest.raises(SendError, match="132001"):
        await whatsapp.open_window(PERSON, language="fr", waiting=3, tracker="o1")
    assert len(cloud_api.requests) == 3
    with pytest.raises(SendError, match="131026"):
        await whatsapp.open_window(PERSON, language="fr", waiting=3, tracker="o2")
    assert len(cloud_api.requests) == 4


def test_openers_as_they_are_set_up() -> None:
    """A language may have a template of its own name and code, with or without the number of what waits."""
    found = {"fr": Opener("jisr_fr", "fr_FR", ()), "en": Opener("jisr_waiting", "en")}
    assert [each.code for each in in_order(found, "en")] == ["en", "fr_FR"]
    assert [each.code for each in in_order(found, "ha")] == ["fr_FR", "en"]
    assert found["fr"].content(3) == {"name": "jisr_fr", "language": {"code": "fr_FR"}, "components": []}


ERRORS: list[tuple[str, Any, Remedy, dict[str, Any]]] = [
    ("expired token", refusal(190, 401), Remedy.STOP, {"code": "190"}),
    ("policy", refusal(368, 403), Remedy.STOP, {}),
    ("locked", refusal(131031), Remedy.STOP, {}),
    ("app calls", refusal(4), Remedy.PAUSE, {}),
    ("account calls", refusal(80007), Remedy.PAUSE, {}),
    ("throughput", refusal(130429, 429), Remedy.PAUSE, {"ambiguous": False}),
    ("spam", refusal(131048), Remedy.PAUSE, {}),
    ("upgrade", refusal(131057), Remedy.PAUSE, {}),
    ("pair", refusal(131056), Remedy.RETRY, {"retry_after_s": 6.0}),
    ("window", refusal(131047), Remedy.TEMPLATE, {}),
    ("no WhatsApp", refusal(131026), Remedy.UNREACHABLE, {}),
    ("opted out", refusal(131050), Remedy.OPTED_OUT, {}),
    ("marketing", refusal(131049), Remedy.NEXT_DAY, {}),
    ("country", refusal(130497), Remedy.COUNTRY, {}),
    ("parameter", refusal(131009), Remedy.REJECTED, {}),
    ("template", refusal(132001, 404), Remedy.REJECTED, {}),
    ("went wrong", refusal(131000, 500), Remedy.RETRY, {"ambiguous": True}),
    ("unknown", refusal(999_999), Remedy.RETRY, {"ambiguous": False}),
    ("unknown, of the server", refusal(999_999, 500), Remedy.RETRY, {"ambiguous": True}),
    ("a proxy's page", (502, "<html>canary-text</html>"), Remedy.RETRY, {"ambiguous": True, "code": "502"}),
    ("no code", (400, {"error": {"message": "canary-text"}}), Remedy.RETRY, {}),
    ("no json", (200, "canary-text"), Remedy.RETRY, {"ambiguous": True}),
    ("no id", (200, {"messages": []}), Remedy.RETRY, {"ambiguous": True}),
    ("hung up", HANG_UP, Remedy.RETRY, {"ambiguous": True}),
]


@pytest.mark.parametrize(("answer", "remedy", "fields"), [row[1:] for row in ERRORS], ids=[row[0] for row in ERRORS])
async def test_a_refusal_says_what_to_do(
    whatsapp: WhatsAppChannel, cloud_api: Provider, answer: Any, remedy: Remedy, fields: dict[str, Any]
) -> None:
    """Each error has one remedy; what the provider said, the text and the number are in no part of it."""
    cloud_api.answers = [answer]
    with pytest.raises(SendError) as caught:
        await whatsapp.send(PERSON, WORDS, tracker="o1")
    assert caught.value.remedy is remedy
    assert {name: getattr(caught.value, name) for name in fields} == fields
    told = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert not any(secret in told for secret in SECRETS)
    assert caught.value.__context__ is None


async def test_a_request_that_never_left_is_certain() -> None:
    """When nobody listens nothing was sent: trying again cannot double it."""
    channel = WhatsAppChannel("main", TOKEN, "1001", "s", "v", "http://127.0.0.1:9")
    with pytest.raises(SendError) as caught:
        await channel.send(PERSON, WORDS, tracker="o1")
    await channel.close()
    assert (caught.value.remedy, caught.value.ambiguous) == (Remedy.RETRY, False)


@pytest.mark.parametrize(
    ("code", "remedy"),
    [("131047", Remedy.TEMPLATE), ("131050", Remedy.OPTED_OUT), ("", Remedy.RETRY), ("x", Remedy.RETRY)],
)
async def test_a_late_failure_has_a_remedy_too(whatsapp: WhatsAppChannel, code: str, remedy: Remedy) -> None:
    """A failed status is treated as the same code in an answer."""
    assert whatsapp.remedy(code) is remedy_for(code) is remedy


async def test_a_file_is_fetched(whatsapp: WhatsAppChannel, cloud_api: Provider) -> None:
    """A file is looked up, then read, with the token."""
    cloud_api.answers = [
        (200, {"id": "m1", "url": f"{cloud_api.url}/file/1", "file_size": 4, "mime_type": "audio/ogg"}),
        (200, b"OggS"),
    ]
    assert await whatsapp.download(VOICE, at_most=4) == b"OggS"
    assert cloud_api.last.path == "/file/1"
    assert cloud_api.last.headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("size", "answers", "remedy"),
    [
        (5, [], Remedy.REJECTED),
        (0, [(200, b"12345")], Remedy.REJECTED),
        (0, [(500, b"")], Remedy.RETRY),
        (0, [HANG_UP, HANG_UP], Remedy.RETRY),
    ],
)
async def test_a_file_that_cannot_come_is_an_error(
    whatsapp: WhatsAppChannel, cloud_api: Provider, size: int, answers: list[Any], remedy: Remedy
) -> None:
    """A file is refused by its announced size and by its real one; a broken answer is tried again."""
    cloud_api.answers = [(200, {"id": "m1", "url": f"{cloud_api.url}/file/1", "file_size": size}), *answers]
    with pytest.raises(SendError) as caught:
        await whatsapp.download(VOICE, at_most=4)
    assert caught.value.remedy is remedy


async def test_a_deep_link_names_the_number(whatsapp: WhatsAppChannel, cloud_api: Provider) -> None:
    """The number is asked once; the code stands typed in."""
    cloud_api.usual = {"display_phone_number": "+1 555-000-0000", "id": "1001"}
    assert await whatsapp.deep_link("ABCDE-12345") == "https://wa.me/15550000000?text=ABCDE-12345"
    await whatsapp.deep_link("X")
    assert len(cloud_api.requests) == 1


async def test_only_a_signed_body_is_authentic(whatsapp: WhatsAppChannel) -> None:
    """The HMAC is of the raw bytes, with the app secret; anything else is not Meta's."""
    body = b'{"object": "whatsapp_business_account"}'
    signature = "sha256=" + hmac.new(b"app-secret", body, hashlib.sha256).hexdigest()
    assert whatsapp.authentic({"X-Hub-Signature-256": signature}, body)
    assert not whatsapp.authentic({"X-Hub-Signature-256": signature}, body + b" ")
    assert not whatsapp.authentic({"X-Hub-Signature-256": signature.upper()}, body)
    assert not whatsapp.authentic({"X-Hub-Signature-256": ""}, body)
    assert not whatsapp.authentic({}, body)


async def test_without_a_secret_nothing_is_authentic() -> None:
    """An empty app secret signs nothing."""
    settings = {
        "token": TOKEN,
        "phone_id": "1",
        "app_secret": "",
        "verify_token": "",
        "api_url": "https://graph.facebook.com",
    }
    channel = open_channel("whatsapp", "main", **settings)
    assert not channel.authentic(
        {"X-Hub-Signature-256": "sha256=" + hmac.new(b"", b"", hashlib.sha256).hexdigest()}, b""
    )
    assert isinstance(channel, WhatsAppChannel)
    assert channel.challenge({"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"}) is None
    await channel.close()


@pytest.mark.parametrize(
    ("params", "answer"),
    [
        ({"hub.mode": "subscribe", "hub.verify_token": "verify-me", "hub.challenge": "1158201444"}, "1158201444"),
        ({"hub.mode": "subscribe", "hub.verify_token": "wrong", "hub.challenge": "1"}, None),
        ({"hub.mode": "unsubscribe", "hub.verify_token": "verify-me", "hub.challenge": "1"}, None),
        ({}, None),
    ],
)
async def test_the_challenge_needs_the_verify_token(
    whatsapp: WhatsAppChannel, params: dict[str, str], answer: str | None
) -> None:
    """Meta's GET is answered only when it names our token."""
    assert whatsapp.challenge(params) == answer


async def test_nothing_is_logged(
    whatsapp: WhatsAppChannel, cloud_api: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    """At DEBUG no line holds the token, the number or the text."""
    caplog.set_level(logging.DEBUG)
    cloud_api.answers = [refusal(131026), HANG_UP]
    for _ in range(3):
        try:
            await whatsapp.send(PERSON, WORDS, tracker="o1")
        except SendError:
            continue
    assert not any(secret in caplog.text for secret in SECRETS)


async def test_a_press_needs_no_answer(whatsapp: WhatsAppChannel, cloud_api: Provider) -> None:
    """WhatsApp waits for nothing after a press."""
    await whatsapp.acknowledge(RawItem("wamid.1", USER, "{}"))
    assert cloud_api.requests == []


async def test_the_rates_are_whatsapps(whatsapp: WhatsAppChannel) -> None:
    """80 a second, one in six seconds to a person with 45 at once, a window of a day, 250 people outside it."""
    rates = whatsapp.rates
    assert (rates.account, rates.chat, rates.window_h, rates.reach_per_day) == ((80, 1.0, 80), (1, 6.0, 45), 24, 250)
