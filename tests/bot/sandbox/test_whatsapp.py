"""The WhatsApp stand-in, under the client library that knows the real one."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from pywa import errors, types
from pywa.types import message_status
from pywa_async.client import WhatsApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.phones import Phone
from bot.sandbox.samples import document, picture, voice
from bot.sandbox.serving import Serving
from bot.sandbox.standins import ACCOUNT
from bot.sandbox.whatsapp_checks import Template
from tests.bot.sandbox.conftest import Desk


class Elsewhere(httpx.AsyncHTTPTransport):
    """A transport that takes what is meant for the public API to the stand-in."""

    def __init__(self, url: str) -> None:
        super().__init__(verify=False)
        self.url = httpx.URL(url)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it to the stand-in."""
        request.url = request.url.copy_with(scheme=self.url.scheme, host=self.url.host, port=self.url.port)
        return await super().handle_async_request(request)


class Receiver:
    """A program's webhook: checks signatures, keeps the deliveries, refuses the first few."""

    def __init__(self) -> None:
        self.refuse = 0
        self.deliveries: list[dict] = []
        self.serving = Serving(Starlette(routes=[Route("/whatsapp/main", self.take, methods=["POST"])]))

    async def take(self, request: Request) -> PlainTextResponse:
        """Check the signature, keep the delivery, answer 503 while it is to be refused."""
        body = await request.body()
        proof = hmac.new(ACCOUNT.app_secret.encode(), body, hashlib.sha256).hexdigest()
        assert request.headers["x-hub-signature-256"] == f"sha256={proof}"
        self.deliveries.append(json.loads(body))
        self.refuse -= 1
        return PlainTextResponse("", 503 if self.refuse >= 0 else 200)

    @property
    def values(self) -> list[dict]:
        """Every change that came, in order."""
        return [change["value"] for each in self.deliveries for change in each["entry"][0]["changes"]]

    def last(self) -> dict:
        """Return the last message as a delivery of its own, as pywa wants it."""
        value = next(value for value in reversed(self.values) if "messages" in value)
        return {"entry": [{"id": "1", "changes": [{"value": value}]}]}


@pytest.fixture
async def receiver(desk: Desk) -> AsyncIterator[Receiver]:
    """A program that takes webhooks."""
    receiver = Receiver()
    await receiver.serving.start()
    desk.whatsapp.webhook.url = receiver.serving.url + "/whatsapp/main"
    yield receiver
    await receiver.serving.close()


@pytest.fixture
async def client(desk: Desk) -> AsyncIterator[WhatsApp]:
    """The program's side: pywa's client."""
    async with httpx.AsyncClient(transport=Elsewhere(desk.url)) as session:
        yield WhatsApp(phone_id=ACCOUNT.phone_id, token=ACCOUNT.token, session=session)


@pytest.fixture
def issa(desk: Desk) -> Phone:
    """A phone in Niamey."""
    return desk.phone(app="whatsapp", country="NE", language="fr", name="Issa")


async def test_a_chat(client: WhatsApp, issa: Phone, desk: Desk, receiver: Receiver):
    """Text in, buttons out, the press in, as pywa reads and writes them."""
    await issa.says("Bonjour")
    await desk.whatsapp.webhook.drained()
    said = types.Message.from_update(client, receiver.deliveries[0])
    assert (said.text, said.from_user.wa_id, said.from_user.bsuid) == ("Bonjour", issa.number, issa.user_id)
    buttons = [types.Button(title=title, callback_data=title[:1]) for title in ("Oui", "Non")]
    sent = await client.send_message(issa.number, "D'accord ?", buttons=buttons, tracker="t1")
    heard = await issa.hears()
    assert (heard.id, heard.labels, heard.look) == (sent.id, ["Oui", "Non"], "buttons")
    await issa.taps("Non")
    await desk.whatsapp.webhook.drained()
    press = types.CallbackButton.from_update(client, receiver.last())
    assert (press.data, press.reply_to_message.id) == ("N", sent.id)
    assert await client.mark_message_as_read(press.id)
    await client.indicate_typing(press.id)
    assert issa.typing_until
    assert issa.messages[-1].state == "read"


