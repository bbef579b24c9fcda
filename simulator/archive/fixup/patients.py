"""Plans that make two patient identifiers one, or give a patient another: with the direction said.

The retired identifier stays known, so that what comes under it later goes to the survivor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from simulator.archive import tables as t
from simulator.archive.attributes import text, unpack
from simulator.archive.fixup.editing import Editing, Hand
from simulator.archive.fixup.plan import Plan
from simulator.archive.index import Index
from simulator.errors import RefusedError, UsageError

KEYWORDS = {"name": "PatientName", "birth_date": "PatientBirthDate", "sex": "PatientSex"}
OURS = {"name": "patient_name", "birth_date": "birth_date", "sex": "sex"}
_OF_ORDER = ("patient_id", "issuer", "patient_name", "birth_date", "sex")


@dataclass(frozen=True, kw_only=True)
class Identifier:
    """A patient's identifier; an empty issuer of a message is any."""

    patient_id: str
    issuer: str = ""

    def __str__(self) -> str:
        """Return it as HL7 and people write it."""
        return f"{self.patient_id} ({self.issuer})" if self.issuer else self.patient_id


class Patients:
    """Patients as the index has them, and plans for their identifiers."""

    def __init__(self, index: Index, editing: Editing) -> None:
        """Correct what is in `index`."""
        self.index, self.editing = index, editing

    def all(
        self, conditions: Sequence[Any] = (), text: str = "", limit: int = 0
    ) -> list[dict[str, Any]]:
        """Return patients by name, each with how much there is; `text`: of name or identifier."""
        p, s = t.patients.c, t.studies.c
        query = (
            select(t.patients, func.count(s.pk).label("studies"), func.max(s.study_date))
            .select_from(t.patients.join(t.studies))
            .where(*conditions)
            .group_by(p.pk)
            .order_by(p.name, p.patient_id)
        )
        for word in text.replace("^", " ").split():
            found = p.name.contains(word.upper(), autoescape=True)
            query = query.where(or_(found, p.patient_id.contains(word, autoescape=True)))
        with self.index.database.read() as db:
            rows = db.execute(query.limit(limit) if limit else query).all()
        return [_facts(row) for row in rows]

    def named(self, who: Identifier, limits: Sequence[Any] = ()) -> Identifier:
        """Return whom a person means who leaves out the issuer; UsageError if it may be several."""
        if who.issuer or self._there(who):
            return who
        rows = self.all([t.patients.c.patient_id == who.patient_id, *limits])
        if len(rows) > 1:
            issuers = " and ".join(sorted(row["issuer"] for row in rows))
            raise UsageError(
                f"{who} is the identifier of {len(rows)} patients here, issued by {issuers}.",
                "Say which issuer.",
            )
        return Identifier(patient_id=who.patient_id, issuer=rows[0]["issuer"]) if rows else who

    def merge(self, retired: Identifier, survivor: Identifier, hand: Hand) -> Plan:
        """Make two patients of the archive one: the retired one's studies go to the survivor."""
        if retired == survivor:
            raise RefusedError("A patient is not merged with itself.", "Name two patients.", 409)
        gone, stays = self._one(retired), self._one(survivor)
        values = {key: stays[ours] for key, ours in OURS.items()}
        words = (
            f"{gone['patient_name']} ({retired}) disappears into {stays['patient_name']} "
            f"({survivor}): {gone['studies']} studies move from {retired} to {survivor}"
        )
        return self.moved("merge", words, retired, survivor, values, hand)

    def change_id(self, old: Identifier, new: Identifier, hand: Hand) -> Plan:
        """Give a patient another identifier or issuer, which nobody here has."""
        _check(new)
        if old == new:
            raise RefusedError("That is the patient's identifier already.", "Name another.", 409)
        who = self._one(old)
        if self._there(new):
            raise RefusedError(f"{new} is another patient here.", "Merge the two instead.", 409)
        words = f"{who['patient_name']} ({old}) becomes ({new}) in {who['studies']} studies"
        return self.moved("change-id", words, old, new, {}, hand)

    def moved(
        self,
        kind: str,
        words: str,
        retired: Identifier,
        survivor: Identifier,
        values: dict[str, str],
        hand: Hand,
        *,
        columns: dict[str, str] | None = None,
    ) -> Plan:
        """Return the plan of a merge: studies, orders and performed steps change their patient.

        `columns` are those of a message: what it does not say of the survivor stays as it is.
        """
        said = {"PatientID": survivor.patient_id, "IssuerOfPatientID": survivor.issuer}
        said |= {KEYWORDS[key]: value for key, value in values.items() if value}
        scope = of_patient(retired, exact=columns is None)
        if columns is not None:
            said = {key: value for key, value in said.items() if value}
        moves = retired != survivor
        plan = self.editing.readdress(scope, said, hand, kind, words, moves=moves)
        plan.patient_id = survivor.patient_id
        known = {OURS[key]: value for key, value in values.items() if value}
        found = {**(known if columns is None else columns), "patient_id": survivor.patient_id}
        with self.index.database.read() as db:
            plan.before = _beside(db, retired)
        if not plan.steps and _is_said(plan.before, survivor):
            plan.before = {}  # the same message again: there is nothing to do
            return plan
        plan.before["retired_id"] = [retired.patient_id, retired.issuer]
        plan.also = lambda db, number: _follow(db, retired, survivor, found, hand)
        return plan

    def _one(self, who: Identifier) -> dict[str, Any]:
        found = self._there(who)
        if found is None:
            raise RefusedError(
                f"There is no patient {who} in the archive.", "List the patients.", 404
            )
        return found

    def _there(self, who: Identifier) -> dict[str, Any] | None:
        p = t.patients.c
        rows = self.all([p.patient_id == who.patient_id, p.issuer == who.issuer])
        return rows[0] if rows else None


