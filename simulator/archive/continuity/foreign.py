"""Whom a foreign object belongs to: candidates are proposed, a person decides.

Names alone decide nothing. Without a decision a foreign patient stays a patient of their own, under
their own number and the issuer the number comes from; only where number, issuer, name and birth
date all agree with an entry of ours it is taken for our own patient coming back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydicom.dataset import Dataset
from sqlalchemy import select

from simulator.archive import tables as t
from simulator.archive.attributes import text, unpack
from simulator.archive.patient_check import letters
from simulator.database import Database
from simulator.errors import RefusedError

_IDENTITY = ("PatientID", "IssuerOfPatientID", "PatientName", "PatientBirthDate", "PatientSex")


@dataclass(frozen=True, kw_only=True)
class Person:
    """A patient as an object or our index says it."""

    patient_id: str
    issuer: str
    name: str
    birth_date: str
    sex: str

    @classmethod
    def of(cls, ds: Dataset) -> Person:
        """Read a person from a data set."""
        return cls(
            **dict(zip(cls.__dataclass_fields__, (text(ds, k) for k in _IDENTITY), strict=True))
        )

    def values(self) -> dict[str, str]:
        """Return the attributes that say so."""
        return dict(zip(_IDENTITY, vars(self).values(), strict=True))


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What becomes of a foreign patient's objects."""

    state: str  # ours | mapped | foreign
    person: Person
    candidates: tuple[dict[str, str], ...] = ()


class Identifier:
    """Decides for one import."""

    def __init__(self, database: Database, mapping: dict[str, str], issuer: str) -> None:
        """Map as somebody decided: foreign Patient ID to one of ours; raises RefusedError.

        `issuer` is given to foreign numbers that come without one.
        """
        self._known = _patients(database)
        self._issuer = issuer
        self._mapping = {foreign: self._ours(local) for foreign, local in mapping.items()}

    def verdict(self, who: Person) -> Verdict:
        """Say whose an object is, and who else it might be."""
        mapped = self._mapping.get(who.patient_id)
        if mapped:
            return Verdict(state="mapped", person=mapped)
        if who.issuer and any(_same(who, one) for one in self._known):
            return Verdict(state="ours", person=who)
        kept = Person(**{**vars(who), "issuer": who.issuer or self._issuer})
        return Verdict(state="foreign", person=kept, candidates=tuple(self._candidates(who)))

    def unused(self, seen: set[str]) -> list[str]:
        """Return the foreign numbers that were mapped and are not on the medium."""
        return sorted(set(self._mapping) - seen)

    def _ours(self, local: str) -> Person:
        patient_id, _, issuer = local.partition("^^^")
        found = [
            one for one in self._known
            if one.patient_id == patient_id and (not issuer or one.issuer == issuer)
        ]  # fmt: skip
        if len(found) == 1:
            return found[0]
        if not found:
            raise RefusedError(
                f"There is no patient '{local[:64]}' here.", "List the studies.", 404
            )
        issuers = ", ".join(one.issuer or "(none)" for one in found)
        raise RefusedError(
            f"{len(found)} patients have the number {patient_id}, of the issuers {issuers}.",
            f"Write {patient_id}^^^ISSUER.", 409,
        )  # fmt: skip

    def _candidates(self, who: Person) -> list[dict[str, str]]:
        found = []
        for one in self._known:
            agree = [
                word for word, same in (
                    ("number", bool(who.patient_id) and who.patient_id == one.patient_id),
                    ("name", bool(letters(who.name)) and letters(who.name) == letters(one.name)),
                    ("birth date", bool(who.birth_date) and who.birth_date == one.birth_date),
                ) if same
            ]  # fmt: skip
            if agree and agree != ["birth date"]:
                found.append({**vars(one), "agrees": " and ".join(agree), "count": str(len(agree))})
        best = sorted(found, key=lambda row: row["count"], reverse=True)[:5]
        return [{key: value for key, value in row.items() if key != "count"} for row in best]


def other_id(who: Person, issuer: str) -> Dataset:
    """Return the item of the Other Patient IDs Sequence that keeps a foreign number (C.7.1.1)."""
    item = Dataset()
    item.PatientID, item.IssuerOfPatientID = who.patient_id, who.issuer or issuer
    item.TypeOfPatientID = "TEXT"
    return item


def _same(one: Person, other: Person) -> bool:
    return (
        (one.patient_id, one.issuer, one.birth_date)
        == (other.patient_id, other.issuer, other.birth_date)
        and bool(one.birth_date)
        and bool(letters(one.name))
        and letters(one.name) == letters(other.name)
    )


def _patients(database: Database) -> list[Person]:
    with database.read() as db:
        rows: list[Any] = list(db.execute(select(t.patients.c.attributes)).scalars())
    return [Person.of(unpack(row)) for row in rows]
