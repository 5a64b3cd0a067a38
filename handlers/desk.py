"""The desk: it takes one thing that a person did and returns the letters that answer it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from handlers import afterwards, people, words
from handlers.answers import LONGEST_CHOICE, LONGEST_READ, not_taken, understand
from handlers.dialogue import Dialogue
from handlers.groups import doors
from handlers.language import Translator, _
from handlers.messages import Incoming, Kind, Letter, Urgency
from handlers.people import SILENT, Person
from handlers.record import Given
from handlers.registry import Capability, Occasion, Registry
from handlers.turn import DUE, Turn
from handlers.words import CommonWords
from network import addresses, conversations, readings, traces
from network.files import FETCH
from network.folding import clean, fold
from network.members import State
from network.store import Tx

LONGEST_ARGUMENT = 200  # characters
SHORTEST_CODE = 6  # characters of a code typed after a word
PHRASE = 5  # a question that wants so many characters does not want a command's word for an answer
UNKNOWN = _("I do not know that command.")
FIRST_THIS = _("Let us finish this first.")
FOR_COORDINATORS = _("Only coordinators can do that.")
WRITTEN = frozenset({"text", "number", "date"})


@dataclass(frozen=True)
class Command:
    """A capability that the person asked for, and what they gave with it."""

    capability: Capability
    argument: str = field(default="", repr=False)


class Desk:
    """Handles one message at a time; holds no state of any person."""

    def __init__(self, registry: Registry, translator: Translator) -> None:
        self._registry = registry
        self.translator = translator
        self._common = CommonWords(translator)
        self._words = registry.words(translator)
        self._home = registry.home_words(translator)

    async def handle(self, tx: Tx, incoming: Incoming) -> list[Letter]:
        """Do what ``incoming`` asks, within ``tx``; return the letters to send, in order.

        When a button was pressed the first letter edits its prompt. Raises what a conversation
        raises: the caller undoes ``tx`` and the conversation stays where it was.
        """
        if incoming.kind is Kind.DUE and incoming.text == DUE:
            return await self._due(tx, incoming)
        if incoming.kind in {Kind.DUE, Kind.DONE}:
            return await self._run_errand(tx, incoming)
        if incoming.kind in {Kind.BLOCKED, Kind.UNBLOCKED}:
            await people.let_in(tx, incoming, reachable=incoming.kind is Kind.UNBLOCKED)
            return []
        if incoming.kind in {Kind.OPTED_OUT, Kind.OPTED_IN}:
            await people.opt(tx, incoming, out=incoming.kind is Kind.OPTED_OUT)
            return []
        if incoming.kind in doors.KINDS:
            return await doors.answer(tx, incoming, self.translator)
        who = await people.meet(tx, incoming, self.translator)
        if who.member is not None:
            await traces.keep(tx, address=who.address.id, channel=incoming.channel, ref=incoming.ref)
        struck = await self._strike(tx, who, incoming)
        if struck is not None:
            return struck
        if who.state is State.LOCKED:
            return []
        turn = await self._turn(tx, who, incoming)
        await self._understand(turn)
        return turn.all_letters()

    async def apologise(self, tx: Tx, incoming: Incoming) -> list[Letter]:
        """Return a short apology for a message that could not be handled."""
        return await afterwards.apologise(tx, incoming, self.translator)

    async def _strike(self, tx: Tx, who: Person, incoming: Incoming) -> list[Letter] | None:
        """Check for the secret word of a member who has one."""
        strike = self._registry.strike
        said = f"{incoming.text} {incoming.argument}".strip()
        if strike is None or who.member is None or not who.member.has_panic_word or not said:
            return None
        return await strike(tx, who.address, said, self.translator)

    async def _due(self, tx: Tx, incoming: Incoming) -> list[Letter]:
        """A deadline came: let the question answer itself, and go on."""
        found = await conversations.find(tx, conversation=incoming.argument)
        reach = await addresses.preferred(tx, people=[found.person]) if found else {}
        if found is None or found.person not in reach:
            return []
        who = await people.at(tx, reach[found.person], self.translator)
        if who.state in SILENT:  # it answers itself when they come back to it
            return []
        turn = await self._turn(tx, who, incoming)
        for dialogue in [turn.active, *turn.parked]:
            if dialogue is not None and dialogue.id == found.id:
                await turn.late(dialogue)
        at = people.news_at(tx, who.member) if who.member else None
        return [replace(letter, urgency=Urgency.REMINDER, not_before=at) for letter in turn.all_letters()]

    async def _run_errand(self, tx: Tx, incoming: Incoming) -> list[Letter]:
        """Do what is done at such a time, or with such a result, for somebody who takes part."""
        errand = self._registry.errands.get(incoming.text)
        home = await addresses.find(tx, channel=incoming.channel, account=incoming.account, external=incoming.external)
        if errand is None or home is None:
            return []
        who = await people.at(tx, home, self.translator)
        if who.state is State.LOCKED:
            return []
        done = incoming.kind is Kind.DONE
        occasion = Occasion(who, result=json.loads(incoming.argument)) if done else Occasion(who, incoming.argument)
        letters = await errand(tx, occasion)
        return [*letters, *await self._asked_again(tx, who, incoming, occasion)]

    async def _asked_again(self, tx: Tx, who: Person, incoming: Incoming, occasion: Occasion) -> list[Letter]:
        """Put the question again that a file was sent for, when the file is of no use."""
        if incoming.text != FETCH or "error" not in occasion.result or who.state in SILENT:
            return []
        turn = await self._turn(tx, who, incoming)
        for dialogue in [turn.active, *turn.parked]:
            if dialogue is not None and dialogue.record.holds(str(occasion.result["subject"])):
                await turn.lost(dialogue)
        return turn.all_letters()

    async def _turn(self, tx: Tx, who: Person, incoming: Incoming) -> Turn:
        stored = await conversations.of(tx, person=who.id)
        for each in stored:
            if self._registry.find(each.name) is None:  # a capability that is gone
                await conversations.end(tx, conversation=each.id)
        return Turn(tx, who=who, registry=self._registry, incoming=incoming, stored=stored)

    async def _understand(self, turn: Turn) -> None:
        """Find out what the person wants: a command, an answer, a conversation left earlier, or the menu."""
        if read := _referred(turn):
            await turn.refer(read)
            return
        command = self._command(turn)
        if turn.who.state is State.STOPPED and not _answers_stopped(command, turn):
            return
        if command is not None:
            await self._start(turn, command)
        elif turn.incoming.kind is Kind.EDITED:
            await self._edited(turn)
        elif turn.incoming.kind is Kind.COMMAND and turn.active is not None:
            await turn.resume(turn.active, before=UNKNOWN)
        elif not await self._continued(turn):
            if turn.active is not None:
                await self._answered(turn, turn.active)
            else:
                await self._default(turn)

    def _command(self, turn: Turn) -> Command | None:
        """Return the command that a message is, whatever conversation is under way."""
        incoming = turn.incoming
        if incoming.kind is Kind.COMMAND:
            return self._named(incoming.text, incoming.argument)
        if incoming.kind is Kind.START:
            return self._deep_link(turn)
        if incoming.kind in {Kind.TEXT, Kind.CHOICE} and incoming.text.startswith("/"):
            name, _space, argument = incoming.text[1:LONGEST_ARGUMENT].replace(":", " ", 1).partition(" ")
            return self._named(name.partition("@")[0], argument)
        return self._worded(turn) if incoming.kind is Kind.TEXT else None

    def _named(self, name: str, argument: str = "") -> Command | None:
        capability = self._registry.by_command(name)
        return Command(capability, clean(argument[:LONGEST_ARGUMENT])) if capability else None

    def _deep_link(self, turn: Turn) -> Command | None:
        """Understand ``/start payload``: a command and its argument, or what somebody joins with."""
        payload = clean(turn.incoming.argument[:LONGEST_ARGUMENT])
        name, _dash, argument = payload.replace("_", "-").partition("-")
        command = self._named(name, argument) if argument else None
        if command is not None and command.capability.by_link:
            return command
        member = turn.who.state in {State.ACTIVE, State.STOPPED}
        home = self._registry.find(self._registry.menu if member else self._registry.join)
        return Command(home, "" if member else payload) if home else None

    def _worded(self, turn: Turn) -> Command | None:
        """Return the command that typed words name, where they cannot be an answer."""
        text = turn.incoming.text[:LONGEST_CHOICE]
        typed = fold(text)
        found = self._words.get(typed)
        if found is not None:
            return Command(found) if self._is_free(turn, found, typed) else None
        first, _space, rest = text.strip().partition(" ")
        found = self._words.get(fold(first))
        if found is None or not rest.strip():
            return None
        is_code = len(rest.split()) == 1 and len(rest) >= SHORTEST_CODE and (rest.upper() == rest or _has_digit(rest))
        if (found.always and is_code) or (turn.active is None and turn.who.state is State.ACTIVE):
            return Command(found, clean(rest))
        return None

    def _is_free(self, turn: Turn, capability: Capability, typed: str) -> bool:
        """Whether a word can be a command here: nothing waits, or no option is called so."""
        prompt = turn.active.prompt if turn.active else None
        if prompt is None:
            return True
        if prompt.is_choice:
            named = any(fold(option.label) == typed for option in prompt.options)
            return not named and (capability.always or not prompt.search)
        return capability.always or prompt.at_least >= PHRASE or typed in self._home

    async def _start(self, turn: Turn, command: Command) -> None:
        """Start a capability for somebody who may; lead others to where they can."""
        capability = command.capability
        active = turn.active
        if capability.name == self._registry.join and active is not None and active.capability is capability:
            active.argument = command.argument or active.argument  # the invitation link was pressed again
        if await people.may(turn.tx, turn.who, capability):
            await turn.start(capability, command.argument)
        elif turn.who.state is not State.ACTIVE:
            await (turn.resume(active, before=FIRST_THIS) if active else self._default(turn))
        elif active is not None:
            await turn.resume(active, before=FOR_COORDINATORS)
        else:
            turn.say(FOR_COORDINATORS)
            await turn.offer_home()

    async def _continued(self, turn: Turn) -> bool:
        """Take up, or leave for good, a conversation parked earlier, when the message says so."""
        incoming = turn.incoming
        if incoming.kind is Kind.CHOICE:
            return await self._continued_by_button(turn)
        if incoming.kind is not Kind.TEXT or turn.active is not None or not turn.parked:
            return False
        typed = fold(incoming.text[:LONGEST_CHOICE])
        if typed == "1" or any(self._common.means(typed, meaning) for meaning in (words.RESUME, words.YES)):
            await turn.resume(turn.parked[0])
            return True
        if typed == "2" or any(self._common.means(typed, meaning) for meaning in (words.NO, words.CANCEL)):
            await turn.drop(turn.parked[0])
            return True
        return False

    async def _continued_by_button(self, turn: Turn) -> bool:
        kind, _colon, rest = turn.incoming.text.partition(":")
        mark, _colon, what = rest.rpartition(":")
        for dialogue in turn.parked:
            if kind == "c" and mark == dialogue.id:
                await (turn.resume(dialogue) if what == words.RESUME else turn.drop(dialogue))
                return True
            if kind != "c" and dialogue.prompt is not None and mark == dialogue.prompt.nonce:
                await turn.switch(dialogue)  # a button of its last question, further up in the chat
                await self._answered(turn, dialogue)
                return True
        return False

    async def _answered(self, turn: Turn, dialogue: Dialogue) -> None:
        if dialogue.prompt is None:
            await turn.resume(dialogue)
            return
        await turn.answer(dialogue, understand(dialogue.prompt, turn.incoming, self._common))

    async def _edited(self, turn: Turn) -> None:
        """An earlier message was changed: it may be the last answer, or one that did not fit."""
        dialogue, ref = turn.active, turn.incoming.ref
        if dialogue is None or dialogue.prompt is None or not ref:
            return
        given = None
        text = "" if turn.incoming.media else turn.incoming.text  # new words below a file do not take its place
        if ref == dialogue.refused:
            await self._answered(turn, dialogue)
            return
        if text and ref == dialogue.last and dialogue.record.last_form in WRITTEN and dialogue.record.revised is None:
            given = Given(dialogue.record.back(), "words", clean(text[:LONGEST_READ]))
        await turn.edited(dialogue, given)

    async def _default(self, turn: Turn) -> None:
        """Nothing is under way: lead a newcomer to join, a member to the menu."""
        active = turn.who.state in {State.ACTIVE, State.STOPPED}
        home = self._registry.find(self._registry.menu if active else self._registry.join)
        if home is None:
            turn.say(_("I did not understand that."))
            return
        if turn.incoming.kind is Kind.CHOICE:
            turn.say(_("That button is no longer in use."))
        elif turn.incoming.kind is Kind.COMMAND and self._named(turn.incoming.text) is None:
            turn.say(UNKNOWN)
        elif turn.incoming.kind is Kind.MEDIA:
            turn.say(not_taken(turn.incoming))
        is_first = turn.who.member is None and turn.incoming.kind is Kind.TEXT
        await turn.start(home, clean(turn.incoming.text[:LONGEST_ARGUMENT]) if is_first else "")


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def _referred(turn: Turn) -> str:
    """Return what a message reads as when it is not for Jisr (``network.readings``), or "".

    A cry for help is heard anywhere; the rest where no free text is asked for: there the question itself checks.
    """
    incoming, prompt = turn.incoming, turn.active.prompt if turn.active else None
    if incoming.kind not in {Kind.TEXT, Kind.MEDIA} or not incoming.text or incoming.text.startswith("/"):
        return ""
    asked = prompt is not None and not prompt.is_choice
    only = readings.EMERGENCY if asked or turn.who.state is State.STOPPED else ""
    return readings.reads_as(incoming.text, only=only)


def _answers_stopped(command: Command | None, turn: Turn) -> bool:
    """Whether somebody who has stopped is answered: only where it was meant for them."""
    if command is not None:
        return command.capability.when_stopped
    return turn.active is not None and turn.active.capability.when_stopped
