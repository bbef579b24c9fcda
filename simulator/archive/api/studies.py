"""Studies, instances and orders."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select
from starlette.responses import Response

from simulator.archive import tables as t
from simulator.archive.api.desk import Desk, Row
from simulator.errors import RefusedError, UsageError
from simulator.web import Call

_TEXT = 64  # characters of a search


class Studies(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        return [
            ("GET", "/api/studies", "study.read", self.studies, "list studies"),
            ("GET", "/api/studies/{uid}", "study.read", self.study, "show a study's tree"),
            ("DELETE", "/api/studies/{uid}", "study.delete", self.delete, "delete a study"),
            ("GET", "/api/instances/{uid}/file", "study.read", self.file, "an instance, Part 10"),
            ("GET", "/api/orders", "study.read", self.orders, "orders the archive knows"),
        ]

    def studies(self, call: Call) -> Any:
        """List studies, newest first, filtered by exact values, or by words of name and numbers."""
        columns = {
            "study_uid": t.studies.c.study_uid,
            "accession": t.studies.c.accession,
            "patient_id": t.patients.c.patient_id,
            "order_state": t.studies.c.order_state,
            "date": t.studies.c.study_date,
        }
        limit = call.limit(0)
        known = (*columns, "modality", "text")
        unknown = set(call.query) - {*known, "limit"}
        if unknown:
            raise UsageError(
                f"Studies cannot be filtered by '{min(unknown)}'.", f"Use {', '.join(known)}."
            )
        wanted = [columns[key] == value for key, value in call.query.items() if key in columns]
        wanted += _told_of(call.query.get("text", ""))
        if "modality" in call.query:
            wanted.append(_with_series(call.query["modality"]))
        return self.archive.index.studies([*wanted, *self.archive.sight.of(call.who)], limit)

    def study(self, call: Call) -> Any:
        """Show a study with its series and instances."""
        study = self._study(call)
        accession = study["accession"]
        reports = self.archive.interfaces.reports(accession) if accession else []
        return {**study, "tree": self.archive.index.tree(call.path["uid"]), "reports": reports,
                "rejected": self.archive.fixup.rejecting.all(study["study_uid"])}  # fmt: skip

    def delete(self, call: Call) -> Any:
        """Delete a study."""
        study = self._study(call)
        count = self.archive.index.delete_study(study["study_uid"])
        who = f"{study['patient_name']} ({study['patient_id']})"
        text = f"{call.who.name} deleted a study of {who}, {count} instances"
        self.tell("study.deleted", text, call, study["study_uid"])
        return {"ok": True, "instances": count}

    def file(self, call: Call) -> Any:
        """Return an instance as a Part 10 file."""
        wanted = [t.instances.c.sop_uid == call.path["uid"], *self.archive.sight.of(call.who)]
        location = next(iter(self.archive.index.locate(wanted)), None)
        if location is None:
            raise RefusedError("There is no such instance.", "", 404)
        self.archive.lifecycle.retrieval.at_hand([location], call.who.name)
        return Response(self.archive.store.read(location.digest), media_type="application/dicom")

    def orders(self, call: Call) -> Any:
        """List the orders the archive knows."""
        return self.archive.sight.shown(call.who, self.archive.orders.all())

    def _study(self, call: Call) -> dict[str, Any]:
        wanted = [t.studies.c.study_uid == call.path["uid"], *self.archive.sight.of(call.who)]
        study = next(iter(self.archive.index.studies(wanted)), None)
        limits = self.archive.sight.of(call.who)
        if study is None and not limits and self.archive.fixup.rejecting.all(call.path["uid"]):
            raise RefusedError(
                "All of the study is rejected, or moved away.",
                "See what is rejected; restoring takes it back.", 404,
            )  # fmt: skip
        if study is None:
            raise RefusedError("There is no such study in the archive.", "List the studies.", 404)
        return study


def _told_of(text: str) -> list[Any]:
    """Return one condition for each word: it is part of the name, the Patient ID or accession."""
    p, accession = t.patients.c, t.studies.c.accession
    return [
        or_(
            p.name.contains(word.upper(), autoescape=True),
            p.patient_id.icontains(word, autoescape=True),
            accession.icontains(word, autoescape=True),
        )
        for word in text[:_TEXT].replace("^", " ").split()
    ]


def _with_series(modality: str) -> Any:
    """Return the condition that a study has a series of this modality."""
    return t.studies.c.pk.in_(select(t.series.c.study_pk).where(t.series.c.modality == modality))
