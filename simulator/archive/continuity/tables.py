"""Tables of migrations to and from other archives, and of downtimes."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, String, Table

from simulator.archive.tables import metadata

migrations = Table(
    "migrations",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("direction", String, nullable=False),  # from | to
    Column("ae", String, nullable=False),
    Column("host", String, nullable=False),
    Column("port", Integer, nullable=False),
    Column("wishes", JSON, nullable=False),  # since, until, by, dates_only
    Column("state", String, nullable=False),  # running | stopped | done | failed
    Column("note", String, nullable=False),
    Column("started_by", String, nullable=False),
    Column("started", String, nullable=False),  # hospital time
    Column("ended", String, nullable=False),
)
migrated_studies = Table(
    "migrated_studies",
    metadata,
    Column("migration", Integer, primary_key=True),
    Column("study_uid", String, primary_key=True),
    Column("study_date", String, nullable=False),
    Column("patient_id", String, nullable=False),
    Column("accession", String, nullable=False),
    Column("state", String, nullable=False),  # waiting | equal | missing | extra | failed
    Column("said", Integer, nullable=False),  # Number of Study Related Instances
    Column("source", Integer, nullable=False),  # instances counted there
    Column("target", Integer, nullable=False),
    Column("missing", JSON, nullable=False),  # SOP Instance UIDs
    Column("extra", JSON, nullable=False),
    Column("note", String, nullable=False),
)
downtimes = Table(
    "downtimes",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("mode", String, nullable=False),  # stores | all
    Column("reason", String, nullable=False),
    Column("started", String, nullable=False),  # hospital time
    Column("until", String, nullable=False),  # as announced; empty: not known
    Column("started_by", String, nullable=False),
    Column("ended", String, nullable=False),  # empty: it goes on
    Column("ended_by", String, nullable=False),
)
