"""Patients' identities as ADT messages change them: updates (A08) and merges (A40, A47).

Index and files change together, so that what is retrieved says what was found; the old values
stay in each object's Original Attributes Sequence, and the fix-up desk can undo each change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from simulator.archive import tables as t
from simulator.archive.fixup.editing import Hand
from simulator.archive.fixup.patients import KEYWORDS, OURS, Identifier, of_patient
from simulator.network.hl7 import UNKNOWN_KEY, Hl7Error
from simulator.network.hl7_orders import Identity, Merge

if TYPE_CHECKING:
    from simulator.archive.fixup.acting import Done
    from simulator.archive.fixup.office import Fixup


class Identities:
    """Corrects whom studies belong to."""

    def __init__(self, fixup: Fixup) -> None:
        """Correct by `fixup`, which records and undoes."""
        self.fixup, self.index, self.journal = fixup, fixup.index, fixup.journal

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
        said = {key: getattr(who, key) for key in KEYWORDS if getattr(who, key)}
        studies = self._studies(who.patient_id, who.issuer)
        if all(study[OURS[key]] == value for study in studies for key, value in said.items()):
            return 0
        scope = of_patient(Identifier(patient_id=who.patient_id, issuer=who.issuer), exact=False)
        values = {KEYWORDS[key]: value for key, value in said.items()}
        words = f"{rule} says {_said(values)} of {who.patient_id}"
        return self._readdress(studies, scope, values, "update", words, rule)

    def merge(self, found: Merge, rule: str, columns: dict[str, str]) -> tuple[int, int]:
        """Move a retired identifier's studies and orders to the survivor; returns how many."""
        who = found.survivor
        self._refuse_retired(who)
        theirs = self._studies(who.patient_id, who.issuer)
        values = {
            key: getattr(who, key) or (theirs[0][OURS[key]] if theirs else "") for key in KEYWORDS
        }
        retired = Identifier(patient_id=found.retired_id, issuer=found.retired_issuer)
        survivor = Identifier(patient_id=who.patient_id, issuer=who.issuer)
        hand = self._hand(rule)
        words = f"{retired} disappears into {survivor}: {rule}"
        studies = self._studies(retired.patient_id, retired.issuer)
        done = self.fixup.act(
            lambda: self.fixup.patients.moved(
                "merge", words, retired, survivor, values, hand, columns=columns
            ),
            hand,
        )
        said = {"PatientID": who.patient_id, **{KEYWORDS[k]: v for k, v in values.items() if v}}
        self._tell(studies, said, rule, done)
        return len(studies), len(done.plan.before.get("orders", ()))

    def readdress_retired(self, study: dict[str, Any]) -> bool:
        """Give a study that came under a retired identifier to the survivor."""
        into = self.merged_into(study["patient_id"], study["issuer"])
        if into is None:
            return False
        values = {"PatientID": into[0]}
        if into[1]:
            values["IssuerOfPatientID"] = into[1]
        theirs = self._studies(*into)
        for key, keyword in KEYWORDS.items():
            if theirs and theirs[0][OURS[key]]:
                values[keyword] = theirs[0][OURS[key]]
        rule = f"{study['patient_id']} was merged into {into[0]} before"
        scope = [t.studies.c.study_uid == study["study_uid"]]
        self._readdress([study], scope, values, "readdress", rule, rule)
        return True

    def _refuse_retired(self, who: Identity) -> None:
        if into := self.merged_into(who.patient_id, who.issuer):
            raise Hl7Error(
                UNKNOWN_KEY, "PID-3", f"{who.patient_id} was merged into {into[0]}: use that"
            )

    def _studies(self, patient_id: str, issuer: str) -> list[dict[str, Any]]:
        """Return a patient's studies; an issuer that is not said is any."""
        who = Identifier(patient_id=patient_id, issuer=issuer)
        return self.index.studies(of_patient(who, exact=False))

    def _hand(self, rule: str) -> Hand:
        return Hand(by=rule[:50], now=self.fixup.clock.now())

    def _readdress(
        self,
        studies: list[dict[str, Any]],
        scope: list[Any],
        values: dict[str, str],
        kind: str,
        words: str,
        rule: str,
    ) -> int:
        hand = self._hand(rule)
        done = self.fixup.act(
            lambda: self.fixup.editing.readdress(scope, values, hand, kind, words), hand
        )
        return self._tell(studies, values, rule, done)

    def _tell(
        self, studies: list[dict[str, Any]], values: dict[str, str], rule: str, done: Done
    ) -> int:
        """Tell which studies changed; somebody may have been quicker. Returns how many."""
        counts: dict[str, int] = {}
        for step in done.plan.steps:
            if step.before:
                uid = step.before.location.study_uid
                counts[uid] = counts.get(uid, 0) + 1
        for study in studies:
            if count := counts.get(study["study_uid"]):
                who = f"{study['patient_name']} ({study['patient_id']})"
                new = {k: v for k, v in values.items() if v}
                self.journal.write(
                    "study.readdressed", f"study of {who} now says {_said(new)}: {rule}",
                    study=study["study_uid"], accession=study["accession"], rule=rule,
                    instances=count, old=study["patient_id"], change=done.number,
                    patient_id=values.get("PatientID", study["patient_id"]),
                )  # fmt: skip
        return len(counts)


def _said(values: dict[str, str]) -> str:
    return ", ".join(f"{keyword} '{value}'" for keyword, value in values.items())
