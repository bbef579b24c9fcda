"""Plans that correct attributes: by hand, by an order, or away from one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence

from simulator.archive import tables as t
from simulator.archive.attributes import text
from simulator.archive.fixup.plan import Change, Plan, Step, stored
from simulator.archive.fixup.swap import header_of
from simulator.archive.index import Index
from simulator.archive.original_attributes import write_values
from simulator.archive.patient_check import is_another
from simulator.archive.store import FileStore
from simulator.errors import RefusedError, UsageError

# What may be edited, by what it is said of. UIDs, pixels and what describes pixels are not.
EDITABLE = {
    "patient": (
        *("PatientName", "PatientBirthDate", "PatientSex", "EthnicGroup", "PatientComments"),
        "OtherPatientIDs",
    ),
    "study": (
        *("AccessionNumber", "StudyDate", "StudyTime", "StudyID", "StudyDescription"),
        *("ReferringPhysicianName", "AdmittingDiagnosesDescription", "AdditionalPatientHistory"),
        *("PatientAge", "PatientSize", "PatientWeight", "NameOfPhysiciansReadingStudy"),
    ),
    "series": (
        *("SeriesDescription", "SeriesNumber", "BodyPartExamined", "Laterality", "ProtocolName"),
        *("PerformingPhysicianName", "OperatorsName", "InstitutionName", "StationName"),
        "InstitutionalDepartmentName",
    ),
    "image": ("ImageLaterality", "ViewPosition", "PatientOrientation", "ImageComments"),
}
# What an order says about its patient and study, by attribute.
FROM_ORDER = {
    "PatientName": "patient_name",
    "PatientID": "patient_id",
    "IssuerOfPatientID": "issuer",
    "PatientBirthDate": "birth_date",
    "PatientSex": "sex",
    "AccessionNumber": "accession",
    "ReferringPhysicianName": "referring",
}
_DEAD = ("cancelled", "discontinued")
_FORMS = {
    "DA": (re.compile(r"|[0-9]{8}"), "eight digits, e.g. 20260302"),
    "TM": (re.compile(r"|[0-9]{2}([0-9]{2}([0-9]{2}(\.[0-9]{1,6})?)?)?"), "digits, e.g. 093000"),
    "AS": (re.compile(r"|[0-9]{3}[DWMY]"), "e.g. 045Y"),
    "IS": (re.compile(r"|[-+]?[0-9]{1,12}"), "a whole number"),
    "DS": (re.compile(r"|[-+0-9.eE]{1,16}"), "a number of at most 16 characters"),
    "CS": (re.compile(r"[A-Z0-9 _]{0,16}(\\[A-Z0-9 _]{0,16})?"), "capital letters, at most 16"),
}
_WORDS = {"PatientSex": ("", "M", "F", "O"), "Laterality": ("", "L", "R"),
          "ImageLaterality": ("", "L", "R", "U", "B")}  # fmt: skip
_LONGEST = {"SH": 16, "LO": 64, "PN": 324, "LT": 10240, "ST": 1024}


@dataclass(frozen=True, kw_only=True)
class Hand:
    """Who corrects, and when."""

    by: str
    now: datetime


class Editing:
    """Makes plans of corrections."""

    def __init__(self, index: Index, store: FileStore) -> None:
        """Correct what is in `index` and `store`."""
        self.index, self.store = index, store

    def edit(
        self,
        study: dict[str, Any],
        values: Any,
        hand: Hand,
        series: str = "",
        instances: Sequence[str] = (),
    ) -> Plan:
        """Change attributes; those of a patient in all the patient's studies."""
        level = checked(values, narrowed=bool(series or instances))
        conditions: list[Any] = [t.studies.c.study_uid == study["study_uid"]]
        if level == "patient":
            p = t.patients.c
            conditions = [p.patient_id == study["patient_id"], p.issuer == study["issuer"]]
        if series:
            conditions.append(t.series.c.series_uid == series)
        if instances:
            conditions.append(t.instances.c.sop_uid.in_(instances))
        said = ", ".join(f"{key} '{value}'" for key, value in values.items())
        plan = self._plan("edit", f"{hand.by} sets {said} of {who(study)}", study, conditions,
                          lambda ds: change(ds, values, hand))  # fmt: skip
        if "AccessionNumber" in values:
            plan.states[study["study_uid"]] = ("new", "")
        return plan

    def link(
        self, study: dict[str, Any], order: dict[str, Any], hand: Hand, *, other_patient: bool
    ) -> Plan:
        """Give a study the identity its order says."""
        check_order(study, order, other_patient=other_patient)
        uid, accession = study["study_uid"], order["accession"]
        words = f"{hand.by} links a study of {who(study)} to order {accession} of {who(order)}"
        plan = self._plan(
            "link", words, study, [t.studies.c.study_uid == uid],
            lambda ds: apply_order(ds, order, hand),
        )  # fmt: skip
        plan.states[uid] = ("matched", f"linked to order {accession} by {hand.by}")
        return plan

    def unlink(self, study: dict[str, Any], hand: Hand) -> Plan:
        """Say of a study that it belongs to no order: the accession number goes."""
        if study["order_state"] != "matched":
            raise RefusedError("The study is linked to no order.", "List the problems.", 409)
        uid = study["study_uid"]

        def apart(ds: Dataset) -> None:
            empty = {"AccessionNumber": "", "RequestAttributesSequence": DicomSequence()}
            write_values(ds, {k: v for k, v in empty.items() if ds.get(k)}, hand.now, hand.by)

        words = f"{hand.by} unlinks a study of {who(study)} from order {study['accession']}"
        plan = self._plan("unlink", words, study, [t.studies.c.study_uid == uid], apart)
        plan.states[uid] = ("unmatched", f"unlinked from {study['accession']} by {hand.by}")
        return plan

    def readdress(
        self, scope: Sequence[Any], values: dict[str, str], hand: Hand, kind: str, said: str,
        *, moves: bool = False,
    ) -> Plan:  # fmt: skip
        """Give studies (SQL conditions) other values; a study that says so already stays.

        Where one `moves` to another patient, all its objects are entered anew: the index takes a
        study's patient from the first of them.
        """
        seen = stored(self.index.database, scope)
        studies = {one.location.study_uid for one in seen}
        touched = studies if moves else {
            one.location.study_uid
            for one in seen
            if any(text(header_of(self.store, one.location), k) != v for k, v in values.items())
        }  # fmt: skip
        steps = [
            Step(before=one, change=lambda ds: change(ds, values, hand))
            for one in seen
            if one.location.study_uid in touched
        ]
        return Plan(kind=kind, text=said, steps=steps, scope=scope, seen=seen,
                    study_uid=studies.pop() if len(studies) == 1 else "")  # fmt: skip

    def _plan(
        self, kind: str, words: str, study: dict[str, Any], scope: list[Any], correct: Change
    ) -> Plan:
        seen = stored(self.index.database, scope)
        if not seen:
            raise RefusedError("No object of the study fits.", "Look at the study's tree.", 404)
        return Plan(
            kind=kind, text=words, scope=scope, seen=seen, study_uid=study["study_uid"],
            patient_id=study["patient_id"], steps=[Step(before=s, change=correct) for s in seen],
        )  # fmt: skip


