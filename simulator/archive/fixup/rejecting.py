"""Rejection as IHE IOCM has it: hidden by a Rejection Note, refused when it comes again.

113037, 113038 and 113039 hide the objects and the note; 113001 does by setting, else both are
shown. Hidden objects leave the index, so that no door has to know of them; their files stay until
they are purged.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from simulator.archive import tables as t
from simulator.archive.fixup import note as notes
from simulator.archive.fixup.editing import Hand, who
from simulator.archive.fixup.plan import Plan, Step, Stored, stored
from simulator.archive.fixup.swap import header_of
from simulator.archive.fixup.tables import rejected
from simulator.archive.incoming import Incoming
from simulator.archive.index import Index
from simulator.archive.settings import Settings
from simulator.archive.store import FileStore
from simulator.errors import RefusedError
from simulator.network import dimse
from simulator.network.dimse import DimseError

_CHUNK = 400


class Rejecting:
    """What is rejected, and plans to reject."""

    def __init__(self, index: Index, store: FileStore, settings: Settings) -> None:
        """Reject what is in `index`, by `settings`."""
        self.index, self.store, self.settings = index, store, settings
        self._lock = threading.Lock()
        self._known: dict[str, str] | None = None  # SOP Instance UID: code

    # --- what is rejected -----------------------------------------------------------------------

    def all(self, study_uid: str = "") -> list[dict[str, Any]]:
        """Return what is rejected, of one study if it is named."""
        query = select(rejected).order_by(rejected.c.change, rejected.c.sop_uid)
        if study_uid:
            query = query.where(rejected.c.study_uid == study_uid)
        with self.index.database.read() as db:
            return [dict(row._mapping) for row in db.execute(query)]

    def of_change(self, number: int) -> list[str]:
        """Return the SOP Instance UIDs that a change rejected, as far as they still are."""
        return [row["sop_uid"] for row in self.all() if row["change"] == number]

    def forget(self) -> None:
        """Look the rejected instances up again: the index was changed or put back."""
        with self._lock:
            self._known = None

    def known(self) -> dict[str, str]:
        """Return the code of every rejected instance."""
        with self._lock:
            if self._known is None:
                self._known = {row["sop_uid"]: row["code"] for row in self.all()}
            return self._known

    # --- coming again ---------------------------------------------------------------------------

    def check(self, incoming: Incoming) -> None:
        """Raise DimseError for an instance that was rejected and comes again."""
        code = self.known().get(incoming.sop_instance)
        if code is None or self.index.has(incoming.sop_instance):  # shown: a duplicate like others
            return
        how = self.settings["reject.again"]
        if how == "accept" and code != notes.SAFETY:
            with self.index.database.write() as db:
                db.execute(delete(rejected).where(rejected.c.sop_uid == incoming.sop_instance))
            self.forget()
            return
        status = dimse.CLASS_MISMATCH_WARNING if how == "warn" else dimse.REJECTED_INSTANCE
        raise DimseError(status, f"it was rejected: {code} {notes.CODES[code]}")

    # --- plans ----------------------------------------------------------------------------------

    def reject(
        self,
        study: dict[str, Any],
        code: object,
        hand: Hand,
        series: str = "",
        instances: Sequence[str] = (),
        comment: str = "",
    ) -> Plan:
        """Reject a study, a series or instances with a note of our own."""
        code = notes.checked_code(code)
        scope: list[Any] = [t.studies.c.study_uid == study["study_uid"]]
        if series:
            scope.append(t.series.c.series_uid == series)
        if instances:
            scope.append(t.instances.c.sop_uid.in_(instances))
        seen = stored(self.index.database, scope)
        self._check(study["study_uid"], seen, series, instances)
        hidden = self.hides(code)
        found = notes.make(code, seen, header_of(self.store, seen[0].location), hand.now, comment)
        words = (f"{hand.by} rejects {len(seen)} objects of {who(study)}: {code} "
                 f"{notes.CODES[code]}")  # fmt: skip
        return Plan(
            kind="reject", text=words, scope=scope, seen=seen, study_uid=study["study_uid"],
            patient_id=study["patient_id"],
            steps=[*_steps(seen, hidden=hidden), Step(made=found, hidden=hidden)],
            warnings=[] if hidden else ["They stay visible: reject.quality is 'show'."],
            also=lambda db, number: enter_rejected(
                db, _references(seen), code, str(found.SOPInstanceUID), number, hidden=hidden),
        )  # fmt: skip

    def by_note(self, said: notes.Note, came: Stored) -> Plan:
        """Reject what a note that was received says."""
        fresh = [ref for ref in said.references if ref[2] not in self.known()]
        wanted = [uid for _, _, uid in fresh]
        scope = [t.instances.c.sop_uid.in_([came.location.sop_uid, *wanted])]
        seen = stored(self.index.database, scope)
        named = {(study, uid) for study, _, uid in fresh}
        targets = [one for one in seen if (one.location.study_uid, one.location.sop_uid) in named]
        hidden = self.hides(said.code)
        steps = _steps([*targets, came], hidden=hidden)
        words = (f"a note of {came.source} rejects {len(targets)} objects: {said.code} "
                 f"{notes.CODES[said.code]}")  # fmt: skip
        return Plan(
            kind="reject", text=words, scope=scope, seen=seen, steps=steps,
            study_uid=came.location.study_uid,
            also=lambda db, number: enter_rejected(
                db, fresh, said.code, came.location.sop_uid, number, hidden=hidden),
        )  # fmt: skip

    def hides(self, code: str) -> bool:
        """Return whether objects rejected with this code vanish from queries."""
        return code != notes.QUALITY or self.settings["reject.quality"] == "hide"

    def _check(
        self, study_uid: str, seen: Sequence[Stored], series: str, instances: Sequence[str]
    ) -> None:
        before = self.all(study_uid)
        gone = {row["sop_uid"]: row["code"] for row in before}
        note_uids = {row["note_uid"] for row in before}
        asked = set(instances) or {one.location.sop_uid for one in seen}
        if already := sorted(asked & set(gone)) or (not seen and before):
            code = gone[already[0]] if isinstance(already[0], str) else before[0]["code"]
            raise RefusedError(
                f"It is rejected already ({code} {notes.CODES[code]}).", "Restore it first.", 409
            )
        if asked & note_uids:
            raise RefusedError("A Rejection Note is not rejected.", "Restore what it says.", 409)
        if not seen or (instances and len(seen) < len(set(instances))):
            what = "series" if series and not instances else "object"
            raise RefusedError(f"There is no such {what} in the study.", "Look at its tree.", 404)


def _steps(seen: Sequence[Stored], *, hidden: bool) -> list[Step]:
    return [Step(before=one, only_noted=not hidden) for one in seen]


def _references(seen: Sequence[Stored]) -> list[tuple[str, str, str]]:
    places = [one.location for one in seen]
    return [(place.study_uid, place.series_uid, place.sop_uid) for place in places]


def enter_rejected(
    db: Connection,
    references: Sequence[tuple[str, str, str]],
    code: str,
    note_uid: str,
    number: int,
    *,
    hidden: bool,
) -> None:
    """Write down within a transaction which instances (study, series, instance) are rejected."""
    instances = [uid for _, _, uid in references]
    for at in range(0, len(instances), _CHUNK):
        again = rejected.c.sop_uid.in_(instances[at : at + _CHUNK])
        db.execute(delete(rejected).where(again))
    rows = [
        {"sop_uid": uid, "study_uid": study, "series_uid": series, "code": code,
         "note_uid": note_uid, "change": number, "hidden": hidden}
        for study, series, uid in dict.fromkeys(references)
    ]  # fmt: skip
    if rows:
        db.execute(insert(rejected), rows)
