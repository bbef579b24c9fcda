"""Instance Availability (0008,0056): how soon images can be had (PS3.4 C.4.1.1.3, PS3.3 C.4.23).

What is less available decides for a series or a study; of several copies the quickest counts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, select

from simulator.archive import tables as t
from simulator.archive.lifecycle.tables import copies, volumes

TAG = 0x00080056
ORDER = ("ONLINE", "NEARLINE", "OFFLINE", "UNAVAILABLE")
_KEYS: dict[str, Any] = {
    "PATIENT": t.studies.c.patient_pk, "STUDY": t.series.c.study_pk,
    "SERIES": t.instances.c.series_pk, "IMAGE": t.instances.c.pk,
}  # fmt: skip


def availability(db: Connection, level: str, rows: Collection[int]) -> dict[int, str]:
    """Return what rows of a level are, by primary key; those all online are left out."""
    key, i = _KEYS[level], t.instances.c
    away = (
        select(key, i.digest)
        .select_from(t.instances.join(t.series).join(t.studies))
        .where(i.volume == 0, key.in_(rows))
    )
    found = [(int(pk), str(digest)) for pk, digest in db.execute(away)]
    states = of_files(db, [digest for _, digest in found])
    worst: dict[int, str] = {}
    for pk, digest in found:
        worst[pk] = max(worst.get(pk, "ONLINE"), states[digest], key=ORDER.index)
    return worst


def of_files(db: Connection, digests: Sequence[str]) -> dict[str, str]:
    """Return what files that are not online are, by digest."""
    best = dict.fromkeys(digests, "UNAVAILABLE")
    for at in range(0, len(digests), 500):
        query = (
            select(copies.c.digest, volumes.c.mounted)
            .join(volumes, volumes.c.number == copies.c.volume)
            .where(copies.c.digest.in_(digests[at : at + 500]), copies.c.state == "good")
        )
        for digest, mounted in db.execute(query):
            said = _said(mounted=mounted)
            best[digest] = min(best[digest], said, key=ORDER.index)
    return best


def _said(*, mounted: bool) -> str:
    """Return the term for a copy: what must be mounted by hand is offline, whatever it is."""
    return "NEARLINE" if mounted else "OFFLINE"
