"""The import of a list of people: what is read, what is refused, and one link for each; on both databases."""

from __future__ import annotations

import csv
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from typer.testing import CliRunner

from bot import contacts, importing
from bot.cli import app
from bot.contacts import Unreadable, decoded, masked, numbered, read
from handlers.groups.invite import Links
from network import audit, imports, invitations, starter
from network.groups import Group
from network.keyring import KeyRing
from network.sealing import Sealer
from network.store import Store, Tx, open_engine
from tests.conftest import finish

GROUPS = [Group("s", "SN", "SN"), Group("n", "NE", "NE"), Group("t", "TN", "TN"), Group("m", "mayors", "")]
HEAD = "name,number,language,group\n"
NUMBER = "+221 77 123 45 67"


def one(row: str, head: str = HEAD) -> contacts.Contacts:
    """Return what is read from a file with one row."""
    return read((head + row).encode(), GROUPS)


@pytest.mark.parametrize(
    ("given", "country", "number"),
    [
        ("+221 77 123 45 67", "", "221771234567"),
        ("00221771234567", "NE", "221771234567"),
        ("77 123 45 67", "SN", "221771234567"),
        ("٧٧ ١٢٣ ٤٥ ٦٧", "SN", "221771234567"),
        ("+٢٢١٧٧١٢٣٤٥٦٧", "", "221771234567"),
        ("221771234567", "SN", "221771234567"),  # a spreadsheet took the plus
        ("'+221771234567", "SN", "221771234567"),
        ("\u202a+221 77-123.45 67\u202c", "SN", "221771234567"),
        ("+216 20 123 456", "SN", "21620123456"),
    ],
)
def test_a_number_is_the_same_however_it_is_written(given: str, country: str, number: str) -> None:
    """With plus, 00, neither, in any digits and with any signs between: E.164 without its plus."""
    assert numbered(given, country) == (number, "")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "missing"),
        ("2,21771E+11", "the spreadsheet shortened it"),
        ("12345", "not a telephone number of Senegal, or one with + and its country (…)"),
        ("+221 99 999 99 99", "not a telephone number of Senegal, or one with + and its country (…99)"),
        ("Awa Ndiaye", "not a telephone number of Senegal"),
    ],
)
def test_what_is_no_number_is_said(given: str, says: str) -> None:
    """Plain words, and no more of what stood there than two digits."""
    number, wrong = numbered(given, "SN")
    assert number == ""
    assert says in wrong
    assert not given or given not in wrong


def test_only_two_digits_are_shown() -> None:
    """The last two, and none of what is too short to be a number."""
    assert [masked(number) for number in (NUMBER, "12345", "")] == ["…67", "…", "…"]


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("name,number,language,group", "Awa,+221771234567,fr,SN"),
        ("Nom;Numéro de téléphone;Langue;Pays", "Awa;77 123 45 67;Français;Sénégal"),
        ("الاسم\tرقم الهاتف\tاللغة\tالبلد", "Awa\t٧٧١٢٣٤٥٦٧\tالفرنسية\tالسنغال"),
        ("Group,Side,PHONE,Name", "senegal,,00221771234567,Awa"),
        ("number,group,name,language,remarks", '"+221 77 123 45 67",SN,Awa,fr,"two, or\nthree"'),
    ],
)
def test_a_row_is_read_in_three_languages(head: str, row: str) -> None:
    """Headings, countries and languages have their names in English, French and Arabic; any separator will do."""
    found = one(f"{row}\n", f"{head}\n")
    assert found.faults == ()
    [taken] = found.rows
    assert (taken.line >= 2, taken.name, taken.language) == (True, "Awa", "fr")
    assert taken.contact == imports.Contact("221771234567", "SN")


def test_a_side_and_a_group_beyond_countries_are_read() -> None:
    """A side in any language; a group that is no country's by its code."""
    head = "number,group,side\n"
    for side in ("civil", "Société civile", "Civil society", "المجتمع المدني"):
        [row] = one(f"{NUMBER},NE,{side}\n", head).rows
        assert row.contact == imports.Contact("221771234567", "NE", "civil")
    [row] = one(f"{NUMBER},mayors,\n", head).rows
    assert row.contact == imports.Contact("221771234567", group="m")