def change(ds: Dataset, values: dict[str, str], hand: Hand) -> None:
    """Write what differs; the old values go into the Original Attributes Sequence."""
    write_values(ds, {k: v for k, v in values.items() if text(ds, k) != v}, hand.now, hand.by)


def apply_order(ds: Dataset, order: dict[str, Any], hand: Hand) -> None:
    """Write the order's identity into a data set and keep what it replaces."""
    changes: dict[str, Any] = {
        keyword: order[name]
        for keyword, name in FROM_ORDER.items()
        if text(ds, keyword) != order[name]
    }
    request = Dataset()
    request.AccessionNumber = order["accession"]
    request.RequestedProcedureID = order["requested_procedure_id"]
    request.ScheduledProcedureStepID = order["step_id"]
    changes["RequestAttributesSequence"] = DicomSequence([request])
    write_values(ds, changes, hand.now, hand.by)


def check_order(study: dict[str, Any], order: dict[str, Any], *, other_patient: bool) -> None:
    """Raise RefusedError where a study must not be linked to an order."""
    if order.get("status") in _DEAD:
        raise RefusedError(
            f"Order {order['accession']} is {order['status']}.", "Choose an order that stands.", 409
        )
    same = (study["accession"], study["patient_id"]) == (order["accession"], order["patient_id"])
    if study["order_state"] == "matched" and same:
        raise RefusedError(
            f"The study is linked to order {order['accession']} already.", "Look at its tree.", 409
        )
    if not other_patient and is_another(_person(study), _person(order)):
        raise RefusedError(
            f"Order {order['accession']} is of {who(order)}, born {order['birth_date']}; the "
            f"images say {who(study)}, born {study['birth_date']}: another patient.",
            "Choose this patient's order, or confirm that the images say the wrong patient "
            "(other_patient).",
            409,
        )  # fmt: skip


