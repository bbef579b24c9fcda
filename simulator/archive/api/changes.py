"""Patients' identifiers, and the record of changes that can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from simulator.archive.api.desk import Desk, Row
from simulator.archive.api.fixup import word
from simulator.archive.fixup.closed import closed_changes, is_closed
from simulator.archive.fixup.editing import Hand
from simulator.archive.fixup.patients import Identifier, of_patient
from simulator.archive.fixup.plan import Plan
from simulator.errors import RefusedError, UsageError
from simulator.web import Call

_EDIT = "study.edit"


class Changes(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        return [
            ("GET", "/api/patients", "study.read", self.patients, "list patients"),
            ("POST", "/api/patients/merge", _EDIT, self.merge, "make two patients one"),
            ("POST", "/api/patients/unmerge", _EDIT, self.unmerge, "undo the last merge"),
            ("POST", "/api/patients/change-id", _EDIT, self.change_id, "another identifier"),
            ("GET", "/api/changes", _EDIT, self.all, "what was corrected, the newest first"),
            ("GET", "/api/changes/{number}", _EDIT, self.one, "one change, object by object"),
            ("POST", "/api/changes/{number}/undo", _EDIT, self.undo, "put it back"),
        ]

    def patients(self, call: Call) -> Any:
        """List patients; text: of the name or the identifier."""
        text, limits = call.query.get("text", "")[:64], self.archive.sight.of(call.who)
        return self.archive.fixup.patients.all(limits, text, call.limit(0))

    def merge(self, call: Call) -> Any:
        """Let one patient disappear into another."""
        call.need("retired", "survivor")
        retired, survivor = self._seen(call, "retired"), self._seen(call, "survivor")
        hand = self._hand(call)
        return self._done(call, lambda: self.archive.fixup.patients.merge(retired, survivor, hand))

    def unmerge(self, call: Call) -> Any:
        """Put back what the last merge of an identifier moved."""
        call.need("retired")
        retired = _identifier(call, "retired")
        number = self._merge_of(retired)
        if number in self._closed(call):
            raise RefusedError(
                f"Some studies of {retired} are closed to you.", "Ask for the label."
            )
        return self._undone(call, number)

    def change_id(self, call: Call) -> Any:
        """Give a patient another identifier or issuer."""
        call.need("patient", "new")
        old, new, hand = self._seen(call, "patient"), _identifier(call, "new"), self._hand(call)
        new = replace(new, issuer=new.issuer or old.issuer)  # a new number, the same house
        return self._done(call, lambda: self.archive.fixup.patients.change_id(old, new, hand))

    def all(self, call: Call) -> Any:
        """List changes."""
        found = self.archive.fixup.record.all(study_uid=call.query.get("study_uid", ""))
        closed = self._closed(call)
        return [row for row in found if row["number"] not in closed]

    def one(self, call: Call) -> Any:
        """Show one change with its objects."""
        number = self._number(call)
        record = self.archive.fixup.record
        keys = ("before_uid", "before_digest", "after_uid", "after_digest")
        objects = [{key: row[key] for key in keys} for row in record.objects(number)]
        return {**record.get(number), "objects": objects}

    def undo(self, call: Call) -> Any:
        """Undo a change, if nothing newer touched its objects."""
        number = self._number(call)
        kind = self.archive.fixup.record.get(number)["kind"]
        if kind == "reject" and not call.who.may("study.reject"):
            raise RefusedError("Taking a rejection back needs the right 'study.reject'.", "", 403)
        return self._undone(call, number)

    # --- inner parts --------------------------------------------------------------------------

    def _closed(self, call: Call) -> set[int]:
        return closed_changes(self.archive, self.archive.sight.of(call.who))

    def _number(self, call: Call) -> int:
        number = call.number()
        if number in self._closed(call):
            raise RefusedError(f"There is no change {number}.", "List the changes.", 404)
        return number

    def _hand(self, call: Call) -> Hand:
        return Hand(by=call.actor, now=self.archive.clock.now())

    def _done(self, call: Call, make: Callable[[], Plan]) -> dict[str, Any]:
        if call.yes("preview"):
            return {"preview": self.archive.fixup.preview(make())}
        done = self.archive.fixup.do(make, self._hand(call), call.host)
        return {"ok": True, "change": done.number, "text": done.plan.text,
                "instances": done.objects, "studies": done.studies}  # fmt: skip

    def _undone(self, call: Call, number: int) -> dict[str, Any]:
        if call.yes("preview"):
            return {"preview": self.archive.fixup.preview_undo(number)}
        return {"ok": True, **self.archive.fixup.undo(number, call.actor, call.host)}

    def _seen(self, call: Call, name: str) -> Identifier:
        """Return a patient who calls may see all of; raises RefusedError for another."""
        limits = self.archive.sight.of(call.who)
        who = self.archive.fixup.patients.named(_identifier(call, name), limits)
        mine = [*of_patient(who, exact=True), *limits]
        if not self.archive.index.studies(mine, 1):
            raise RefusedError(f"There is no patient {who} in the archive.", "List them.", 404)
        if is_closed(self.archive, who, limits):
            raise RefusedError(f"Some studies of {who} are closed to you.", "Ask for the label.")
        return who

    def _merge_of(self, retired: Identifier) -> int:
        record = self.archive.fixup.record
        for row in record.all():
            if row["state"] != "done" or row["kind"] not in ("merge", "change-id"):
                continue
            gone = record.get(row["number"])["before"].get("retired_id") or ["", ""]
            if gone[0] == retired.patient_id and retired.issuer in ("", gone[1]):
                return int(row["number"])
        raise RefusedError(f"{retired} was not merged.", "List the changes.", 404)


def _identifier(call: Call, name: str) -> Identifier:
    who = Identifier(patient_id=word(call, name), issuer=word(call, f"{name}_issuer"))
    if not who.patient_id:
        raise UsageError(f"'{name}' names nobody.", "Send a Patient ID.")
    return who
