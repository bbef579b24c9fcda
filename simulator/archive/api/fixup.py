"""The fix-up desk: problems, corrections of studies, previews."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.archive import tables as t
from simulator.archive.api.desk import Desk, Row
from simulator.archive.fixup.closed import closed_changes, is_closed
from simulator.archive.fixup.editing import EDITABLE, Hand
from simulator.archive.fixup.patients import Identifier
from simulator.archive.fixup.plan import Plan
from simulator.archive.fixup.problems import candidates, problems
from simulator.errors import RefusedError, UsageError
from simulator.web import Call

_STUDY = "/api/studies/{uid}"
_EDIT, _REJECT = "study.edit", "study.reject"
_MOST = 10_000  # instances that one request names


class FixupDesk(Desk):
    """Handlers of the admin API; each takes `preview`: true to show what it would do."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        return [
            ("GET", "/api/problems", _EDIT, self.problems, "what waits to be put right"),
            ("GET", "/api/editable", _EDIT, self.editable, "attributes that can be edited"),
            ("GET", "/api/rejected", _EDIT, self.rejected, "what was rejected"),
            ("GET", f"{_STUDY}/candidates", _EDIT, self.candidates, "orders it may belong to"),
            ("POST", f"{_STUDY}/edit", _EDIT, self.edit, "change attributes"),
            ("POST", f"{_STUDY}/link", _EDIT, self.link, "link to an order"),
            ("POST", f"{_STUDY}/unlink", _EDIT, self.unlink, "take away from its order"),
            ("POST", f"{_STUDY}/move-series", _EDIT, self.move, "move to another study"),
            ("POST", f"{_STUDY}/split", _EDIT, self.split, "split off into a new study"),
            ("POST", f"{_STUDY}/reject", _REJECT, self.reject, "reject with a Rejection Note"),
            ("POST", f"{_STUDY}/restore", _REJECT, self.restore, "take a rejection back"),
            ("POST", f"{_STUDY}/purge", "study.delete", self.purge, "delete for good"),
        ]

    def problems(self, call: Call) -> Any:
        """List what waits to be put right, with ages."""
        return problems(self.archive, self.archive.sight.of(call.who), call.limit(0))

    def editable(self, call: Call) -> Any:
        """List the attributes that can be edited, by level."""
        return [{"level": level, "attributes": list(words)} for level, words in EDITABLE.items()]

    def rejected(self, call: Call) -> Any:
        """List rejected instances, of one study if it is named."""
        return self._rejected(call.query.get("study_uid", ""), call)

    def candidates(self, call: Call) -> Any:
        """List the orders a study may belong to, compared value by value."""
        return candidates(self._study(call.path["uid"], call), self.archive.orders.all())

    def edit(self, call: Call) -> Any:
        """Change attributes of a study, a series or instances."""
        (values,) = call.need("values")
        study, series = self._study(call.path["uid"], call), word(call, "series")
        instances, hand = words(call, "instances"), self.hand(call)
        whose = Identifier(patient_id=study["patient_id"], issuer=study["issuer"])
        of_patient = isinstance(values, dict) and set(values) & set(EDITABLE["patient"])
        if of_patient and is_closed(self.archive, whose, self.archive.sight.of(call.who)):
            raise RefusedError(f"Some studies of {whose} are closed to you.", "Ask for the label.")
        return self._done(
            call, lambda: self.archive.fixup.editing.edit(study, values, hand, series, instances)
        )

    def link(self, call: Call) -> Any:
        """Link a study to an order."""
        study = self._study(call.path["uid"], call)
        (accession,) = call.need("accession")
        order = self.archive.orders.find(str(accession))
        if order is None:
            raise RefusedError(
                f"The RIS knows no order '{str(accession)[:64]}'.", "Look in the worklist.", 404
            )
        hand, other = self.hand(call), call.yes("other_patient")
        return self._done(
            call,
            lambda: self.archive.fixup.editing.link(study, order, hand, other_patient=other),
        )

    def unlink(self, call: Call) -> Any:
        """Say of a study that it belongs to no order."""
        study, hand = self._study(call.path["uid"], call), self.hand(call)
        return self._done(call, lambda: self.archive.fixup.editing.unlink(study, hand))

    def move(self, call: Call) -> Any:
        """Move series or instances to another study."""
        (to,) = call.need("to")
        return self._moved(call, self._study(str(to), call))

    def split(self, call: Call) -> Any:
        """Split series or instances off into a new study of the same patient."""
        return self._moved(call, None)

    def reject(self, call: Call) -> Any:
        """Reject a study, a series or instances."""
        (code,) = call.need("code")
        fixup, hand, uid = self.archive.fixup, self.hand(call), call.path["uid"]
        series, instances = word(call, "series"), words(call, "instances")
        comment = word(call, "comment", 200)
        study = self._study_or_rejected(uid, call)
        if code == "113039" and (why := self.archive.index.guard(uid)):
            raise RefusedError(f"The study must stay: {why}.", "Release the hold first.", 409)
        return self._done(
            call,
            lambda: fixup.rejecting.reject(study, code, hand, series, instances, comment),
        )

    def restore(self, call: Call) -> Any:
        """Take the rejections of a study back, the newest first."""
        uid, fixup = call.path["uid"], self.archive.fixup
        numbers = {row["change"] for row in self._rejected(uid, call)}
        mine = [n for n in sorted(numbers, reverse=True) if fixup.record.get(n)["kind"] == "reject"]
        if not mine:
            self._study(uid, call)
            raise RefusedError("Nothing of this study is rejected.", "List the rejected.", 409)
        if call.yes("preview"):
            return {"preview": [fixup.preview_undo(number) for number in mine]}
        done = [fixup.undo(number, call.actor, call.host) for number in mine]
        return {"ok": True, "undone": done, "instances": sum(one["objects"] for one in done)}

    def purge(self, call: Call) -> Any:
        """Delete for good what was rejected of a study."""
        uid, purging = call.path["uid"], self.archive.fixup.purging
        if self.archive.index.study(uid) is not None or not self._rejected(uid, call):
            self._study(uid, call)
        if call.yes("preview"):
            return {"preview": purging.preview(uid)}
        count = purging.do(uid)
        text = f"{call.actor} deleted {count} objects of study {uid} for good"
        self.archive.journal.write(
            "study.purged", text, by=call.actor, what=uid, host=call.host, instances=count
        )
        return {"ok": True, "instances": count}

    # --- inner parts --------------------------------------------------------------------------

    def hand(self, call: Call) -> Hand:
        """Return who corrects, and when."""
        return Hand(by=call.actor, now=self.archive.clock.now())

    def _moved(self, call: Call, target: dict[str, Any] | None) -> Any:
        study, hand = self._study(call.path["uid"], call), self.hand(call)
        series, instances = words(call, "series"), words(call, "instances")
        how = call.body.get("references", "refuse")
        return self._done(
            call,
            lambda: self.archive.fixup.moving.move(
                study, target, hand, series=series, instances=instances, references=how
            ),
        )

    def _done(self, call: Call, make: Callable[[], Plan]) -> dict[str, Any]:
        if call.yes("preview"):
            return {"preview": self.archive.fixup.preview(make())}
        done = self.archive.fixup.do(make, self.hand(call), call.host)
        return {"ok": True, "change": done.number, "text": done.plan.text,
                "instances": done.objects, "studies": done.studies}  # fmt: skip

    def _study(self, uid: str, call: Call) -> dict[str, Any]:
        wanted = [t.studies.c.study_uid == uid, *self.archive.sight.of(call.who)]
        study = next(iter(self.archive.index.studies(wanted)), None)
        if study is None:
            raise RefusedError("There is no such study in the archive.", "List the studies.", 404)
        return study

    def _rejected(self, uid: str, call: Call) -> list[dict[str, Any]]:
        """Return what is rejected of a study, nothing where that is closed to who calls."""
        closed = closed_changes(self.archive, self.archive.sight.of(call.who))
        return [r for r in self.archive.fixup.rejecting.all(uid) if r["change"] not in closed]

    def _study_or_rejected(self, uid: str, call: Call) -> dict[str, Any]:
        """Return a study, or say that all of it is rejected already."""
        if self.archive.index.study(uid) is None and self._rejected(uid, call):
            raise RefusedError("The study is rejected already.", "Restore it first.", 409)
        return self._study(uid, call)


def word(call: Call, name: str, longest: int = 64) -> str:
    """Return a text of the body, empty if it is missing; raises UsageError for anything else."""
    value = call.body.get(name, "")
    if not isinstance(value, str) or len(value) > longest or not value.isprintable():
        raise UsageError(f"'{name}' is no text of at most {longest} characters.", "Send text.")
    return value


def words(call: Call, name: str) -> list[str]:
    """Return a list of texts of the body; one text is a list of one."""
    value = call.body.get(name, [])
    value = [value] if isinstance(value, str) and value else value or []
    if not isinstance(value, list) or len(value) > _MOST or not all(
        isinstance(one, str) and 0 < len(one) <= 64 for one in value
    ):  # fmt: skip
        raise UsageError(f"'{name}' is no list of UIDs.", "Send a list of texts.")
    return value