def _person(facts: dict[str, Any]) -> Dataset:
    ds = Dataset()
    ds.PatientName, ds.PatientBirthDate = facts["patient_name"], facts["birth_date"]
    return ds


def who(facts: dict[str, Any]) -> str:
    """Return a patient as sentences name them."""
    return f"{facts['patient_name']} ({facts['patient_id']})"


def checked(values: Any, *, narrowed: bool) -> str:
    """Return the level of what is to be edited; raises UsageError for what cannot be."""
    if not isinstance(values, dict) or not values:
        raise UsageError("Nothing is to be changed.", "Send values: {keyword: value}.")
    levels = [level for key in values for level, words in EDITABLE.items() if key in words]
    if unknown := next((k for k in values if not any(k in w for w in EDITABLE.values())), None):
        known = ", ".join(word for words in EDITABLE.values() for word in words)
        raise UsageError(f"'{str(unknown)[:64]}' cannot be edited.", f"There are: {known}.")
    for keyword, value in values.items():
        _check_value(keyword, value)
    if narrowed and {"patient", "study"} & set(levels):
        raise UsageError(
            "What is said of the patient or the study is the same in all its objects.",
            "Leave out series and instances.",
        )
    if "patient" in levels and set(levels) != {"patient"}:
        raise UsageError(
            "A patient's attributes are changed in all the patient's studies.",
            "Change them apart from those of the study.",
        )
    return levels[0]


def _check_value(keyword: str, value: Any) -> None:
    vr = dictionary_VR(keyword)
    form = _FORMS.get(vr)
    if not isinstance(value, str) or any(ord(c) < 32 and c not in "\r\n\t" for c in value):
        raise UsageError(f"The value of {keyword} is no text.", "Send text without controls.")
    if form and not (form[0].fullmatch(value) and (vr != "DA" or _is_day(value))):
        raise UsageError(f"'{value[:40]}' is no {keyword}.", f"It is {form[1]}.")
    if len(value) > _LONGEST.get(vr, 10240) or (vr in ("SH", "LO", "PN") and "\\" in value):
        raise UsageError(f"The value of {keyword} is too long or has a backslash.",
                         f"At most {_LONGEST.get(vr, 10240)} characters.")  # fmt: skip
    if value not in _WORDS.get(keyword, (value,)):
        raise UsageError(
            f"'{value[:40]}' is no {keyword}.", f"It is one of {', '.join(_WORDS[keyword][1:])}."
        )


def _is_day(value: str) -> bool:
    try:
        return not value or bool(datetime.strptime(value, "%Y%m%d"))
    except ValueError:
        return False