async def test_a_list(client: WhatsApp, issa: Phone, desk: Desk, receiver: Receiver):
    """A list shows its rows with notes, and the chosen row comes back."""
    await issa.says("x")
    rows = [types.SectionRow(title=f"Thème {n}", callback_data=f"r{n}", description="Détail") for n in range(10)]
    await client.send_message(
        issa.user_id, "Quel thème ?", buttons=types.SectionList("Choisir", [types.Section("Thèmes", rows)])
    )
    heard = await issa.hears()
    assert (heard.opener, len(heard.taps), heard.taps[0].note) == ("Choisir", 10, "Détail")
    await issa.taps(-1)
    await desk.whatsapp.webhook.drained()
    choice = types.CallbackSelection.from_update(client, receiver.last())
    assert (choice.data, choice.title, choice.description) == ("r9", "Thème 9", "Détail")


async def test_statuses(client: WhatsApp, issa: Phone, desk: Desk, receiver: Receiver):
    """Each message is reported sent, delivered and read, with our tracker."""
    await issa.says("x")
    await client.send_message(issa.number, "Bonjour", tracker="t7")
    await desk.whatsapp.webhook.drained()
    updates = [
        {"entry": [{"id": "1", "changes": [{"value": value}]}]} for value in receiver.values if "statuses" in value
    ]
    statuses = [message_status.MessageStatus.from_update(client, update) for update in updates]
    assert [status.status for status in statuses] == ["sent", "delivered", "read"]
    assert {status.tracker for status in statuses} == {"t7"}


async def test_hidden_number(issa: Phone, desk: Desk, client: WhatsApp, receiver: Receiver):
    """A person with a username is known by the user id only, and can be written to by it."""
    issa.shows_number = False
    await issa.says("x")
    await client.send_message(issa.user_id, "Bonjour")
    await desk.whatsapp.webhook.drained()
    assert issa.number not in json.dumps(receiver.deliveries)
    assert receiver.values[0]["messages"][0]["from_user_id"] == issa.user_id


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"type": "text", "text": {"body": "x" * 4097}}, 100),
        ({"type": "text", "text": {"body": ""}}, 131008),
        ({"type": "interactive", "interactive": {"type": "button", "body": {"text": "x" * 1025}}}, 131009),
        ({"type": "sticker", "sticker": {"id": "1"}}, 131051),
        ({"type": "image", "image": {"id": "nowhere"}}, 131009),
        ({"type": "template", "template": {"name": "no", "language": {"code": "fr"}}}, 132001),
    ],
)
async def test_refusals(client: WhatsApp, issa: Phone, message, code):
    """What the Cloud API refuses is refused with its code."""
    await issa.says("x")
    with pytest.raises(errors.WhatsAppError) as refusal:
        await client.api.send_raw_request(
            "POST", f"/{ACCOUNT.phone_id}/messages", json={"messaging_product": "whatsapp", "to": issa.number} | message
        )
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "action",
    [
        {"buttons": []},
        {"buttons": [{"reply": {"id": str(n), "title": str(n)}} for n in range(4)]},
        {"buttons": [{"reply": {"id": "1", "title": "x" * 21}}]},
        {"buttons": [{"reply": {"id": "x" * 257, "title": "x"}}]},
        {"buttons": [{"reply": {"id": "1", "title": "x"}}, {"reply": {"id": "1", "title": "y"}}]},
        {"button": "x", "sections": [{"rows": [{"id": str(n), "title": str(n)} for n in range(11)]}]},
        {"button": "x" * 21, "sections": [{"rows": [{"id": "1", "title": "x"}]}]},
        {"button": "x", "sections": [{"rows": [{"id": "1", "title": "x" * 25}]}]},
        {"button": "x", "sections": [{"rows": [{"id": "1", "title": "x", "description": "x" * 73}]}]},
        {"button": "x", "sections": [{"rows": [{"id": "1", "title": "x"}, {"id": "1", "title": "y"}]}]},
        {"button": "x", "sections": [{"rows": [{"id": "1", "title": "x"}]}, {"rows": [{"id": "2", "title": "y"}]}]},
    ],
)
async def test_interactive_limits(client: WhatsApp, issa: Phone, action):
    """Counts and lengths of buttons and rows are enforced."""
    await issa.says("x")
    part = {"type": "list" if "button" in action else "button", "body": {"text": "?"}, "action": action}
    body = {"messaging_product": "whatsapp", "to": issa.number, "type": "interactive", "interactive": part}
    with pytest.raises(errors.WhatsAppError) as refusal:
        await client.api.send_raw_request("POST", f"/{ACCOUNT.phone_id}/messages", json=body)
    assert refusal.value.code in {131008, 131009}


