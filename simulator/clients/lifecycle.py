"""Volumes and tiers, retention and holds, compression: how long and where images are kept."""

from __future__ import annotations

from typing import Any

from simulator.clients.archive import ArchiveClient
from simulator.results import Rows

_VOLUME = ("name", "tier", "percent", "threshold", "used", "capacity", "other", "files", "state")
_EXPIRY = ("until", "expires", "why", "rule", "patient_name", "date", "modalities", "study_uid")


class _Part:
    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def _call(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        return self._archive.call(method, path, body, query)


class StorageClient(_Part):
    """Volumes, and on which of them studies are."""

    def list(self) -> Rows:
        """List the volumes and how full they are; sizes in bytes."""
        return Rows(self._call("GET", "/volumes"), _VOLUME)

    def add(self, name: str, **facts: Any) -> dict[str, Any]:
        """Add a volume: tier, capacity ("2 GB"), threshold and low (percent), recall_seconds."""
        return dict(self._call("POST", "/volumes", {"name": name, **facts}))

    def change(self, name: str, **facts: Any) -> dict[str, Any]:
        """Change a volume's capacity, threshold, low, recall_seconds, writable, description."""
        return dict(self._call("PATCH", f"/volumes/{name}", facts))

    def remove(self, name: str) -> None:
        """Take an empty volume away."""
        self._call("DELETE", f"/volumes/{name}")

    def clear(self, name: str, kind: str) -> int:
        """Clear logs, cache or temp away; returns the bytes that are free again."""
        return int(self._call("POST", f"/volumes/{name}/clear", {"kind": kind})["freed"])

    def fill(self, name: str, kind: str, size: str | int, per_day: str | int = 0) -> dict[str, Any]:
        """Let something else fill a volume (instructors): logs, cache, temp or database."""
        body = {"kind": kind, "bytes": size, "per_day": per_day}
        return dict(self._call("PUT", f"/volumes/{name}/other", body))

    def mount(self, name: str) -> int:
        """Mount a volume; returns how many recalls waited for it."""
        return int(self._call("POST", f"/volumes/{name}/mount", {})["recalls"])

    def unmount(self, name: str) -> None:
        """Take a volume out."""
        self._call("POST", f"/volumes/{name}/unmount", {})

    def clean(self, name: str, *, dry_run: bool = False) -> dict[str, Any]:
        """Free the oldest studies of an online volume down to its low mark."""
        return dict(self._call("POST", f"/volumes/{name}/clean", {"dry_run": dry_run}))

    def verify(self, name: str, *, mend: bool = False) -> dict[str, Any]:
        """Compare every file of a volume with its digest; mend bad ones from another copy."""
        return dict(self._call("POST", f"/volumes/{name}/verify", {"mend": mend}))

    def forecast(
        self, name: str = "ONLINE1", *, basis: str = "received", back: int = 90, ahead: int = 90
    ) -> dict[str, Any]:
        """Return when a volume reaches its threshold, as numbers, a curve and a sentence."""
        query = {"basis": basis, "back": str(back), "ahead": str(ahead)}
        return dict(self._call("GET", f"/volumes/{name}/forecast", **query))

    def copies(self, study_uid: str) -> Rows:
        """Say on which volumes each file of a study is, and whether it is good there."""
        rows = self._call("GET", f"/studies/{study_uid}/copies")
        return Rows(rows, ("sop_uid", "size", "online", "copies", "digest"))

    def copy(self, study_uid: str, volume: str) -> int:
        """Copy a study to a nearline or offline volume; returns how many files were written."""
        answer = self._call("POST", f"/studies/{study_uid}/copy", {"volume": volume})
        return int(answer["instances"])

    def free(self, study_uid: str) -> int:
        """Take a study off the disks; returns the bytes that are free again."""
        return int(self._call("POST", f"/studies/{study_uid}/free", {})["freed"])

    def recall(self, study_uid: str) -> dict[str, Any]:
        """Ask for a study that is not online."""
        return dict(self._call("POST", f"/studies/{study_uid}/recall", {}))

    def recalls(self) -> Rows:
        """List what is, or was, on its way back online, the newest first."""
        columns = ("number", "state", "study_uid", "volume", "asked", "due", "by", "note")
        return Rows(self._call("GET", "/recalls"), columns)


class RetentionClient(_Part):
    """How long which studies are kept."""

    def list(self) -> Rows:
        """List the rules; of those that match a study, the longest counts."""
        return Rows(self._call("GET", "/retention/rules"))

    def put(self, name: str, **facts: Any) -> dict[str, Any]:
        """Make or change a rule: keep, modality, description, patients, after_majority, action."""
        return dict(self._call("PUT", f"/retention/rules/{name}", facts))

    def remove(self, name: str) -> None:
        """Delete a rule."""
        self._call("DELETE", f"/retention/rules/{name}")

    def preview(self, limit: int = 0) -> dict[str, Any]:
        """Say what would expire now, and why others are kept; changes nothing.

        `limit` cuts the list of studies in the answer, not in the report that is kept.
        """
        return _report(self._call("POST", "/retention/preview", {}, limit=str(limit)))

    def run(self, preview: int) -> dict[str, Any]:
        """Do what the preview with this number said; refused where it is not true any more."""
        return _report(self._call("POST", "/retention/run", {"preview": preview}))

    def reports(self) -> Rows:
        """List previews and runs, the newest first."""
        columns = ("number", "kind", "at", "by", "expiring", "bytes")
        return Rows(self._call("GET", "/retention/reports"), columns)

    def report(self, number: int) -> dict[str, Any]:
        """Return one preview or run: all that expired, and the first of those that were kept."""
        return _report(self._call("GET", f"/retention/reports/{number}"))


class HoldsClient(_Part):
    """Legal holds."""

    def list(self, *, released: bool = False) -> Rows:
        """List the holds in force, or all there were."""
        columns = ("number", "study_uid", "patient_id", "reason", "by", "at", "released_by")
        query = {"released": "true"} if released else {}
        return Rows(self._call("GET", "/holds", **query), columns)

    def put(
        self, reason: str, *, study_uid: str = "", patient_id: str = "", issuer: str = ""
    ) -> dict[str, Any]:
        """Hold a study, or all of a patient's, whatever the rules say."""
        body = {"reason": reason, "study_uid": study_uid, "patient_id": patient_id,
                "issuer": issuer}  # fmt: skip
        return dict(self._call("POST", "/holds", body))

    def release(self, number: int, reason: str) -> dict[str, Any]:
        """End a hold."""
        return dict(self._call("POST", f"/holds/{number}/release", {"reason": reason}))


class CompressionClient(_Part):
    """Rules by which images are compressed."""

    def list(self) -> Rows:
        """List the rules."""
        return Rows(self._call("GET", "/compression/rules"))

    def put(self, name: str, **facts: Any) -> dict[str, Any]:
        """Make or change a rule: method, modality, source, older_than, ratio, enabled."""
        return dict(self._call("PUT", f"/compression/rules/{name}", facts))

    def remove(self, name: str) -> None:
        """Delete a rule."""
        self._call("DELETE", f"/compression/rules/{name}")

    def run(self, name: str, *, dry_run: bool = False) -> dict[str, Any]:
        """Compress what a rule names; returns what was done to each instance, and bytes saved."""
        return dict(self._call("POST", f"/compression/rules/{name}/run", {"dry_run": dry_run}))


def _report(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "studies": Rows(answer["studies"], _EXPIRY)}
