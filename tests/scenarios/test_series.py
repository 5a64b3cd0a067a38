"""A dialogue of fourteen months between four countries, on both apps, from the first invitation to the review.

It goes over Morocco's clock of Ramadan, Egypt's of summer, and ten days in which Niger is cut off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.sandbox.harness import Sandbox
from bot.sandbox.phones import Phone
from network import shutdowns
from tests.scenarios.acts import invitation, join_in_french, lives, member, settled, talk

BEGINS = datetime(2027, 1, 5, 10, tzinfo=UTC)
RABAT, CAIRO = ZoneInfo("Africa/Casablanca"), ZoneInfo("Africa/Cairo")
TITLE = "Le marché de la paix"
PURPOSE = "Que la police et les habitants préparent ensemble les jours de marché."
LINK = "https://meet.example.org/abc"
FEARS = "Les gens n’osent pas dire aux agents ce qui les inquiète le soir."
QUARRELS = "لا يعرف التجار إلى من يتوجهون حين يقع خلاف في السوق."
ACTION = "Afficher au marché le numéro de la brigade et ses heures."
SUMMARY = "Le numéro est affiché, une permanence se tient chaque jeudi, et les commerçants savent à qui parler."
SOON = {"fr": "Cela commence bientôt", "ar": "يبدأ قريبًا"}  # an hour before


@dataclass(frozen=True)
class Cast:
    """Hind and Amal lead it from Morocco; Issa is of Niger, Amr of Egypt, Sana of Tunisia."""

    sandbox: Sandbox
    hind: Phone
    amal: Phone
    issa: Phone
    amr: Phone
    sana: Phone

    @property
    def guests(self) -> tuple[Phone, ...]:
        """Those who are invited."""
        return self.issa, self.amr, self.sana

    async def comes(self, year: int, month: int, day: int) -> None:
        """Let time pass until ten o’clock (UTC) of a day, on which those on WhatsApp write again."""
        await lives(self.sandbox, datetime(year, month, day, 10, tzinfo=UTC))
        for phone in (self.hind, self.issa):
            if not phone.offline:
                await phone.says("menu")
                await phone.hears()
        await settled(self.sandbox)

    async def opens(self, phone: Phone, *turns: tuple[str, str]) -> None:
        """Open the dialogue, and go on from there."""
        asks, acts = ("حوار؟", "ماذا تودون") if phone.language == "ar" else ("Quel dialogue", "Que voulez-vous")
        await talk(phone, ("series", asks), ("1", acts), *turns)

    async def leads(self, *turns: tuple[str, str]) -> None:
        """Let Hind open the dialogue as its host, and go on from there."""
        await self.opens(self.hind, ("[Le mener]", "comme hôte"), *turns)

    async def next_phase(self, name: str) -> None:
        """Let Hind begin the next phase, though somebody is missing, and all who take part hear of it."""
        await self.leads(("[La phase suivante]", name), ("[Oui, continuer]", "Elle a commencé"))
        await settled(self.sandbox)

    async def agreed(self, part: str) -> None:
        """Let Amal say the yes of the other side."""
        await self.amal.sees("attend", timeout=30)
        await settled(self.sandbox)
        await talk(self.amal, ("[Lire et décider]", part), ("[J’accepte]", "C’est fait"))
        await settled(self.sandbox)

    async def votes(self, phone: Phone, *answers: str) -> None:
        """Answer the poll that came last."""
        await phone.taps(1)
        for answer in answers:
            await phone.hears(answer)
            await phone.taps(answer[:20])  # an app cuts what is long
        await phone.hears("Votre reçu" if phone.language == "fr" else "إيصالكم")


async def _gathered(sandbox: Sandbox) -> Cast:
    """Seat a coordinator of each side in Morocco, and let members of three other countries join."""
    hind = sandbox.phone(app="whatsapp", country="MA", language="fr", name="Hind")
    amal = sandbox.phone(app="telegram", country="MA", language="fr", name="Amal")
    code = await invitation(sandbox, country="MA", side="official", seat="coordinator")
    await join_in_french(hind, code, service="Police", name="Hind", official=True)
    code = await invitation(sandbox, country="MA", side="civil", seat="coordinator")
    await join_in_french(amal, code, service="Association", name="Amal", official=False)
    issa = await member(sandbox, "whatsapp", "fr", country="NE", side="official", name="Issa")
    amr = await member(sandbox, "telegram", "ar", country="EG", side="official", name="Amr")
    sana = await member(sandbox, "telegram", "ar", country="TN", side="civil", name="Sana")
    return Cast(sandbox, hind, amal, issa, amr, sana)


async def _invited(cast: Cast) -> None:
    """Hind proposes the dialogue, Amal agrees, the others take part; nobody was invited before."""
    hind = cast.hind
    await talk(hind, ("series", "dans aucun dialogue"), ("[Ouvrir un dialogue]", "six phases"))
    await talk(hind, ("[Un dialogue local]", "quelques mots"), (TITLE, "À quoi sert-il"), (PURPOSE, "De quoi"))
    await talk(hind, ("[Sécurité communautaire]", "Quel thème"), ("[Dialogue police-public]", "autre thème"))
    await talk(hind, ("[Non, c’est tout]", "Combien de temps"))
    await talk(hind, ("1", "frontalière"), ("0", "Qui est invité"), ("2", "Quels autres"), ("Niger", "Niger"))
    await talk(hind, ("Tunisie", "Tunisie"), ("Egypte", "Égypte"), ("0", "Qui doit"), ("2 11", "Quelles règles"))
    await talk(hind, ("[Tours de parole]", "Égypte · Niger · Tunisie"), ("[Oui, le proposer]", "personne n’est invité"))
    assert not any(TITLE in bubble.text for phone in cast.guests for bubble in phone.heard)
    await cast.agreed(TITLE)
    for phone in cast.guests:
        await phone.sees(TITLE, timeout=30)
        await settled(cast.sandbox)
        await phone.taps(1)
        await phone.hears("●○○○○○")
        await phone.taps(1)
        await phone.hears("5 janvier 2028" if phone.language == "fr" else "5 يناير 2028")


async def _met(cast: Cast) -> None:
    """They meet each second Tuesday at ten by Rabat’s clock, invited by their own; who says yes reads where."""
    await cast.leads(("1", "Guide religieux"), ("[Un dialogue]", "Comment s’appelle"), ("0", "Combien"), ("2", "Où"))
    await talk(cast.hind, ("La maison des jeunes", "lien"), (LINK, "à convenir"))
    await talk(cast.hind, ("[Répéter la rencontre]", "quel rythme"), ("[Chaque mois]", "se termine"))
    await talk(cast.hind, ("1", "Combien de dates"), ("14", "C’est noté"), ("/hosting", "Lequel"), ("1", "à convenir"))
    await talk(cast.hind, ("[Fixer la date]", "Quel jour"), ("12/1/2027", "quelle heure"), ("10:00", "C’est fixé"))
    for phone in (cast.amal, *cast.guests):
        invited = await phone.sees("11:00" if phone is cast.amr else "10:00", timeout=30)
        assert LINK not in invited.text
        await settled(cast.sandbox)
        await phone.taps(1, of=invited)
        await phone.hears("1.")
        await phone.says("1")
        await phone.hears(LINK)
        await settled(cast.sandbox)
        assert [bubble.attachment.name[-4:] for bubble in phone.heard if bubble.attachment] == [".ics"]


async def _asked_before(cast: Cast) -> None:
    """Before it begins the members say in secret how far they trust."""
    await cast.opens(cast.hind, ("[Avant et après]", "Lequel"), ("1", "Quel sondage"), ("1", "Doit-il s’ouvrir"))
    await talk(cast.hind, ("[Oui, l’ouvrir]", "de l’autre côté"))
    await cast.agreed("se font-elles confiance")
    await cast.votes(cast.issa, "Juste un peu")
    await cast.votes(cast.sana, "إلى حد ما")


async def _named(cast: Cast) -> None:
    """Two name problems of which nobody reads whose they are; the others put them in order."""
    await cast.next_phase("Comprendre")
    await cast.opens(cast.issa, ("[Nommer un problème]", "Personne ne lit jamais"), (FEARS, "quel thème"))
    await talk(cast.issa, ("1", "comme venant d’"), ("1", "sans nom"), ("[C’est tout]", FEARS))
    await cast.opens(cast.sana, ("[ذكر مشكلة]", "لا يقرأ أحد"), (QUARRELS, "أي موضوع"), ("2", "أي موضوع"))
    await talk(cast.sana, ("1", "أي موضوع"), ("2", "هل يجوز"), ("2", "بلا اسم"), ("2", QUARRELS))
    await cast.comes(2027, 4, 14)
    await cast.next_phase("Choisir")
    await cast.opens(cast.hind, ("[Les problèmes cités]", QUARRELS))
    said = cast.hind.heard[-1].text
    assert not re.search("Issa|Sana|Niger|Tunisie|Police", said)
    await talk(cast.hind, ("[Les classer]", "Que faut-il"), ("2", "Lesquels"), ("1 2", "Comment"), ("1", "Ouvrir"))
    await talk(cast.hind, ("1", "de l’autre côté"))
    await cast.agreed(QUARRELS)
    await cast.votes(cast.issa, FEARS, QUARRELS)
    for phone in (cast.sana, cast.amr):
        await cast.votes(phone, QUARRELS, FEARS)
    await cast.comes(2027, 4, 22)
    await cast.opens(cast.hind, ("[Les problèmes cités]", "Dans l’ordre du sondage"))
    said = cast.hind.heard[-1].text
    assert said.index(QUARRELS) < said.index(FEARS)


async def _acted(cast: Cast) -> None:
    """An action is agreed on; Sana takes it on without her name, is reminded, and says that it is done."""
    await cast.comes(2027, 6, 9)
    await cast.next_phase("Convenir")
    await cast.leads(
        ("[Noter une action]", "Que va-t-on faire"), (ACTION, "Quel organisme"), ("La mairie", "quel jour")
    )
    await talk(cast.hind, ("15/9/2027", FEARS), ("1", "une semaine avant"), ("[C’est tout]", "dans l’heure"))
    await lives(cast.sandbox, datetime(2027, 6, 9, 14, tzinfo=UTC))
    await talk(cast.sana, ("[عرض الإجراءات]", "واحد؟"), ("1", ACTION), ("1", "هل يُكتب اسمكم"), ("2", "نذكّركم به"))
    await cast.comes(2027, 7, 7)
    await _dark(cast)
    await cast.comes(2027, 9, 16)
    await cast.next_phase("Agir")
    reminders = [bubble for bubble in cast.sana.heard if "إجراء من" in bubble.text and ACTION in bubble.text]
    assert [f"{bubble.at:%m-%d}" for bubble in reminders] == ["09-08", "09-15"]
    await talk(cast.sana, ("actions", "متأخر"), ("1", ACTION), ("1", "نتج عنه"), ("0", "حُفظ"))
    await cast.opens(cast.hind, ("[Les actions convenues]", "faite sur"), ("1", ACTION))
    assert "Sana" not in cast.hind.heard[-1].text


async def _dark(cast: Cast) -> None:
    """Niger is cut off for ten days: nothing is sent there, and nothing comes late of what has passed."""
    before = len(cast.issa.heard)
    await _switched(cast, off=True)
    await lives(cast.sandbox, datetime(2027, 7, 17, 10, tzinfo=UTC))
    numbers = {cast.issa.number, cast.issa.user_id}
    since = datetime(2027, 7, 7, 11, tzinfo=UTC)
    assert not [call for call in cast.sandbox.recorder.of("messages") if call.to in numbers and call.at > since]
    await _switched(cast, off=False)
    await cast.comes(2027, 7, 18)
    assert not [bubble for bubble in cast.issa.heard[before:] if "13 juillet" in bubble.text]


async def _switched(cast: Cast, *, off: bool) -> None:
    cast.issa.offline = off
    async with cast.sandbox.app.store.transaction(cast.sandbox.clock.now()) as tx:
        assert await (shutdowns.darken if off else shutdowns.lighten)(tx, country="NE", by="steward")
    await settled(cast.sandbox)


async def _reviewed(cast: Cast) -> None:
    """The same is asked again; both sides agree to a summary without names, and the dialogue is over."""
    await cast.comes(2028, 1, 11)
    await cast.next_phase("Faire le bilan")
    await cast.opens(
        cast.hind, ("[Avant et après]", "Lequel"), ("1", "reposer la même question"), ("1", "deux semaines")
    )
    await settled(cast.sandbox)
    await cast.votes(cast.sana, "كثيرا")
    await cast.votes(cast.amr, "كثيرا")
    await cast.leads(("[Écrire le texte]", "jamais qui l’a dit"), (SUMMARY, "l’autre côté le lira"))
    await cast.leads(("[Publier le texte]", "L’autre côté le lit"))
    await cast.agreed(SUMMARY)
    await cast.comes(2028, 3, 7)
    await cast.opens(cast.hind, ("[Avant et après]", "Lequel"), ("1", "2,5 avant, 4 après"))
    assert "moins de dix personnes" in cast.hind.heard[-1].text
    await cast.leads(("[Clore le dialogue]", "Guide religieux"), ("1", "Merci de l’avoir mené"))
    await settled(cast.sandbox)
    await cast.sana.sees("انتهى", timeout=30)
    await cast.opens(cast.sana, ("[النصوص حتى الآن]", SUMMARY))


def _reminded(cast: Cast) -> None:
    """Assert that each of Amr’s fourteen reminders came an hour before, once, with the hour of his own wall."""
    starts = [datetime(2027 + at // 12, at % 12 + 1, 1, 10, tzinfo=RABAT) for at in range(14)]
    starts = [first + timedelta(days=(1 - first.weekday()) % 7 + 7) for first in starts]
    heard = [bubble for bubble in cast.amr.heard if bubble.text.startswith(SOON["ar"])]
    due = [(start.astimezone(UTC) - timedelta(hours=1)).strftime("%F %H:%M") for start in starts]
    assert [bubble.at.strftime("%F %H:%M") for bubble in heard] == due
    walls = [f"{start.astimezone(CAIRO):%H:%M}" for start in starts]
    assert all(wall in bubble.text for wall, bubble in zip(walls, heard, strict=True))
    assert set(walls) == {"11:00", "12:00"}, "the clocks of both countries changed on the way"


async def test_a_dialogue_goes_from_the_first_invitation_to_the_review(tmp_path: Path) -> None:
    """Fourteen months, six phases, both apps: each hears what is theirs once, at their own hour, and no names."""
    async with Sandbox(tmp_path / "home", begins=BEGINS) as sandbox:
        cast = await _gathered(sandbox)
        await _invited(cast)
        await _asked_before(cast)
        await _met(cast)
        await cast.comes(2027, 2, 16)
        await _named(cast)
        await _acted(cast)
        await _reviewed(cast)
        _reminded(cast)
        for phone in (cast.hind, cast.amal, *cast.guests):
            others = {"Issa", "Sana", "Amr", "Hind", "Amal"} - {phone.name}
            assert not [bubble for bubble in phone.heard if any(name in bubble.text for name in others)]
        assert not sandbox.refused()