async def test_window_and_template(client: WhatsApp, issa: Phone, desk: Desk, receiver: Receiver):
    """24 hours after the person's last message only an approved template passes; an answer opens them again."""
    desk.whatsapp.sends.templates["news"] = Template({"fr": "Vous avez {{1}} messages."}, {"fr": ["Lire"]})
    with pytest.raises(errors.ReEngagementMessage):
        await client.send_message(issa.number, "trop tôt")
    await issa.says("x")
    await client.send_message(issa.number, "à temps")
    desk.passes(24 * 3600)
    with pytest.raises(errors.ReEngagementMessage):
        await client.send_message(issa.number, "trop tard")
    components = [
        {"type": "body", "parameters": [{"type": "text", "text": "3"}]},
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": 0,
            "parameters": [{"type": "payload", "payload": "/menu"}],
        },
    ]
    await client.api.send_message(
        sender=ACCOUNT.phone_id,
        to=issa.number,
        recipient=None,
        recipient_type="individual",
        typ="template",
        msg={"name": "news", "language": {"code": "fr"}, "components": components},
    )
    assert (await issa.hears("3 messages")).labels == ["Lire"]
    await issa.taps("Lire")
    await desk.whatsapp.webhook.drained()
    assert types.CallbackButton.from_update(client, receiver.last()).data == "/menu"
    await client.send_message(issa.number, "de nouveau à temps")
    desk.whatsapp.sends.window_says = "status"
    desk.passes(24 * 3600)
    await client.send_message(issa.number, "pris, puis échoué")
    await desk.whatsapp.webhook.drained()
    assert receiver.values[-1]["statuses"][0]["errors"][0]["code"] == 131047


async def test_rates(client: WhatsApp, issa: Phone, desk: Desk):
    """45 at once to one person, then one each 6 s; 80 each second in all."""
    await issa.says("x")
    for number in range(45):
        await client.send_message(issa.number, f"{number}")
    with pytest.raises(errors.TooManyMessages):
        await client.send_message(issa.number, "45")
    desk.passes(6)
    await client.send_message(issa.number, "45")
    others = [desk.phone(app="whatsapp", country="ML", language="fr") for _ in range(100)]
    for other in others:
        await other.says("x")
    desk.passes(1)
    for other in others[:80]:
        await client.send_message(other.number, "x")
    late = await asyncio.gather(*(client.send_message(o.number, "x") for o in others[80:]), return_exceptions=True)
    assert any(isinstance(each, errors.RateLimitHit) for each in late)


