"""Patients and staff who do not exist: each follows from (seed, n) alone.

Names are drawn from names.toml by a generator of each person's own, so that neither threads nor
the order of the questions change who somebody is.
"""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib import resources
from random import Random
from typing import Any

from simulator.imaging.uids import digest

ISSUER = "PACSLAB"
_BORN_BEFORE = date(2025, 1, 1)  # nobody is younger than the hospital's first day
_DAYS = 95 * 365
_LOCALES = ("en_US", "en_US", "en_US", "de_DE", "fr_FR")  # a few accents, all of them Latin-1
_MRNS = 9_000_000
_ROLES = {"radiologist": "Radiology", "technologist": "Radiology", "qc": "Radiology"}
# role: how many work here
_STAFF = {
    "radiologist": 5,
    "technologist": 8,
    "qc": 2,
    "referring": 16,
    "clerk": 3,
}


@dataclass(frozen=True, kw_only=True)
class Person:
    """A patient as the RIS knows them; `birth_date` is a DA value, `sex` M, F or O."""

    mrn: str
    name: str  # PN: FAMILY^GIVEN
    birth_date: str
    sex: str
    issuer: str = ISSUER


@dataclass(frozen=True, kw_only=True)
class StaffMember:
    """Somebody who works here; `name` is a PN value."""

    user: str
    full_name: str
    name: str
    role: str


@lru_cache(maxsize=4096)
def patient(seed: int, n: int) -> Person:
    """Return patient number `n`."""
    family, given, sex, chance = _identity(seed, "patient", n)
    born = _BORN_BEFORE - timedelta(days=chance.randrange(_DAYS))
    return Person(
        mrn=f"M{1_000_000 + (n * 7_368_787 + seed * 104_729) % _MRNS}",  # a bijection in n
        name=_pn(family, given),
        birth_date=f"{born:%Y%m%d}",
        sex=sex,
    )


@lru_cache(maxsize=16)
def staff(seed: int) -> tuple[StaffMember, ...]:
    """Return everybody who works here, one role after the other; user names are unique."""
    found: dict[str, StaffMember] = {}
    for role, count in _STAFF.items():
        for n in range(count):
            member = _member(seed, role, n, taken=found)
            found[member.user] = member
    return tuple(found.values())


def colleagues(seed: int, role: str) -> tuple[StaffMember, ...]:
    """Return the staff of one role."""
    return tuple(member for member in staff(seed) if member.role == role)


def staff_accounts(seed: int) -> list[dict[str, Any]]:
    """Return the accounts the hospital's staff have; nobody has a password yet."""
    return [
        {
            "name": person.user,
            "full_name": person.full_name,
            "department": _ROLES.get(person.role, person.role.title()),
            "role": person.role if person.role in _ROLES else "viewer",
        }
        for person in staff(seed)
    ]


def directory_people(seed: int) -> dict[str, dict[str, Any]]:
    """Return the staff as the directory knows them; a group a role, and no passwords yet."""
    return {
        person.user: {
            "full_name": person.full_name,
            "department": _ROLES.get(person.role, person.role.title()),
            "groups": [f"GRP-{person.role.upper()}"],
        }
        for person in staff(seed)
    }


def _member(seed: int, role: str, n: int, taken: dict[str, StaffMember]) -> StaffMember:
    family, given, _, _ = _identity(seed, role, n)
    base = _plain(given[0] + family).lower()[:12]
    user = base
    while user in taken:
        user = f"{base}{len(taken)}"
    suffix = "^^Dr." if role in ("radiologist", "referring") else ""
    return StaffMember(
        user=user, full_name=f"{given} {family}", name=_pn(family, given) + suffix, role=role
    )


def _identity(seed: int, kind: str, n: int) -> tuple[str, str, str, Random]:
    """Return family name, given name, sex and the person's own source of chance."""
    number = digest("person", seed, kind, n)
    names, chance = _names()[_LOCALES[number % len(_LOCALES)]], Random(number >> 64)
    sex = chance.choice("MF")
    given = chance.choice(names["male" if sex == "M" else "female"])
    return chance.choice(names["family"]), given, sex, chance


@cache
def _names() -> dict[str, dict[str, list[str]]]:
    """Read the names: by language, then family, male and female."""
    return tomllib.loads(resources.files("simulator").joinpath("names.toml").read_text("utf-8"))


def _pn(family: str, given: str) -> str:
    """Write a PN value of at most 64 Latin-1 characters (PS3.5 6.2)."""
    name = f"{_part(family)}^{_part(given)}"[:64]
    return name if _is_latin1(name) else _plain(name, keep="^- '")


def _part(name: str) -> str:
    return name.upper().replace("^", " ").replace("=", " ").replace("\\", " ")[:30]


def _is_latin1(text: str) -> bool:
    return all(ord(character) < 256 for character in text)


def _plain(text: str, keep: str = "") -> str:
    """Return the letters without their accents."""
    bare = unicodedata.normalize("NFKD", text)
    return "".join(c for c in bare if c.isascii() and (c.isalnum() or c in keep))
