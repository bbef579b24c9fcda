"""Patients' identities as ADT messages change them: updates (A08) and merges (A40, A47).

Index and files change together, so that what is retrieved says what was found; the old values
stay in each object's Original Attributes Sequence.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select

from simulator.archive import reconcile
from simulator.archive import tables as t
from simulator.archive.index import Index
from simulator.archive.store import FileStore
from simulator.clock import Clock
from simulator.journal import Journal
from simulator.network.hl7 import UNKNOWN_KEY, Hl7Error
from simulator.network.hl7_orders import Identity, Merge

_KEYWORDS = {"name": "PatientName", "birth_date": "PatientBirthDate", "sex": "PatientSex"}
_OURS = {"name": "patient_name", "birth_date": "birth_date", "sex": "sex"}


class Identities:
    """Corrects whom studies belong to."""

    def __init__(self, index: Index, store: FileStore, clock: Clock, journal: Journal) -> None:
        """Correct what is in `index` and `store`."""
        self.index, self.store, self.clock, self.journal = index, store, clock, journal

    def merged_into(self, patient_id: str, issuer: str) -> tuple[str, str] | None:
        """Return what a retired identifier became (identifier, issuer), or None."""
        r = t.retired.c
        query = select(r.merged_into, r.into_issuer).where(r.patient_id == patient_id)
        if issuer:
            query = query.where(r.issuer.in_((issuer, "")))
        with self.index.database.write() as db:
            row = db.execute(query).first()
        return (row[0], row[1]) if row else None

    def update(self, who: Identity, rule: str) -> int:
        """Give a patient's studies what is said of the patient; returns how many changed."""
        self._refuse_retired(who)
        said = {key: getattr(who, key) for key in _KEYWORDS if getattr(who, key)}
        count = 0
        for study in self._studies(who.patient_id, who.issuer):
            new = {key: value for key, value in said.items() if study[_OURS[key]] != value}
            if new:
                count += 1
                self._readdress(study, {_KEYWORDS[key]: value for key, value in new.items()}, rule)
        return count

    def merge(self, found: Merge, rule: str) -> int:
        """Move a retired identifier's studies to the survivor; returns how many moved."""
        who = found.survivor
        self._refuse_retired(who)
        theirs = self._studies(who.patient_id, who.issuer)
        values = {"PatientID": who.patient_id, "IssuerOfPatientID": who.issuer}
        for key, keyword in _KEYWORDS.items():
            value = getattr(who, key) or (theirs[0][_OURS[key]] if theirs else "")
            if value:
                values[keyword] = value
        with self.index.database.write() as db:  # before the studies: some may arrive meanwhile
            self._retire(db, found)
        studies = self._studies(found.retired_id, found.retired_issuer)
        for study in studies:
            self._readdress(study, {k: v for k, v in values.items() if v}, rule)
        return len(studies)

    def readdress_retired(self, study: dict[str, Any]) -> bool:
        """Give a study that came under a retired identifier to the survivor."""
        into = self.merged_into(study["patient_id"], study["issuer"])
        if into is None:
            return False
        values = {"PatientID": into[0]}
        if into[1]:
            values["IssuerOfPatientID"] = into[1]
        theirs = self._studies(*into)
        for key, keyword in _KEYWORDS.items():
            if theirs and theirs[0][_OURS[key]]:
                values[keyword] = theirs[0][_OURS[key]]
        self._readdress(study, values, f"{study['patient_id']} was merged into {into[0]} before")
        return True

    def _retire(self, db: Any, found: Merge) -> None:
        r, who = t.retired.c, found.survivor
        old = (r.patient_id == found.retired_id) & (r.issuer == found.retired_issuer)
        db.execute(delete(t.retired).where(old))
        values = {"merged_into": who.patient_id, "into_issuer": who.issuer}
        earlier = (r.merged_into == found.retired_id) & (r.into_issuer == found.retired_issuer)
        db.execute(t.retired.update().where(earlier).values(**values))
        db.execute(
            insert(t.retired).values(
                patient_id=found.retired_id, issuer=found.retired_issuer, **values,
                at=self.clock.now().isoformat(timespec="seconds"),
            )
        )  # fmt: skip

    def _refuse_retired(self, who: Identity) -> None:
        if into := self.merged_into(who.patient_id, who.issuer):
            raise Hl7Error(
                UNKNOWN_KEY, "PID-3", f"{who.patient_id} was merged into {into[0]}: use that"
            )

    def _studies(self, patient_id: str, issuer: str) -> list[dict[str, Any]]:
        """Return a patient's studies; an issuer that is not said is any."""
        wanted = [t.patients.c.patient_id == patient_id]
        if issuer:
            wanted.append(t.patients.c.issuer.in_((issuer, "")))
        return self.index.studies(wanted)

    def _readdress(self, study: dict[str, Any], values: dict[str, str], rule: str) -> None:
        by = rule[:50]
        count = reconcile.readdress(
            self.index, self.store, study["study_uid"], values, self.clock.now(), by
        )
        if not count:
            return  # somebody was quicker: a merge and the match of the same study may meet
        said = ", ".join(f"{keyword} '{value}'" for keyword, value in values.items())
        self.journal.write(
            "study.readdressed",
            f"study of {study['patient_name']} ({study['patient_id']}) now says {said}: {rule}",
            study=study["study_uid"], accession=study["accession"], rule=rule, instances=count,
            old=study["patient_id"], patient_id=values.get("PatientID", study["patient_id"]),
        )  # fmt: skip