def of_patient(who: Identifier, *, exact: bool) -> list[Any]:
    """Return conditions on a patient's studies; unless exact, an issuer that is not said is any."""
    p = t.patients.c
    if exact:
        return [p.patient_id == who.patient_id, p.issuer == who.issuer]
    issuer = [p.issuer.in_((who.issuer, ""))] if who.issuer else []
    return [p.patient_id == who.patient_id, *issuer]


def _is_said(before: dict[str, Any], survivor: Identifier) -> bool:
    """Return whether all that a merge would do beside the studies was done already."""
    into = {(row["merged_into"], row["into_issuer"]) for row in before["retired"]}
    same = into == {(survivor.patient_id, survivor.issuer)}
    return same and not before["orders"] and not before["performed"]


def put_back(db: Connection, change: dict[str, Any]) -> None:
    """Undo what a merge did beside the studies: retired identifiers, orders, performed steps."""
    before = change["before"]
    if "retired" not in before:
        return
    patient_id, issuer = before["retired_id"]
    r = t.retired.c
    db.execute(delete(t.retired).where(r.patient_id == patient_id, r.issuer == issuer))
    for row in before["retired"]:
        same = (r.patient_id == row["patient_id"]) & (r.issuer == row["issuer"])
        db.execute(delete(t.retired).where(same))
        db.execute(insert(t.retired).values(row))
    for accession, old in before["orders"].items():
        here = t.orders.c.accession == accession
        facts = db.execute(select(t.orders.c.facts).where(here)).scalar()
        if facts is not None:
            facts = {**facts, **old}
            values = {key: facts[key] for key in ("patient_id", "issuer")}
            db.execute(update(t.orders).where(here).values(facts=facts, **values))
    for uid, old in before["performed"].items():
        db.execute(update(t.performed).where(t.performed.c.uid == uid).values(old))


def _beside(db: Connection, retired: Identifier) -> dict[str, Any]:
    """Return what stands beside studies and changes with a merge, as it is before."""
    r, mine = t.retired.c, retired.patient_id
    was = or_(
        (r.patient_id == mine) & (r.issuer == retired.issuer),
        (r.merged_into == mine) & (r.into_issuer == retired.issuer),
    )
    orders = db.execute(select(t.orders).where(t.orders.c.patient_id == mine)).all()
    steps = db.execute(select(t.performed).where(t.performed.c.patient_id == mine)).all()
    return {
        "retired": [dict(row._mapping) for row in db.execute(select(t.retired).where(was))],
        "orders": {
            row.accession: {key: row.facts.get(key, "") for key in _OF_ORDER} for row in orders
        },
        "performed": {
            row.uid: {"patient_id": row.patient_id, "patient_name": row.patient_name}
            for row in steps
        },
    }


def _follow(
    db: Connection, retired: Identifier, survivor: Identifier, columns: dict[str, str], hand: Hand
) -> None:
    """Let retired identifiers, orders and performed steps follow a merge."""
    r = t.retired.c
    old = (r.patient_id == retired.patient_id) & (r.issuer == retired.issuer)
    db.execute(delete(t.retired).where(old))
    values = {"merged_into": survivor.patient_id, "into_issuer": survivor.issuer}
    earlier = (r.merged_into == retired.patient_id) & (r.into_issuer == retired.issuer)
    db.execute(update(t.retired).where(earlier).values(values))
    alive = (r.patient_id == survivor.patient_id) & (r.issuer == survivor.issuer)
    db.execute(delete(t.retired).where(alive))  # an identifier that lives is not retired
    at = hand.now.isoformat(timespec="seconds")
    row = {"patient_id": retired.patient_id, "issuer": retired.issuer, **values, "at": at}
    db.execute(insert(t.retired).values(row))
    change_orders(db, retired.patient_id, columns)
    change_steps(db, retired.patient_id, columns)


def change_orders(db: Connection, patient_id: str, changes: dict[str, Any]) -> int:
    """Change a patient's orders in our own copy; returns how many."""
    rows = db.execute(select(t.orders).where(t.orders.c.patient_id == patient_id)).all()
    for row in rows if changes else ():
        facts = {**row.facts, **changes}
        values = {"patient_id": facts["patient_id"], "facts": facts}
        same = t.orders.c.accession == row.accession
        db.execute(update(t.orders).where(same).values(values))
    return len(rows)


def change_steps(db: Connection, patient_id: str, changes: dict[str, Any]) -> None:
    """Say of a patient's performed steps whose they are now."""
    values = {key: changes[key] for key in ("patient_id", "patient_name") if key in changes}
    same = t.performed.c.patient_id == patient_id
    db.execute(update(t.performed).where(same).values(values))


def _check(who: Identifier) -> None:
    for value in (who.patient_id, who.issuer):
        if len(value) > 64 or "\\" in value or not value.isprintable():
            raise UsageError("That is no identifier.", "At most 64 characters, no backslash.")
    if not who.patient_id.strip():
        raise UsageError("The new identifier is empty.", "Name one.")


def _facts(row: Any) -> dict[str, Any]:
    ds = unpack(row.attributes)
    return {
        "patient_id": row.patient_id, "issuer": row.issuer, "patient_name": text(ds, "PatientName"),
        "birth_date": text(ds, "PatientBirthDate"), "sex": text(ds, "PatientSex"),
        "studies": row.studies, "last_study": row[-1] or "",
    }  # fmt: skip