async def test_media_both_ways(client: WhatsApp, issa: Phone, desk: Desk, receiver: Receiver):
    """Files go up as multipart and come down with the token only."""
    await issa.sends(voice(2))
    await issa.sends(document("note.pdf"), "À lire")
    await desk.whatsapp.webhook.drained()
    note, paper = (value["messages"][0] for value in receiver.values)
    assert (note["audio"]["voice"], paper["document"]["caption"]) == (True, "À lire")
    where = await client.get_media_url(note["audio"]["id"])
    async with httpx.AsyncClient() as stranger:
        assert (await stranger.get(where.url)).status_code == 401
    assert await client.get_media_bytes(where.url) == voice(2).data
    await client.send_image(issa.number, picture().data, caption="Pont", mime_type="image/png")
    heard = await issa.hears("Pont")
    assert heard.attachment.data == picture().data
    await client.send_document(issa.number, document().data, filename="fiche.pdf", mime_type="application/pdf")
    assert (await issa.hears()).attachment.kind == "document"


async def test_insists_until_taken(issa: Phone, desk: Desk, receiver: Receiver):
    """A webhook that is refused comes again, first after a second, then after two; nothing is lost."""
    receiver.refuse = 2
    await issa.says("un")
    for seconds in (1, 2):
        await desk.alarm.asked()
        desk.passes(seconds - 0.001)
        assert len(receiver.deliveries) == seconds
        desk.passes(0.001)
        await desk.alarm.woken()
    await desk.whatsapp.webhook.drained()
    assert [value["messages"][0]["text"]["body"] for value in receiver.values] == ["un"] * 3
    assert desk.whatsapp.webhook.taken == 1


async def test_batches_repeats_and_order(issa: Phone, desk: Desk, receiver: Receiver):
    """What waited comes in one batch; faults repeat a delivery or turn its order."""
    webhook = desk.whatsapp.webhook
    for kind in (FaultKind.DUPLICATE, FaultKind.REORDER):
        desk.faults.lay(Fault(kind, method="webhook"))
        webhook.held = True
        await issa.says("un")
        await issa.says("deux")
        webhook.held = False
        webhook.look()
        await webhook.drained()
    batches = [
        [change["value"]["messages"][0]["text"]["body"] for change in each["entry"][0]["changes"]]
        for each in receiver.deliveries
    ]
    assert batches == [["un", "deux"], ["un", "deux"], ["deux", "un"]]


async def test_faults(client: WhatsApp, issa: Phone, desk: Desk):
    """Rate and server faults do nothing; a lost answer has done its act."""
    await issa.says("x")
    for kind in (FaultKind.RATE, FaultKind.SERVER, FaultKind.LOST):
        desk.faults.lay(Fault(kind))
    with pytest.raises(errors.RateLimitHit):
        await client.send_message(issa.number, "1")
    with pytest.raises(errors.WhatsAppError):
        await client.send_message(issa.number, "2")
    with pytest.raises(httpx.RemoteProtocolError):
        await client.send_message(issa.number, "3")
    assert [bubble.text for bubble in issa.heard] == ["3"]
    assert not desk.recorder.refused()


async def test_wrong_token_and_number(issa: Phone, desk: Desk):
    """A wrong token is 190, an unknown number 100, a person without WhatsApp 131026."""
    async with httpx.AsyncClient(base_url=desk.url) as stranger:
        body = {"messaging_product": "whatsapp", "to": "22700009999", "type": "text", "text": {"body": "x"}}
        codes = []
        for sender, token in ((ACCOUNT.phone_id, "no"), ("1", ACCOUNT.token), (ACCOUNT.phone_id, ACCOUNT.token)):
            answer = await stranger.post(
                f"/v26.0/{sender}/messages", json=body, headers={"Authorization": f"Bearer {token}"}
            )
            codes.append(answer.json()["error"]["code"])
    assert codes == [190, 100, 131026]


async def test_opting_out(issa: Phone, desk: Desk, receiver: Receiver):
    """A wish set in the app arrives as a user preference."""
    desk.whatsapp.prefer(issa, stop=True)
    await desk.whatsapp.webhook.drained()
    assert receiver.deliveries[0]["entry"][0]["changes"][0]["field"] == "user_preferences"
