"""What the doctor says of the ground that the program stands on, decided purely."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bot.doctor.findings import Finding, note, ok, todo
from bot.webhooks import is_safe
from network.darkness import Darkness
from network.groups import Staffing
from network.members import SIDES
from network.stops import Stop

OTHERS = stat.S_IRWXG | stat.S_IRWXO
DRIFT_S = 5.0  # seconds of clock skew to know about
SKEW_S = 60.0  # seconds of clock skew that make deadlines, quiet hours and windows wrong

_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Place:
    """A file or folder: ``mode`` is None when it is not there."""

    path: Path
    mode: int | None


@dataclass(frozen=True)
class Database:
    """``revision`` is that of the database ("" when it is empty), ``newest`` and ``known`` those of the program."""

    revision: str = ""
    newest: str = ""
    known: bool = True
    fault: str = ""  # the class of the error that kept it from answering


def folder(place: Place) -> Finding:
    """Judge the data folder."""
    if place.mode is None:
        return note("folder", f"{place.path} is not there.", "It is made when the program first starts.")
    if place.mode & OTHERS:
        return todo("folder", f"Others may look into {place.path}.", f"chmod 700 {place.path}")
    return ok("folder", f"{place.path} is closed to others.")


def key_file(place: Place, *, opens: bool, fault: str = "") -> Finding:
    """Judge the key file.

    ``opens``: whether its keys (any keys, when it is not there) open what the database holds;
    ``fault``: why it is no key ring.
    """
    if place.mode is None and not opens:
        advice = "Put its copy back at once, mode 0600. Without it nothing that is kept can be read."
        return todo("keys", f"{place.path} is gone, and the database is sealed under it.", advice)
    if place.mode is None:
        return note("keys", f"{place.path} is not there.", "It is made when the program first starts. Then copy it.")
    if place.mode & OTHERS:
        return todo("keys", f"Others may read {place.path}.", f"chmod 600 {place.path}")
    if fault:
        return todo("keys", fault, f"The file is {place.path}.")
    if not opens:
        return todo("keys", f"{place.path} is not that of this database.", "Put the database's own key file there.")
    return ok("keys", "The key file is there, and closed to others. Is its copy elsewhere?")


def settings_file(place: Place) -> Iterator[Finding]:
    """Judge a file with settings that may hold secrets."""
    if place.mode is not None and place.mode & OTHERS:
        yield note("settings", f"Others may read {place.path}.", f"If secrets stand in it: chmod 600 {place.path}")


def clock(skew_s: float | None) -> Finding:
    """Judge how far this clock is from a provider's, in seconds (RFC 9110 dates: whole seconds)."""
    if skew_s is None:
        return note("clock", "No provider told the time.", "It is checked against a provider that can be reached.")
    if abs(skew_s) > SKEW_S:
        advice = "Let it be set: timedatectl set-ntp true (or chrony). Reminders and windows depend on it."
        return todo("clock", f"This clock is {abs(skew_s):.0f} s {'behind' if skew_s > 0 else 'ahead'}.", advice)
    if abs(skew_s) > DRIFT_S:
        return note("clock", f"This clock is {abs(skew_s):.0f} s off.", "timedatectl set-ntp true")
    return ok("clock", "The clock is right.")


def database(facts: Database) -> Finding:
    """Judge the database."""
    if facts.fault:
        advice = "Look at JISR_DATABASE_URL, at the server, and at what it lets this user do."
        return todo("database", f"It does not answer ({facts.fault}).", advice)
    if not facts.known:
        advice = "Install the version that wrote it, or a newer one. Never start this one on it."
        return todo("database", f"It is of a later version (revision {facts.revision}).", advice)
    if facts.revision != facts.newest:
        state = f"is at revision {facts.revision}, not {facts.newest}" if facts.revision else "is empty"
        return todo("database", f"It {state}.", "jisr migrate")
    return ok("database", f"It answers, at revision {facts.revision}.")


def public_address(public_url: str, *, needed: bool, answers: bool | None) -> Iterator[Finding]:
    """Judge the public address; ``answers`` is None when nobody asked."""
    if not public_url:
        return
    if needed and not is_safe(public_url):
        yield todo("address", "JISR_PUBLIC_URL is not https.", "The providers deliver by https only: see compose.yaml.")
    elif answers is False:
        advice = "Is the program running, and does the TLS front hand requests to JISR_HOST:JISR_PORT?"
        yield todo("address", f"{public_url}/healthz does not answer.", advice)
    elif answers:
        yield ok("address", f"{public_url} answers.")


def catalogues(faults: Sequence[str]) -> Finding:
    """Judge the catalogues of the languages."""
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        return todo("languages", f"{faults[0]}{more}", "python -m locales.check shows all; docs/languages.md says how.")
    return ok("languages", "Every offered language is complete.")


def seats(groups: Sequence[Staffing]) -> Iterator[Finding]:
    """Judge whether both sides hold seats in each group that has members."""
    active = [group for group in groups if group.members]
    for group in active:
        if len(group.sides) < len(SIDES):
            held = f"only the {next(iter(group.sides))} side holds" if group.sides else "nobody holds"
            lacking = next(side for side in SIDES if side not in group.sides)
            advice = f"jisr invite --country {group.code} --side {lacking} --seat coordinator"
            yield todo("seats", f"{group.code} has members, but {held} a seat.", advice)
    if not active:
        advice = "jisr invite --country SN --side official --seat coordinator; then the same for civil."
        yield note("seats", "No group has members yet. Seat the first coordinators, one from each side.", advice)
    elif all(len(group.sides) == len(SIDES) for group in active):
        yield ok("seats", "Both sides hold seats in every group that has members.")


def stopped(given: Sequence[Stop]) -> Iterator[Finding]:
    """Yield the accounts that their provider refuses altogether: the program tries them no more by itself."""
    for stop in given:
        name = f"{stop.channel}/{stop.account}"
        advice = f"Put right what code {stop.code} means (below, or at the provider), then: jisr account resume {name}"
        yield todo(name, f"Its provider stopped it on {stop.at:%Y-%m-%d %H:%M} UTC; the others carry on.", advice)
    if given:
        advice = "Put the text of `jisr account profile` into the numbers' profiles at WhatsApp, and tell coordinators."
        yield note("accounts", "People who have no other app here do not know where to write.", advice)


def dark(given: Sequence[Darkness]) -> Iterator[Finding]:
    """Yield the countries that are cut off."""
    for each in given:
        advice = f"Is it back, and nobody has written yet? jisr country light {each.country}"
        yield note("countries", f"{each.country} is cut off since {each.since:%Y-%m-%d %H:%M} UTC.", advice)


def keeper(*, named: bool) -> Finding:
    """Judge whether newcomers are told who runs the installation."""
    if named:
        return ok("keeper", "Newcomers are told who runs this, and where.")
    advice = "Name the organisation and the place: [keeper] in jisr.toml."
    return note("keeper", "Newcomers are told only that the coordination team runs this.", advice)


def translator(url: str) -> Iterator[Finding]:
    """Yield what is found of the machine translator, where one is set up."""
    if not url:
        return
    host = urlsplit(url).hostname or ""
    if url.startswith("http:") and host not in _HERE:
        yield todo("translator", f"Texts and its key go to {host} unsealed.", "Use https in JISR_TRANSLATOR_URL.")
    else:
        yield ok("translator", f"Published practices are sent to {host}, to be translated by a machine.")
