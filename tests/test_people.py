"""Patients and staff follow from (seed, n) alone."""

from __future__ import annotations

import random
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from simulator import name_lists
from simulator.people import colleagues, patient, staff

ROOT = Path(__file__).parent.parent


def test_the_same_seed_gives_the_same_people_in_any_order_and_thread() -> None:
    there = [patient(3, n) for n in range(60)]
    patient.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        back = list(pool.map(lambda n: patient(3, n), reversed(range(60))))
    assert back[::-1] == there
    assert patient(4, 0) != patient(3, 0)


def test_nobody_touches_the_global_source_of_chance() -> None:
    random.seed(1)
    before = random.getstate()
    patient.cache_clear()
    patient(9, 9)
    assert random.getstate() == before


def test_values_fit_their_attributes() -> None:
    people = [patient(1, n) for n in range(500)]
    assert len({person.mrn for person in people}) == 500
    for person in people:
        person.name.encode("latin-1")
        assert len(person.name) <= 64 and person.name.count("^") == 1
        assert len(person.birth_date) == 8 and person.sex in "MF" and person.issuer == "PACSLAB"


@pytest.mark.parametrize("role", ["radiologist", "technologist", "referring", "qc", "clerk"])
def test_every_role_is_filled_and_user_names_are_unique(role: str) -> None:
    assert colleagues(1, role)
    assert len({member.user for member in staff(1)}) == len(staff(1))


def test_the_names_can_be_frozen_anew() -> None:
    text = name_lists.toml()
    again = tomllib.loads(text)
    frozen = tomllib.loads((ROOT / "simulator" / "names.toml").read_text("utf-8"))
    assert list(again) == list(frozen) == list(name_lists.LOCALES)
    for locale, kinds in again.items():
        assert list(kinds) == list(frozen[locale])
        assert all(len(set(names)) == len(names) > 50 for names in kinds.values())
    assert max(map(len, text.splitlines())) <= 100
    text.encode("latin-1")
