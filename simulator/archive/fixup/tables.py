"""What was corrected, and what was rejected: tables of the archive's index."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Integer, String, Table, true

from simulator.archive.tables import metadata

changes = Table(  # corrections of stored objects, by a person, a message or a rejection note
    "changes",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("kind", String, nullable=False),  # edit, link, merge, reject …
    Column("at", String, nullable=False),  # hospital time, ISO 8601
    Column("by", String, nullable=False),
    Column("text", String, nullable=False),  # one sentence
    Column("study_uid", String, nullable=False),  # of one study; empty: of several
    Column("patient_id", String, nullable=False),
    Column("state", String, nullable=False, index=True),  # done | undone | final
    Column("undone_by", String, nullable=False),
    Column("undone_at", String, nullable=False),
    Column("before", JSON, nullable=False),  # what an undo puts back beside the objects
)
changed_objects = Table(  # empty before: it was made; empty after: it was taken out
    "changed_objects",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("change", Integer, nullable=False, index=True),
    Column("before_uid", String, nullable=False, index=True),
    Column("before_digest", String, nullable=False, index=True),
    Column("before", JSON, nullable=False),  # the row of the index, to be entered again
    Column("after_uid", String, nullable=False, index=True),
    Column("after_digest", String, nullable=False, index=True),
    Column("after", JSON, nullable=False),
)
rejected = Table(  # by a Rejection Note (IHE IOCM); the instance may never have come
    "rejected",
    metadata,
    Column("sop_uid", String, primary_key=True),
    Column("code", String, nullable=False),  # 113001 | 113037 | 113038 | 113039
    Column("study_uid", String, nullable=False, index=True),
    Column("series_uid", String, nullable=False),
    Column("note_uid", String, nullable=False, index=True),  # of the note that says so
    Column("change", Integer, nullable=False, index=True),
    Column("hidden", Boolean, nullable=False, server_default=true()),
)