def test_every_fault_of_a_row_is_named() -> None:
    """Line, column, and what is wrong; nothing of the row itself, and the good rows are taken."""
    rows = [
        f"Awa,{NUMBER},fr,SN",
        "Moussa,123,klingon,XX",
        "",
        "Fatou,77 123 45 67,,Sénégal",
        f"{'n' * 81},+216 20 123 456,ar,TN",
    ]
    found = one("\n".join(rows) + "\n")
    assert [row.line for row in found.rows] == [2]
    assert [str(fault) for fault in found.faults] == [
        "line 3, number: not a telephone number (…)",
        "line 3, language: not one of ar, en, fr",
        "line 3, group: not a group of the network, which are NE, SN, TN, mayors",
        "line 5, number: the same as in line 2 (…67)",
        "line 6, name: longer than 80 characters",
    ]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("é".encode(), "é"),
        ("é".encode("utf-8-sig"), "é"),
        ("é,عربي".encode("utf-16"), "é,عربي"),
        ("Nom,Numéro\nHélène Ndiaye".encode("cp1252"), "Nom,Numéro\nHélène Ndiaye"),
        ("الاسم,الرقم\nعائشة ديالو".encode("cp1256"), "الاسم,الرقم\nعائشة ديالو"),
        ("Prénom,Ñuño".encode("cp1252"), "Prénom,Ñuño"),
        ("الاسم,Numéro,Hélène".encode("cp1256"), "الاسم,Numéro,Hélène"),
    ],
)
def test_the_encoding_is_told_from_the_letters(data: bytes, text: str) -> None:
    """UTF-8 with or without its mark, UTF-16, Western and Arabic Windows."""
    assert decoded(data) == text


