"""A turn: what one message does to the conversations of the person who sent it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers import prompts, referral, words
from handlers.answers import Chosen, Left, Reply, Turned, Unclear
from handlers.dialogue import Dialogue
from handlers.language import Words, _
from handlers.messages import Choice, Incoming, Kind, Letter, Outgoing
from handlers.people import SILENT, Person, held, may
from handlers.record import Given
from handlers.registry import Capability, Registry
from handlers.talk import LOST, Again, Goes, Said, Talk, Waits
from network import conversations, due
from network.conversations import Conversation, State
from network.errors import Forbidden, NetworkError
from network.sealing import Unsealable
from network.store import Tx

MOST_PARKED = 5
MOST_RUNS = 20  # runs in one turn; more is a conversation that goes in circles
DUE = "conversation"  # the kind of its due rows

AT_THE_START = _("This is the first question: there is nothing before it.")
BEHIND_AN_ACT = _("That step is done and cannot be taken back.")
CANCELLED = _("Cancelled.")
IMPOSSIBLE = _("That is not possible, or no longer. Nothing was changed.")
ALREADY_HERE = _("You had begun this already. Here is where we were:")


class Endless(Exception):
    """A conversation takes back its own answers, or calls other commands, without end."""


class Turn:
    """The conversations of one person while one message of theirs is handled."""

    def __init__(
        self, tx: Tx, *, who: Person, registry: Registry, incoming: Incoming, stored: Sequence[Conversation]
    ) -> None:
        self.tx = tx
        self.who = self.met = who
        self.registry = registry
        self.incoming = incoming
        self.messages: list[Outgoing] = []
        self.letters: list[Letter] = []  # to others
        known = [(each, registry.find(each.name)) for each in stored]
        dialogues = [(each.state, Dialogue.load(each, capability)) for each, capability in known if capability]
        self.active = next((dialogue for state, dialogue in dialogues if state is State.ACTIVE), None)
        self.parked = [dialogue for state, dialogue in dialogues if state is State.PARKED]
        self.left: Dialogue | None = None  # the conversation that this turn interrupted
        self.about = self.active.about if self.active else ""  # the secret poll that this message has to do with
        self.runs = 0

    def say(self, text: Words) -> None:
        """Say something outside any conversation."""
        self.messages.append(Outgoing(self.who.voice.say(text), rtl=self.who.voice.rtl))

    def all_letters(self) -> list[Letter]:
        """Return what goes out: to this person first, then to others."""
        return [Letter(self.who.address.id, message, about=self.about) for message in self.messages] + self.letters

    async def start(self, capability: Capability, argument: str = "") -> None:
        """Begin a capability; a conversation under way is left, and can be taken up again."""
        goes_on = self.active is not None and self.active.capability is capability
        if capability.alone and not argument and not goes_on:
            capability = self.registry.by_command(capability.alone) or capability
        if self.active is not None:
            same = self.active.capability is capability
            if same and not capability.anew and argument in {"", self.active.argument}:
                await self.resume(self.active, before=ALREADY_HERE)
                return
            if same and capability.anew:
                await self._forget(self.active)
            self.left, self.active = self.active, None
        await self._run(Dialogue.fresh(self.who.id, capability, argument))

    async def resume(self, dialogue: Dialogue, *, before: Words = "") -> None:
        """Take up a conversation where it stands."""
        if self.active is not None and self.active is not dialogue:
            self.left, self.active = self.active, None
        overdue = dialogue.prompt is not None and dialogue.deadline is not None and dialogue.deadline <= self.tx.now
        given = Given(dialogue.prompt.key, "late") if dialogue.prompt and overdue else None
        await self._run(dialogue, given=given, carried=[Said(before)] if before else [])

    async def switch(self, dialogue: Dialogue) -> None:
        """Make a parked conversation the active one; the one under way is parked."""
        self.left, self.active = self.active, None
        self.parked.remove(dialogue)
        await self._settle_left()
        self.active = dialogue

    async def answer(self, dialogue: Dialogue, reply: Reply) -> None:
        """Apply what the person answered to the present prompt."""
        prompt = dialogue.prompt
        if prompt is None:
            await self._run(dialogue)
        elif isinstance(reply, Chosen) and reply.given.value == prompts.REFRESH and prompt.form == "choose":
            await self._run(dialogue, replaces=self._pressed())
        elif isinstance(reply, Chosen):
            self._tidy(prompt, "" if dialogue.about else reply.shown)
            dialogue.last, dialogue.refused = self.incoming.ref, ""
            await self._run(dialogue, given=reply.given)
        elif isinstance(reply, Turned):
            dialogue.prompt = reply.prompt
            await self._keep(dialogue)
            self.messages.append(prompts.show(reply.prompt, self.who.voice, replaces=self._pressed()))
        elif isinstance(reply, Left):
            self._tidy(prompt, self.who.voice.say(words.LABELS[reply.way]))
            await (self.back(dialogue) if reply.way == words.BACK else self.cancel(dialogue))
        else:
            await self._refuse(dialogue, reply)

    async def back(self, dialogue: Dialogue) -> None:
        """Take back the last answer."""
        if dialogue.record.back():
            await self._run(dialogue)
        else:
            self._put_again(dialogue, BEHIND_AN_ACT if dialogue.record.has_answers else AT_THE_START)

    async def refer(self, read: str) -> None:
        """Say where one can turn with what was just read, and put the question that waits again; nothing is kept."""
        said = await referral.note(self.tx, referral.card(read), self._country)
        if self.active is not None and self.active.prompt is not None:
            self._put_again(self.active, said)
        else:
            self.say(said)

    async def cancel(self, dialogue: Dialogue) -> None:
        """End a conversation as the person wishes."""
        self.say(CANCELLED)
        await self._forget(dialogue)
        self._offer_to_continue()

    async def drop(self, dialogue: Dialogue) -> None:
        """Forget a parked conversation."""
        self.parked.remove(dialogue)
        await self._forget(dialogue)
        self.say(_("All right."))

    async def late(self, dialogue: Dialogue) -> None:
        """The deadline of a conversation passed: its question answers itself."""
        if dialogue.prompt is None or dialogue.deadline is None or dialogue.deadline > self.tx.now:
            return
        given = Given(dialogue.prompt.key, "late")
        dialogue.deadline = None
        if self.active in {None, dialogue}:
            await self._run(dialogue, given=given)
        else:
            dialogue.record.held[given.key] = given
            await conversations.keep(self.tx, conversation=dialogue.stored(self.tx, state=State.PARKED))

    async def lost(self, dialogue: Dialogue) -> None:
        """A file that was sent for an answer is of no use: ask again, at once or when it is taken up again."""
        if dialogue is self.active:
            await self._run(dialogue)
        else:
            self.say(LOST)
            self._offer_to_continue()

    async def edited(self, dialogue: Dialogue, given: Given | None) -> None:
        """Put ``given`` in the place of the last answer, or say how an answer is changed."""
        if given is None:
            self._put_again(dialogue, _("An answer given earlier changes when you choose Back. Here is where we are:"))
            return
        await self._run(dialogue, given=given)

    async def _run(
        self, dialogue: Dialogue, *, given: Given | None = None, carried: Sequence[Said] = (), replaces: str = ""
    ) -> None:
        """Run a conversation until it waits or ends; one that is no longer the person's to have ends at once.

        ``replaces`` is the message to put the next question in place of.
        """
        if not await may(self.tx, self.who, dialogue.capability):
            await self._over(dialogue, Forbidden())
            return
        if hindrance := await held(self.tx, self.who, dialogue.capability):
            self.say(hindrance)
            await self._settle_left()
            return
        said = list(carried)
        while self.runs < MOST_RUNS:
            self.runs += 1
            dialogue.record.begin()
            talk = Talk(
                self.tx,
                who=self.who,
                registry=self.registry,
                record=dialogue.record,
                argument=dialogue.argument,
                given=given,
            )
            outcome = await _outcome(dialogue, talk)
            self.who = talk.who
            self.letters += talk.letters
            if talk.about:
                self.about = dialogue.about = talk.about
            if isinstance(outcome, Again):
                given, said = talk.given, [*said, *talk.said]
                continue
            if isinstance(outcome, Waits):
                await self._wait(dialogue, talk, outcome, said, replaces)
                return
            self._speak([*said, *talk.said])
            await self._over(dialogue, outcome)
            return
        raise Endless(dialogue.capability.name)

    async def _wait(self, dialogue: Dialogue, talk: Talk, waits: Waits, said: list[Said], replaces: str) -> None:
        """Put the question, after what was said; keep where the conversation stands."""
        if talk.given is not None:
            dialogue.record.held[talk.given.key] = talk.given
        same = dialogue.put(waits, self.who.voice)
        if waits.reason is not None:
            dialogue.last, dialogue.refused = "", self.incoming.ref
        fresh = [] if same else talk.said
        reason = await referral.note(self.tx, waits.reason, self._country) if waits.reason else ""
        before = self._speak([*said, *fresh, *([Said(reason)] if reason else [])], last=True)
        if dialogue.prompt is not None:
            self.messages.append(prompts.show(dialogue.prompt, self.who.voice, before=before, replaces=replaces))
            dialogue.prompt = dialogue.prompt.having_said(before)
        await self._set_deadline(dialogue, waits, same=same)
        await self._settle_left()
        self.active = dialogue
        if dialogue in self.parked:
            self.parked.remove(dialogue)
        await self._keep(dialogue)

    async def _over(self, dialogue: Dialogue, outcome: Goes | NetworkError | None) -> None:
        """End a conversation, and go where it leads: another command, or the one it interrupted."""
        if isinstance(outcome, NetworkError):
            self.say(IMPOSSIBLE)
        brief = dialogue.is_new
        await self._forget(dialogue)
        if dialogue.capability.parting and not outcome and self.who.state in {None, *SILENT}:
            await self._drop_left()
            return
        if isinstance(outcome, Goes):
            capability = self.registry.by_command(outcome.command)
            if capability is not None:
                await self.start(capability, outcome.argument)
            return
        if self.left is not None and self.left.capability.lasting and brief and self._stays():
            left, self.left = self.left, None
            await self._run(left)
            return
        await self._settle_left()
        self._offer_to_continue()
        if brief and not dialogue.argument:
            await self.offer_home()

    async def offer_home(self) -> None:
        """Let a button to the menu stand below what was said last, where no other leads on from there."""
        home, last = self.registry.find(self.registry.menu), self.messages[-1] if self.messages else None
        if home is None or last is None or last.choices or last.media or last.replaces or not self._stays():
            return
        if await may(self.tx, self.who, home):
            choice = Choice(f"/{home.command}", self.who.voice.say(home.title))
            self.messages[-1] = replace(last, choices=(choice,))

    async def _drop_left(self) -> None:
        """End the conversation that a stranger left by parting; a member finds theirs again when they come back."""
        if self.left is not None and self.who.member is None:
            left, self.left = self.left, None
            await self._forget(left)
        await self._settle_left()

    async def _settle_left(self) -> None:
        """Park the conversation that was interrupted, or end it when nothing would be lost."""
        if self.left is None:
            return
        left, self.left = self.left, None
        if not left.is_worth_parking:
            await self._forget(left)
            return
        await conversations.set_state(self.tx, conversation=left.id, state=State.PARKED)
        self.parked.insert(0, left)
        for oldest in self.parked[MOST_PARKED:]:
            await self._forget(oldest)
        del self.parked[MOST_PARKED:]

    async def _keep(self, dialogue: Dialogue) -> None:
        stored = dialogue.stored(self.tx)
        if dialogue.is_new:
            await conversations.begin(self.tx, conversation=stored)
            dialogue.is_new = False
        else:
            await conversations.keep(self.tx, conversation=stored)

    async def _forget(self, dialogue: Dialogue) -> None:
        if self.active is dialogue:
            self.active = None
        if dialogue in self.parked:
            self.parked.remove(dialogue)
        if dialogue.is_new:
            return
        await conversations.end(self.tx, conversation=dialogue.id)
        if dialogue.deadline is not None:
            await due.cancel(self.tx, kind=DUE, subject=dialogue.id)

    async def _set_deadline(self, dialogue: Dialogue, waits: Waits, *, same: bool) -> None:
        """Set when the question answers itself; putting it again does not put that off."""
        former, wanted = dialogue.deadline, None
        if waits.within is not None:
            wanted = former if same and former is not None else self.tx.now + waits.within
        dialogue.deadline = wanted
        if wanted is not None and wanted != former:
            await due.at(self.tx, kind=DUE, subject=dialogue.id, instant=wanted, person=dialogue.person)
        elif wanted is None and former is not None:
            await due.cancel(self.tx, kind=DUE, subject=dialogue.id)

    async def _refuse(self, dialogue: Dialogue, unclear: Unclear) -> None:
        """Say why an answer does not fit, and put the prompt again."""
        self._put_again(dialogue, unclear.reason)
        if self.incoming.kind is Kind.TEXT and self.incoming.ref:
            dialogue.refused = self.incoming.ref
            await self._keep(dialogue)

    @property
    def _country(self) -> str:
        return self.who.member.country if self.who.member else ""

    def _stays(self) -> bool:
        """Whether the person is still there for more: not erased, stopped, or joined to another just now."""
        erased = self.met.member is not None and self.who.member is None
        return not erased and self.who.id == self.met.id and self.who.state not in SILENT

    def _put_again(self, dialogue: Dialogue, before: Words) -> None:
        if dialogue.prompt is not None:
            voice = self.who.voice
            self.messages.append(prompts.show(dialogue.prompt, voice, before=voice.say(before)))

    def _tidy(self, prompt: prompts.Prompt, answer: str) -> None:
        """Turn a prompt whose button was pressed into the question and the choice made."""
        if self._pressed():
            self.messages.append(prompts.tidied(prompt, answer, self.who.voice, replaces=self._pressed()))

    def _pressed(self) -> str:
        """Return the provider's id of the prompt whose button was pressed, or ''."""
        return self.incoming.prompt_ref if self.incoming.kind is Kind.CHOICE else ""

    def _speak(self, said: Sequence[Said], *, last: bool = False) -> str:
        """Put what was said into messages; with ``last``, return the words that can join a prompt."""
        voice, waiting = self.who.voice, ""
        for each in said:
            text = voice.say(each.text)
            if each.media is None:
                waiting = "\n\n".join(part for part in (waiting, text) if part)
                continue
            if waiting:
                self.messages.append(Outgoing(waiting, rtl=voice.rtl))
                waiting = ""
            self.messages.append(Outgoing(text, media=each.media, rtl=voice.rtl))
        if waiting and not last:
            self.messages.append(Outgoing(waiting, rtl=voice.rtl))
        return waiting

    def _offer_to_continue(self) -> None:
        """Offer the latest parked conversation, in one message with what was said last."""
        if not self.parked or not self._stays():
            return
        voice, parked = self.who.voice, self.parked[0]
        offer = voice.say(_("You had begun: {title}. Shall we go on with it?", title=parked.capability.title))
        choices = (
            Choice(f"c:{parked.id}:{words.RESUME}", voice.say(words.LABELS[words.RESUME])),
            Choice(f"c:{parked.id}:{words.NO}", voice.say(_("No, leave it"))),
        )
        last = self.messages[-1] if self.messages else None
        if last is not None and not (last.choices or last.media or last.replaces):
            self.messages[-1] = replace(last, text=f"{last.text}\n\n{offer}", choices=choices)
        else:
            self.messages.append(Outgoing(offer, choices, rtl=voice.rtl))


async def _outcome(dialogue: Dialogue, talk: Talk) -> Waits | Goes | Again | NetworkError | None:
    """Run the conversation once; return what stopped it, None when it came to its end."""
    try:
        await dialogue.capability.converse(talk)
    except Unsealable:
        raise
    except (Waits, Goes, Again, NetworkError) as stop:
        if not isinstance(stop, Again):
            dialogue.record.finish()
        return stop
    dialogue.record.finish()
    return None
