"""Coercion on arrival (PS3.4 B.2.3): values the archive knows better, by rules that are all off.

The stored object says what it said before in its Original Attributes Sequence (PS3.3 C.12.1.1.9).
Pixel data is neither decoded nor moved. Where a rule finds several candidates, or cannot be
applied, the object is stored as it came: an image is never lost by a coercion.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from sqlalchemy import select

from simulator.archive import tables as t
from simulator.archive.attributes import read_header, text
from simulator.archive.incoming import Incoming, joined, split
from simulator.archive.original_attributes import write_values
from simulator.archive.patient_check import is_another, known_patients
from simulator.archive.settings import Settings
from simulator.clock import Clock
from simulator.database import Database
from simulator.journal import Journal

_DEMOGRAPHICS = {
    "PatientName": "patient_name",
    "PatientBirthDate": "birth_date",
    "PatientSex": "sex",
}
_TRIMMED = ("PatientName", "PatientID", "IssuerOfPatientID", "AccessionNumber")


@dataclass(kw_only=True)
class Plan:
    """What is to be changed in one object, and by which rules."""

    changes: dict[str, str] = field(default_factory=dict)
    rules: list[str] = field(default_factory=list)

    def add(self, rule: str, changes: dict[str, str]) -> None:
        """Note what a rule changes, if anything."""
        if changes:
            self.changes.update(changes)
            self.rules.append(rule)

    @property
    def tags(self) -> list[int]:
        """The tags of what is changed, for the response's Offending Element."""
        return sorted(tag for key in self.changes if (tag := tag_for_keyword(key)))


class Coercion:
    """The rules in force."""

    def __init__(
        self, database: Database, settings: Settings, clock: Clock, journal: Journal
    ) -> None:
        """Know orders and patients from `database`; tell `journal` what was done by which rule."""
        self.database, self.settings = database, settings
        self.clock, self.journal = clock, journal

    def apply(self, incoming: Incoming, header: Dataset) -> tuple[Incoming, Dataset, Plan]:
        """Return the object as it will be stored, its header, and what was changed."""
        plan = self.plan(incoming, header)
        if not plan.changes:
            return incoming, header, plan
        rule = ", ".join(plan.rules)
        try:
            changed = self._changed(incoming, plan, rule)
            again = read_header(changed.fragments, changed.transfer_syntax)
        except Exception as error:  # what a careless device wrote may not be writable again
            self._tell("coercion.failed", incoming, f"{rule} could not be applied: {error}", rule)
            return incoming, header, Plan()
        return changed, again, plan

    def report(self, incoming: Incoming, header: Dataset, plan: Plan) -> None:
        """Tell which rule changed what in an object that was stored."""
        said = "; ".join(
            f"{keyword} '{text(header, keyword)}' → '{value}'"
            for keyword, value in plan.changes.items()
        )
        rule = ", ".join(plan.rules)
        self._tell("coercion", incoming, f"{rule}: {said}", rule, changed=sorted(plan.changes))

    # --- the rules ----------------------------------------------------------------------------

    def plan(self, incoming: Incoming, header: Dataset) -> Plan:
        """Decide what the rules that are on would change."""
        plan = Plan()
        if self.settings["coerce.trim"]:
            plan.add("coerce.trim", _trimmed(header))
        issuer = self.settings["coerce.default_issuer"]
        if (
            issuer != "none"
            and text(header, "PatientID")
            and not _said(header, "IssuerOfPatientID")
        ):
            plan.add("coerce.default_issuer", {"IssuerOfPatientID": issuer})
        for rule, look in (("from_order", self._orders), ("from_patient", self._patients)):
            known = look(header, plan) if self.settings[f"coerce.{rule}"] else []
            if known:  # the order's word comes before what an earlier object said
                self._from_known(f"coerce.{rule}", known, incoming, header, plan)
                break
        return plan

    def _from_known(
        self,
        rule: str,
        known: list[dict[str, str]],
        incoming: Incoming,
        header: Dataset,
        plan: Plan,
    ) -> None:
        """Take demographics from the one candidate; several candidates change nothing."""
        if len(known) > 1:
            why = f"{rule} found {len(known)} candidates: stored as it came"
            self._tell("coercion.ambiguous", incoming, why, rule)
            return
        said = {key: plan.changes.get(key, text(header, key)) for key in _DEMOGRAPHICS}
        ours = {key: value for key, value in known[0].items() if value}
        plan.add(rule, {k: v for k, v in ours.items() if _plain(v) != _plain(said[k])})

    def _orders(self, header: Dataset, plan: Plan) -> list[dict[str, str]]:
        """Return the orders that agree in accession number, Patient ID and, if said, issuer."""
        accession, patient_id, issuer = (
            plan.changes.get(key, text(header, key))
            for key in ("AccessionNumber", "PatientID", "IssuerOfPatientID")
        )
        if not accession or not patient_id:
            return []
        o = t.orders.c
        query = select(o.facts).where(o.accession == accession, o.patient_id == patient_id)
        if issuer:
            query = query.where(o.issuer.in_((issuer, "")))
        with self.database.read() as db:
            facts: list[dict[str, Any]] = list(db.execute(query).scalars())
        return [{k: str(f.get(name) or "") for k, name in _DEMOGRAPHICS.items()} for f in facts]

    def _patients(self, header: Dataset, plan: Plan) -> list[dict[str, str]]:
        """Return our entries of this patient, unless they speak of another person."""
        patient_id = plan.changes.get("PatientID", text(header, "PatientID"))
        issuer = plan.changes.get("IssuerOfPatientID", text(header, "IssuerOfPatientID"))
        if not patient_id:
            return []
        found = known_patients(self.database, patient_id, issuer, any_issuer=not issuer)
        if len(found) == 1 and is_another(header, found[0]):
            return []
        return [{key: text(ds, key) for key in _DEMOGRAPHICS} for ds in found]

    # --- inner parts --------------------------------------------------------------------------

    def _changed(self, incoming: Incoming, plan: Plan, rule: str) -> Incoming:
        """Write the changes into the part before the pixel data; the rest stays byte for byte."""
        head, rest = split(incoming)
        write_values(
            head, plan.changes, self.clock.now(), rule, source=incoming.source, reason="COERCE"
        )
        return joined(incoming, head, rest)

    def _tell(self, kind: str, incoming: Incoming, what: str, rule: str, **facts: Any) -> None:
        self.journal.write(
            kind, f"{incoming.source}: {what}",
            rule=rule, calling=incoming.source, sop_instance=incoming.sop_instance, **facts,
        )  # fmt: skip


def _trimmed(header: Dataset) -> dict[str, str]:
    """Return what differs without the spaces that mean nothing (PS3.5 6.2)."""
    found = {}
    for keyword in _TRIMMED:
        value = _said(header, keyword)
        plain = value.strip()
        if keyword == "PatientName":
            groups = ("^".join(part.strip() for part in g.split("^")) for g in value.split("="))
            plain = "=".join(groups)
        if plain != value:
            found[keyword] = plain
    return found


def _said(header: Dataset, keyword: str) -> str:
    """Return a value with the spaces before it."""
    value = header.get(keyword)
    return "" if value is None else str(value)


def _plain(value: str) -> str:
    """Return a value without the delimiters that a name may end in (PS3.5 6.2.1)."""
    return value.rstrip("^= ")