@pytest.mark.parametrize(
    ("data", "encoding", "says"),
    [
        ("الاسم,MUÑOZ".encode("cp1256", "replace") + b"MU\xd1OZ", "", "not clear in which encoding"),
        (b"\xff\xe9", "utf-8", "not in utf-8"),
        (b"a", "klingon", "No such encoding"),
        (b"Awa,+221771234567\n", "", "number and group is not there"),
        (b"number,phone,group\n", "", "Two columns are the number"),
        (b"", "", "The first line must name the columns"),
        (b"number,group\n" + b"1,2\n" * (contacts.MOST_ROWS + 1), "", "more than 50000 rows"),
        (b"x" * (contacts.LONGEST_FILE + 1), "", "larger than 20 MB"),
        (b'number,group\n"' + b"x" * 200_000 + b'",SN\n', "", "not a CSV file"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(data: bytes, encoding: str, says: str) -> None:
    """No guess is made where it could be wrong."""
    with pytest.raises(Unreadable, match=says):
        read(data, GROUPS, encoding=encoding)


@pytest.fixture
def home(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the data folder of an installation with its groups, whose accounts say where people find them."""
    KeyRing.fresh().save(tmp_path / "keys.json")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JISR_HOME", str(tmp_path))
    monkeypatch.setenv("JISR_DATABASE_URL", database_url)

    async def found(_settings: object) -> Links:
        return Links("jisr_bot", "+221 77 000 00 00")

    monkeypatch.setattr(importing, "_links", found)

    async def start(tx: Tx) -> None:
        await starter.load(tx)

    _within(tmp_path, database_url, start)
    return tmp_path


def _within(home: Path, url: str, act: object) -> None:
    """Do something in the store."""

    async def do() -> None:
        store = Store(open_engine(url), Sealer(KeyRing.load(home / "keys.json")))
        async with store.transaction(importing.Clock().now()) as tx:
            await act(tx)  # type: ignore[operator]
        await store.close()

    finish(do())


def _jisr(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["import", *words])
    assert result.exit_code == code, result.output
    return result.output


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def _list(home: Path, *rows: str, name: str = "list.csv") -> Path:
    file = home / name
    file.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return file


def test_a_list_becomes_one_link_for_each(home: Path, database_url: str) -> None:
    """The links stand in a file for us alone, in the language of each; the store has neither number nor name."""
    file = _list(home, f"=Awa,{NUMBER},fr,SN", "عائشة,20 123 456,ar,TN", "Wrong,12,fr,SN")
    said = _jisr(str(file), "--by", "list-12", code=1)
    assert "line 4, number" in said
    assert "     2  new" in said
    assert not any(word in said for word in ("Awa", "عائشة", "1234567", "20123456", "123 456"))
    links = home / "list-links.csv"
    assert stat.S_IMODE(links.stat().st_mode) == 0o600
    assert links.read_bytes().startswith(b"\xef\xbb\xbf")
    first, second = _rows(links)
    assert (first["name"], first["number"], first["group"], first["standing"]) == (
        "'=Awa",
        "'+221771234567",
        "SN",
        "new",
    )
    assert first["telegram"] == f"https://t.me/jisr_bot?start={first['code']}"
    assert first["whatsapp"] == f"https://wa.me/221770000000?text=JISR%20{first['code']}"
    assert first["message"].startswith("Voici votre invitation personnelle")
    assert second["message"].splitlines()[1:] == [second["telegram"], second["whatsapp"]]
    assert second["message"].startswith("أنتم مدعوون")

    async def looks(tx: Tx) -> None:
        made = await invitations.find(tx, code=first["code"])
        assert made is not None
        assert (made.country, made.uses_left, (made.expires_at - tx.now).days) == ("SN", 1, 29)
        kept = repr([tuple(row) for row in await tx.all(select(imports.imports))])
        assert "771234567" not in kept
        entry = await tx.first(select(audit.audit).where(audit.audit.c.act == "import"))
        assert entry is not None
        assert (entry.actor, entry.detail) == ("steward", "list-12:2")

    _within(home, database_url, looks)


def test_a_second_import_makes_no_second_link(home: Path, database_url: str) -> None:
    """Nor does another file with the same number in another writing; who joined and whose link ended is said."""
    _jisr(str(_list(home, f"Awa,{NUMBER},fr,SN", "B,+221 77 123 45 68,fr,SN", "C,+221 77 123 45 69,fr,SN")))
    made = _rows(home / "list-links.csv")

    async def later(tx: Tx) -> None:
        joined, ended = [await invitations.find(tx, code=row["code"]) for row in made[1:]]
        assert joined is not None
        assert ended is not None
        await invitations.use(tx, invitation=joined.id, person="p" * 32)
        table = invitations.invitations
        await tx.run(update(table).where(table.c.id == ended.id).values(expires_at=tx.now))

    _within(home, database_url, later)
    assert "exists, and links are shown only once" in _jisr(str(home / "list.csv"), code=1)
    other = _list(home, "X,٧٧١٢٣٤٥٦٧,ar,Sénégal", "Y,00221771234568,,SN", "Z,221771234569,,SN", name="other.csv")
    said = _jisr(str(other), "--dry-run")
    assert all(
        line in said for line in ("1  expired: a new link", "1  invited already", "1  joined", "Nothing was changed")
    )
    assert not (home / "other-links.csv").exists()
    _jisr(str(other))
    again = _rows(home / "other-links.csv")
    assert [row["standing"] for row in again] == ["invited already", "joined", "expired: a new link"]
    assert [bool(row["code"]) for row in again] == [False, False, True]
    assert "     2  invited already" in _jisr(str(other), "--output", str(home / "third.csv"))
    assert not (home / "third.csv").exists()
    assert not list(home.glob("*.part"))


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_interrupted_import_is_taken_up(
    home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Killed before its commit nothing holds and nothing is lost; after it the next run finds the links."""
    file = _list(home, *(f"Awa,+221 77 123 4{number:03d},fr,SN" for number in range(300)))
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED[moment], str(file)], env={**os.environ}, capture_output=True, check=False
    )
    assert killed.returncode == 9, killed.stderr.decode()
    assert (home / "list-links.csv.part").exists()
    said = _jisr(str(file))
    assert ("an import that was interrupted" in said) is (moment == "after")
    codes = [row["code"] for row in _rows(home / "list-links.csv")]
    assert len(set(codes)) == 300

    async def looks(tx: Tx) -> None:
        for table in (imports.imports, invitations.invitations):
            assert await tx.scalar(select(func.count()).select_from(table)) == 300
        assert all([await imports.was_made(tx, code=code) for code in codes])

    _within(home, database_url, looks)
    assert "   300  invited already" in _jisr(str(file), "--output", str(home / "again.csv"))


_BEGIN = """
import os, pathlib, sys
from bot import cli, importing
from handlers.groups.invite import Links
async def links(_settings): return Links("jisr_bot")
importing._links = links
def die(*_): os._exit(9)
"""
_KILLED = {
    "before": _BEGIN + "import os as o\nfsync = o.fsync\n"
    "def put(number):\n    fsync(number); die()\nimporting.os.fsync = put\n"
    "importing.import_(pathlib.Path(sys.argv[1]), by='', output=None, days=30, encoding='', dry_run=False)\n",
    "after": _BEGIN + "importing.Path.rename = die\n"
    "importing.import_(pathlib.Path(sys.argv[1]), by='', output=None, days=30, encoding='', dry_run=False)\n",
}


def test_without_accounts_nothing_is_made(home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Links are made only once: where nobody could follow them the import is refused."""
    monkeypatch.undo()
    monkeypatch.chdir(home)
    monkeypatch.setenv("JISR_HOME", str(home))
    monkeypatch.setenv("JISR_DATABASE_URL", database_url)
    assert "nothing was done" in _jisr(str(_list(home, f"Awa,{NUMBER},fr,SN")), code=1)
    assert "--by" in _jisr(str(home / "list.csv"), "--by", "Awa Ndiaye", code=2)


def test_ten_thousand_rows_take_less_than_half_a_minute(home: Path) -> None:
    """Reading, checking, making and writing 10,000 invitations."""
    file = _list(home, *(f"Awa {number},+221 77 {1_000_000 + number},fr,SN" for number in range(10_000)))
    began = time.process_time()
    assert " 10000  new" in _jisr(str(file))
    assert time.process_time() - began < 30
    assert len(_rows(home / "list-links.csv")) == 10_000
