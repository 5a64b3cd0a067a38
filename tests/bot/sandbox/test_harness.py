"""The harness: the real program between phones, in both of Telegram's modes, across a restart and faults."""

from pathlib import Path

import pytest

from bot.sandbox.demo import NotOurs, people, prepare
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.harness import Sandbox
from bot.sandbox.phones import Silence


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_both_apps_are_answered(tmp_path: Path, mode):
    """Strangers on both apps are asked for their language, and every call keeps the providers' rules."""
    async with Sandbox(tmp_path, telegram=mode) as sandbox:
        for app, country, language in (("telegram", "TN", "ar"), ("whatsapp", "NE", "fr")):
            phone = sandbox.phone(app=app, country=country, language=language, name="Newcomer")
            await phone.starts()
            assert {"العربية", "Français", "English"} <= set((await phone.hears()).labels)
            await phone.taps("Français")
            await phone.hears("Jisr")
        assert not sandbox.refused()


async def test_the_program_comes_back(tmp_path: Path):
    """What is said while the program is down is answered when it is up again, on the same data."""
    async with Sandbox(tmp_path) as sandbox:
        await people(sandbox)
        issa, amel, _ = sandbox.shelf.all.values()
        await sandbox.stop_app()
        await issa.says("menu")
        await amel.says("/menu")
        await sandbox.start_app()
        await issa.hears("Issa Moussa")
        await amel.hears("أمل بن صالح")


async def test_a_lost_answer_is_not_the_end(tmp_path: Path):
    """After a refused and a failed call the answer still comes."""
    async with Sandbox(tmp_path) as sandbox:
        await people(sandbox)
        issa = sandbox.shelf.all["p1"]
        for kind in (FaultKind.RATE, FaultKind.SERVER):
            sandbox.faults.lay(Fault(kind, channel="whatsapp"))
        await issa.says("menu")
        heard = False
        while not heard:
            try:
                await issa.hears("Issa Moussa", timeout=0.5)
                heard = True
            except Silence:
                await sandbox.passes(minutes=1)
        assert [call.fault for call in sandbox.recorder.of("messages")][-3:] == ["rate", "server", ""]


async def test_silence_says_what_the_chat_was(tmp_path: Path):
    """A message that does not come fails with the end of the chat."""
    async with Sandbox(tmp_path) as sandbox:
        phone = sandbox.phone(app="telegram", country="ML", language="fr", name="Awa")
        await phone.starts()
        with pytest.raises(Silence, match=r"me  ?/start"):
            await phone.hears("never said", timeout=0.2)


def test_the_demo_empties_only_its_own_folder(tmp_path: Path):
    """The demo starts fresh in its own folder, keeps it when asked, and leaves others alone."""
    home = tmp_path / "demo"
    prepare(home, keep=False)
    (home / "jisr.db").touch()
    prepare(home, keep=True)
    assert (home / "jisr.db").exists()
    prepare(home, keep=False)
    assert not (home / "jisr.db").exists()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "jisr.db").touch()
    with pytest.raises(NotOurs):
        prepare(tmp_path / "other", keep=False)
