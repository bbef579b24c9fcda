"""Which changes and patients are closed to somebody who does not see all studies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from simulator.archive import tables as t
from simulator.archive.fixup.patients import Identifier, of_patient
from simulator.archive.fixup.tables import changed_objects
from simulator.archive.user_tables import labels, study_labels

if TYPE_CHECKING:
    from simulator.archive.archive import Archive


def is_closed(archive: Archive, who: Identifier, limits: Sequence[Any]) -> bool:
    """Return whether some studies of a patient do not fulfil SQL conditions on studies."""
    mine = of_patient(who, exact=True)
    every, seen = archive.index.studies(mine), archive.index.studies([*mine, *limits])
    return len(seen) < len(every)


def closed_changes(archive: Archive, limits: Sequence[Any]) -> set[int]:
    """Return the changes with studies that do not fulfil SQL conditions, or did not."""
    if not limits:
        return set()
    c = changed_objects.c
    with archive.database.read() as db:
        every = set(db.execute(select(t.studies.c.study_uid)).scalars())
        hidden = every - {study["study_uid"] for study in archive.index.studies(limits)}
        given = select(study_labels.c.study_uid).join(labels, labels.c.name == study_labels.c.label)
        hidden |= set(db.execute(given.where(labels.c.restricted)).scalars()) - every
        rows = db.execute(select(c.change, c.before, c.after)).all()
    return {
        row.change for row in rows for side in (row.before, row.after)
        if side and side["study_uid"] in hidden
    }  # fmt: skip
