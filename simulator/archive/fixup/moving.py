"""Plans that move series or instances to another study, or split them off into a new one.

What changes its place gets new UIDs: a series belongs to one study (PS3.3 A.1.4, C.7.3.1), and
nobody who has the old object may take the new one for it. The old objects are rejected as
IHE IOCM has it (113038), so that a late copy does not bring the mix-up back. What refers to moved
objects goes along or is repointed; where neither keeps it whole, the move is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import UID, generate_uid
from sqlalchemy import Connection, insert, select

from simulator.archive import tables as t
from simulator.archive.attributes import KEEP, text
from simulator.archive.fixup import note as notes
from simulator.archive.fixup.editing import Hand, who
from simulator.archive.fixup.plan import Plan, Step, Stored, stored
from simulator.archive.fixup.references import Moved, pointed_at, repoint
from simulator.archive.fixup.rejecting import enter_rejected
from simulator.archive.fixup.swap import header_of
from simulator.archive.index import Index
from simulator.archive.original_attributes import write_values
from simulator.archive.store import FileStore
from simulator.archive.user_tables import study_labels
from simulator.errors import RefusedError, UsageError

_STUDY_ALIKE = tuple(k for k in (*KEEP["PATIENT"], *KEEP["STUDY"]) if k != "StudyInstanceUID")
_NOT_WHOLE = "Move all it refers to together, reject it first, or leave the objects where they are."


class Moving:
    """Makes plans of moves."""

    def __init__(self, index: Index, store: FileStore) -> None:
        """Move what is in `index` and `store`."""
        self.index, self.store = index, store

    def move(
        self,
        study: dict[str, Any],
        target: dict[str, Any] | None,
        hand: Hand,
        *,
        series: Sequence[str] = (),
        instances: Sequence[str] = (),
        references: object = "refuse",
    ) -> Plan:
        """Move series or instances to a `target` study; None: to a new one of the same patient.

        `references` says what becomes of objects that refer to what moves: refuse or update.
        """
        if references not in ("refuse", "update"):
            raise UsageError("What becomes of references?", "Send references: refuse or update.")
        scope: list[Any] = [t.studies.c.study_uid == study["study_uid"]]
        seen = stored(self.index.database, scope)
        headers = {one.location.sop_uid: header_of(self.store, one.location) for one in seen}
        chosen = _chosen(seen, series, instances)
        chosen, pointers = _with_dependents(
            seen, headers, chosen, update=references == "update",
            same_patient=target is None or _same_patient(study, target),
        )  # fmt: skip
        moving = [one for one in seen if one.location.sop_uid in chosen]
        if target is None and len(moving) == len(seen):
            raise RefusedError("That is the whole study: nothing would be left of it.",
                               "Choose some of its series or instances.", 409)  # fmt: skip
        values = self._values(study, target, moving)
        moved = _places(moving, str(values["StudyInstanceUID"]))
        note = notes.make(notes.WORKLIST, moving, headers[moving[0].location.sop_uid], hand.now, "")
        steps = [_step(one, values, moved, hand) for one in moving]
        steps += [_repointed(one, moved, hand) for one in seen if one.location.sop_uid in pointers]
        whither = f"the study of {who(target)}" if target else "a new study"
        return Plan(
            kind="move" if target else "split", scope=scope, seen=seen, steps=[
                *steps, Step(made=note, hidden=True)],
            text=f"{hand.by} moves {len(moving)} objects from a study of {who(study)} to {whither}",
            study_uid=study["study_uid"], patient_id=study["patient_id"],
            references=_said(seen, headers, chosen, pointers),
            warnings=_warnings(study, target),
            also=lambda db, number: _follow(
                db, moving, str(values["StudyInstanceUID"]), str(note.SOPInstanceUID), number),
        )  # fmt: skip

    def _values(
        self, study: dict[str, Any], target: dict[str, Any] | None, moving: Sequence[Stored]
    ) -> dict[str, Any]:
        """Return what moved objects say of patient and study afterwards."""
        if target is None:
            digests = [one.location.digest for one in moving]
            uid = str(generate_uid(entropy_srcs=["split", study["study_uid"], *digests]))
            return {"StudyInstanceUID": uid, "AccessionNumber": "",
                    "RequestAttributesSequence": DicomSequence()}  # fmt: skip
        if target["study_uid"] == study["study_uid"]:
            raise RefusedError("The objects are in that study already.", "Name another one.", 409)
        there = stored(self.index.database, [t.studies.c.study_uid == target["study_uid"]])
        model = header_of(self.store, there[0].location)
        values = {key: model[key].value if key in model else "" for key in _STUDY_ALIKE}
        return {**values, "StudyInstanceUID": target["study_uid"],
                "RequestAttributesSequence": model.get("RequestAttributesSequence")
                or DicomSequence()}  # fmt: skip


def _chosen(seen: Sequence[Stored], series: Sequence[str], instances: Sequence[str]) -> set[str]:
    if not series and not instances:
        raise UsageError("What is to be moved?", "Name series or instances.")
    places = [one.location for one in seen]
    lacking = (set(series) - {p.series_uid for p in places}) | (
        set(instances) - {p.sop_uid for p in places}
    )
    if lacking:
        raise RefusedError(f"The study has no {min(lacking)[:64]}.", "Look at its tree.", 404)
    return {p.sop_uid for p in places if p.series_uid in series or p.sop_uid in instances}


def _with_dependents(
    seen: Sequence[Stored],
    headers: dict[str, Dataset],
    chosen: set[str],
    *,
    update: bool,
    same_patient: bool,
) -> tuple[set[str], set[str]]:
    """Return what moves, and what stays and is repointed."""
    chosen, staying = set(chosen), set[str]()
    for uid, ds in headers.items():
        points = pointed_at(ds) & set(headers)
        if uid in chosen and points - chosen and text(ds, "Modality") in ("PR", "KO", "SR"):
            raise RefusedError(
                f"{_name(ds)} moves, and {len(points - chosen)} objects it refers to stay.",
                _NOT_WHOLE, 409,
            )  # fmt: skip
        if uid in chosen or not points & chosen:
            continue
        if not update:
            raise RefusedError(
                f"{_name(ds)} refers to {len(points & chosen)} objects that would move.",
                "Choose references=update: it goes along, or is repointed; or reject it first.",
                409,
            )
        if points <= chosen:
            staying.add(uid)
        elif text(ds, "Modality") in ("PR", "KO") or not same_patient:
            raise RefusedError(
                f"{_name(ds)} would refer to two studies"
                f"{'' if same_patient else ' of two patients'}.", _NOT_WHOLE, 409,
            )  # fmt: skip
        else:
            staying.add(uid)
    along = {uid for uid in staying if pointed_at(headers[uid]) & set(headers) <= chosen}
    documents = {uid for uid in along if text(headers[uid], "Modality") in ("PR", "KO", "SR")}
    return chosen | documents, staying - documents


def _follow(
    db: Connection, moving: Sequence[Stored], target: str, note_uid: str, number: int
) -> None:
    """Reject the old objects, and let labels put on by hand go along: what is closed stays so."""
    places = [_place(one) for one in moving]
    enter_rejected(db, places, notes.WORKLIST, note_uid, number, hidden=True)
    c = study_labels.c
    carried = select(study_labels).where(c.study_uid.in_([place[0] for place in places]))
    there = set(db.execute(select(c.label).where(c.study_uid == target)).scalars())
    rows = {row.label: {**row._mapping, "study_uid": target} for row in db.execute(carried)}
    if fresh := [row for label, row in rows.items() if label not in there]:
        db.execute(insert(study_labels), fresh)


def _places(moving: Sequence[Stored], study_uid: str) -> dict[str, tuple[str, str, str]]:
    found: dict[str, tuple[str, str, str]] = {}
    for one in moving:
        place = one.location
        series = generate_uid(entropy_srcs=[study_uid, place.study_uid, place.series_uid])
        uid = generate_uid(entropy_srcs=[study_uid, place.digest, place.sop_uid])
        found[place.sop_uid] = study_uid, str(series), str(uid)
    return found


def _step(one: Stored, values: dict[str, Any], moved: Moved, hand: Hand) -> Step:
    study, series, uid = moved[one.location.sop_uid]
    uids = {"StudyInstanceUID": study, "SeriesInstanceUID": series, "SOPInstanceUID": uid}

    def change(ds: Dataset) -> None:
        repoint(ds, moved, hand)
        said = {k: v for k, v in values.items() if k in ds or v}
        differing = {k: v for k, v in said.items() if ds.get(k) != v}
        write_values(ds, {**differing, **uids}, hand.now, hand.by)
        if hasattr(ds, "file_meta"):
            ds.file_meta.MediaStorageSOPInstanceUID = UID(uid)

    return Step(before=one, change=change)


def _repointed(one: Stored, moved: Moved, hand: Hand) -> Step:
    return Step(before=one, change=lambda ds: repoint(ds, moved, hand))


def _place(one: Stored) -> tuple[str, str, str]:
    return one.location.study_uid, one.location.series_uid, one.location.sop_uid


def _same_patient(study: dict[str, Any], target: dict[str, Any]) -> bool:
    return all(study[key] == target[key] for key in ("patient_id", "issuer"))


def _warnings(study: dict[str, Any], target: dict[str, Any] | None) -> list[str]:
    if target is None or _same_patient(study, target):
        return []
    return [f"The objects go from patient {who(study)} to patient {who(target)}."]


def _said(
    seen: Sequence[Stored], headers: dict[str, Dataset], chosen: set[str], pointers: set[str]
) -> list[dict[str, str]]:
    found = []
    for one in seen:
        uid = one.location.sop_uid
        if uid in pointers or (uid in chosen and pointed_at(headers[uid]) & chosen):
            what = "is repointed" if uid in pointers else "goes along, repointed"
            found.append({"instance": uid, "object": _name(headers[uid]), "what": what})
    return found


def _name(ds: Dataset) -> str:
    kind = text(ds, "Modality") or "an object"
    label = text(ds, "ContentLabel") or text(ds, "SeriesDescription")
    return f"{kind} {label}".strip()
