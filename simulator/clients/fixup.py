"""The fix-up desk: problems, corrections of studies with preview, changes and their undo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.clients.archive import ArchiveClient
from simulator.results import Outcome, Rows

_PROBLEMS = ("kind", "age_hours", "patient", "accession", "why", "what")
_CANDIDATES = ("accession", "status", "patient", "procedure", "score")
_CHANGES = ("number", "at", "by", "kind", "state", "text", "undone_by")
_PATIENTS = ("patient_name", "patient_id", "issuer", "birth_date", "sex", "studies", "last_study")
_REJECTED = ("code", "study_uid", "series_uid", "sop_uid", "hidden", "change")


class FixupClient:
    """Corrections of studies; with `preview=True` each returns what it would do."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def problems(self, *, limit: int = 0) -> Rows:
        """List what waits to be put right, the oldest first; limit: so many at most."""
        query = {"limit": str(limit)} if limit else {}
        return Rows(self._archive.call("GET", "/problems", query=query)["rows"], _PROBLEMS)

    def counts(self) -> Rows:
        """Count problems by kind, with the age of the oldest."""
        rows = self._archive.call("GET", "/problems", query={"limit": "1"})["counts"]
        return Rows(rows, ("kind", "count", "oldest_hours"))

    def editable(self) -> Rows:
        """List the attributes that can be edited, by level."""
        return Rows(self._archive.call("GET", "/editable"), ("level", "attributes"))

    def rejected(self, study_uid: str = "") -> Rows:
        """List rejected instances."""
        query = {"study_uid": study_uid} if study_uid else {}
        return Rows(self._archive.call("GET", "/rejected", query=query), _REJECTED)

    def candidates(self, study_uid: str) -> Rows:
        """List the orders a study may belong to, the likeliest first."""
        rows = self._archive.call("GET", f"/studies/{study_uid}/candidates")
        return Rows(rows, _CANDIDATES)

    def edit(
        self,
        study_uid: str,
        values: dict[str, str],
        *,
        series: str = "",
        instances: Sequence[str] = (),
        preview: bool = False,
    ) -> Any:
        """Change attributes; a patient's change in all the patient's studies."""
        body = {"values": values, "series": series, "instances": list(instances)}
        return self._do("study edited", study_uid, "edit", body, preview)

    def link(
        self, study_uid: str, accession: str, *, other_patient: bool = False, preview: bool = False
    ) -> Any:
        """Link a study to an order: the images get the identity the order says."""
        body = {"accession": accession, "other_patient": other_patient}
        return self._do(f"study linked to order {accession}", study_uid, "link", body, preview)

    def unlink(self, study_uid: str, *, preview: bool = False) -> Any:
        """Say of a study that it belongs to no order."""
        return self._do("study unlinked", study_uid, "unlink", {}, preview)

    def move_series(
        self,
        study_uid: str,
        to: str,
        *,
        series: Sequence[str] = (),
        instances: Sequence[str] = (),
        references: str = "refuse",
        preview: bool = False,
    ) -> Any:
        """Move series or instances to the study `to`; references: refuse or update."""
        body = {"to": to, "series": list(series), "instances": list(instances),
                "references": references}  # fmt: skip
        return self._do("objects moved", study_uid, "move-series", body, preview)

    def split(
        self,
        study_uid: str,
        *,
        series: Sequence[str] = (),
        instances: Sequence[str] = (),
        references: str = "refuse",
        preview: bool = False,
    ) -> Any:
        """Split series or instances off into a new study of the same patient."""
        body = {"series": list(series), "instances": list(instances), "references": references}
        return self._do("study split", study_uid, "split", body, preview)

    def reject(
        self,
        study_uid: str,
        code: str,
        *,
        series: str = "",
        instances: Sequence[str] = (),
        comment: str = "",
        preview: bool = False,
    ) -> Any:
        """Reject a study, a series or instances with a code of IHE IOCM."""
        body = {"code": code, "series": series, "instances": list(instances), "comment": comment}
        return self._do(f"rejected ({code})", study_uid, "reject", body, preview)

    def restore(self, study_uid: str, *, preview: bool = False) -> Any:
        """Take the rejections of a study back."""
        return self._do("study restored", study_uid, "restore", {}, preview)

    def purge(self, study_uid: str, *, preview: bool = False) -> Any:
        """Delete for good what was rejected of a study."""
        return self._do("deleted for good", study_uid, "purge", {}, preview)

    def _do(self, what: str, uid: str, verb: str, body: dict[str, Any], preview: bool) -> Any:
        path = f"/studies/{uid}/{verb}"
        answer = self._archive.call("POST", path, {**body, "preview": preview})
        return answer["preview"] if preview else Outcome.of(answer.get("text") or what, answer)


class PatientsClient:
    """Patients as the archive has them."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def list(self, text: str = "", *, limit: int = 0) -> Rows:
        """List patients by name; text: of the name or the identifier; limit: so many at most."""
        query = {"text": text} if text else {}
        query |= {"limit": str(limit)} if limit else {}
        return Rows(self._archive.call("GET", "/patients", query=query), _PATIENTS)

    def merge(
        self, retired: str, survivor: str, *, retired_issuer: str = "", survivor_issuer: str = "",
        preview: bool = False,
    ) -> Any:  # fmt: skip
        """Let the patient `retired` disappear into `survivor`."""
        body = {"retired": retired, "retired_issuer": retired_issuer, "survivor": survivor,
                "survivor_issuer": survivor_issuer}  # fmt: skip
        return self._do("merge", "patients merged", body, preview)

    def unmerge(self, retired: str, *, issuer: str = "", preview: bool = False) -> Any:
        """Put back what the last merge of `retired` moved."""
        body = {"retired": retired, "retired_issuer": issuer}
        return self._do("unmerge", "patients unmerged", body, preview)

    def change_id(
        self, patient: str, new: str, *, issuer: str = "", new_issuer: str = "",
        preview: bool = False,
    ) -> Any:  # fmt: skip
        """Give a patient another identifier or issuer."""
        body = {"patient": patient, "patient_issuer": issuer, "new": new, "new_issuer": new_issuer}
        return self._do("change-id", "patient changed", body, preview)

    def _do(self, verb: str, what: str, body: dict[str, Any], preview: bool) -> Any:
        answer = self._archive.call("POST", f"/patients/{verb}", {**body, "preview": preview})
        return answer["preview"] if preview else Outcome.of(answer.get("text") or what, answer)


class ChangesClient:
    """What was corrected, and putting it back."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def list(self, study_uid: str = "") -> Rows:
        """List changes, the newest first."""
        query = {"study_uid": study_uid} if study_uid else {}
        return Rows(self._archive.call("GET", "/changes", query=query), _CHANGES)

    def show(self, number: int) -> dict[str, Any]:
        """Return one change, object by object."""
        answer: dict[str, Any] = self._archive.call("GET", f"/changes/{number}")
        return answer

    def undo(self, number: int, *, preview: bool = False) -> Any:
        """Undo a change; refused where something newer touched its objects."""
        answer = self._archive.call("POST", f"/changes/{number}/undo", {"preview": preview})
        return answer["preview"] if preview else Outcome.of(f"change {number} undone", answer)
