"""Polls: a secret ballot from its making to its published digest, on two apps, in three languages."""

from __future__ import annotations

import re

from bot.sandbox.harness import Sandbox
from bot.sandbox.phones import Phone
from network import polls, results, secrecy
from tests.scenarios.acts import invitation, join_in_arabic, join_in_french, talk

QUESTION = "à quel point la population et la police"
RECEIPT = re.compile(r"\b[0-9A-Z]{8}-[0-9A-Z]{8}\b")


async def _coordinators(sandbox: Sandbox) -> tuple[Phone, Phone]:
    """Seat a coordinator of each side in Tunisia."""
    sana = sandbox.phone(app="telegram", country="TN", language="fr", name="Sana")
    adel = sandbox.phone(app="whatsapp", country="TN", language="fr", name="Adel")
    code = await invitation(sandbox, country="TN", side="civil", seat="coordinator")
    await join_in_french(sana, code, service="Association", name="Sana", official=False)
    code = await invitation(sandbox, country="TN", side="official", seat="coordinator")
    await join_in_french(adel, code, service="Police", name="Adel", official=True)
    return sana, adel


async def _in_english(sandbox: Sandbox) -> Phone:
    """Let a member read English."""
    mona = sandbox.phone(app="telegram", country="TN", language="fr", name="Mona")
    code = await invitation(sandbox, country="TN", side="civil")
    await join_in_french(mona, code, service="Association", name="Mona", official=False)
    await mona.says("english")
    await talk(mona, ("3", "English"))
    return mona


async def _receipt(phone: Phone, part: str) -> str:
    """Wait for a receipt and return it."""
    found = RECEIPT.search((await phone.hears(part)).text)
    assert found is not None
    return found.group()


async def test_a_secret_poll_from_its_making_to_its_digest(sandbox: Sandbox) -> None:
    """One votes on WhatsApp and changes it on Telegram: one vote, the latest receipt holds, the digest is told."""
    sana, adel = await _coordinators(sandbox)
    amal = sandbox.phone(app="whatsapp", country="TN", language="ar", name="Amal")
    await join_in_arabic(amal, await invitation(sandbox, country="TN", side="civil"), service="جمعية", name="أمل")
    mona = await _in_english(sandbox)

    await talk(sana, ("faire un sondage", "dix secondes"), ("[Un tout prêt]", "Lequel"), ("[Pouls de la", "Pour qui"))
    await talk(sana, ("[Tunisie]", "exactement 4"), ("[C’est bien cela]", "Quand ouvre-t-il"))
    await talk(sana, ("[Maintenant]", "Combien de temps"), ("[7 jours]", "la clé qui y mène est détruite"))
    await talk(sana, ("[Secret]", QUESTION), ("[Oui, le lancer]", "Merci"))

    for phone, part in ((adel, QUESTION), (amal, "إلى أي مدى يثق السكان"), (mona, "how far do the public")):
        await phone.hears(part, timeout=30)
    await talk(mona, ("[Have your say]", "Prefer not to say"))
    await mona.taps("A lot")
    await _receipt(mona, "Your receipt")
    await talk(amal, ("[أدلوا برأيكم]", "سري"))
    await amal.says("٢")
    first = await _receipt(amal, "إيصالكم")

    second_phone = sandbox.phone(app="telegram", country="TN", language="ar", name="Amal, second phone")
    await amal.says("ربط")
    await talk(amal, ("1", "15"))
    code = next(line for line in amal.heard[-1].text.split("\n") if line.startswith(("LINK", "ربط")))
    await second_phone.says(code)
    await second_phone.hears("هل نربط")
    await talk(second_phone, ("1", "قائمة"), ("استطلاعات", "أيها"))
    await talk(second_phone, ("1", "لقد أجبتم من قبل"))
    await second_phone.says("3")
    second = await _receipt(second_phone, "إيصالكم")
    assert first != second

    await sandbox.passes(days=8)
    told = await mona.hears("The digest of all receipts", timeout=60)
    assert "2 members took part" in told.text
    async with sandbox.app.store.reading(sandbox.clock.now()) as tx:
        (poll,) = await polls.closed_for(tx, person=await _person(sandbox))
        found = await results.published(tx, poll=poll.id)
        assert [line.votes for line in found.lines] == [0, 0, 1, 1, 0]
        assert poll.digest == secrecy.digested(await secrecy.hashes(tx, poll=poll.id))
    assert poll.digest in told.text
    for receipt, said in ((second, "نعم: هذا الصوت"), (first, "لا صوت بهذا الإيصال")):
        await talk(second_phone, ("إيصال", "اكتبوا إيصالكم"), (receipt, said))
    await talk(mona, ("[The results]", "not those of the population"), ("[As a picture]", "in a moment"))
    pictured = await mona.hears("In your area", timeout=60)
    assert pictured.attachment is not None
    assert pictured.attachment.kind == "picture"


async def _person(sandbox: Sandbox) -> str:
    """Return the id of any member of the network."""
    from network.members import members  # noqa: PLC0415

    async with sandbox.app.store.reading(sandbox.clock.now()) as tx:
        return str(await tx.scalar(members.select().with_only_columns(members.c.id).limit(1)))
