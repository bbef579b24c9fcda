"""The tables of volumes, copies, recalls, holds, and of rules for retention and compression."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, true

from simulator.archive.tables import Large, instances, metadata

volumes = Table(
    "volumes",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("tier", String, nullable=False),  # online | nearline | offline
    Column("capacity", Large, nullable=False),  # bytes; 0: the machine's own disk
    Column("threshold", Integer, nullable=False),  # percent: from here on it is cleaned
    Column("low", Integer, nullable=False),  # percent: down to here
    Column("recall_seconds", Integer, nullable=False),  # hospital time
    Column("writable", Boolean, nullable=False, server_default=true()),
    Column("mounted", Boolean, nullable=False, server_default=true()),
    Column("description", String, nullable=False),
    Column("other", JSON, nullable=False),  # kind: {"bytes": …, "per_day": …}
    Column("since", String, nullable=False),  # hospital time `other` was true at
)
copies = Table(  # files beside those on the online volumes
    "copies",
    metadata,
    Column("digest", String, primary_key=True),
    Column("volume", Integer, primary_key=True),
    Column("state", String, nullable=False),  # good | damaged | missing
    Column("written", String, nullable=False),  # hospital time
    Column("verified", String, nullable=False),  # hospital time
)
recalls = Table(  # studies that are brought back online, or were
    "recalls",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("study_uid", String, nullable=False, index=True),
    Column("volume", String, nullable=False),
    Column("state", String, nullable=False, index=True),  # recalling | mount | done | failed
    Column("asked", String, nullable=False),  # hospital time
    Column("due", String, nullable=False),  # hospital time
    Column("by", String, nullable=False),
    Column("note", String, nullable=False),
)
holds = Table(  # what a court or an inquiry wants kept
    "holds",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("study_uid", String, nullable=False, index=True),  # empty: all of a patient
    Column("patient_id", String, nullable=False, index=True),
    Column("issuer", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", String, nullable=False),  # hospital time
    Column("released_by", String, nullable=False, index=True),  # empty: it is in force
    Column("released_at", String, nullable=False),
    Column("release_reason", String, nullable=False),
)
retention_rules = Table(
    "retention_rules",
    metadata,
    Column("name", String, primary_key=True),
    Column("modality", String, nullable=False),  # empty: any
    Column("description", String, nullable=False),  # of the study, with * and ?; empty: any
    Column("patients", String, nullable=False),  # all | adults | minors
    Column("keep", String, nullable=False),  # 10y, 6m, 30d after the study
    Column("after_majority", String, nullable=False),  # minors: from the 18th birthday; or empty
    Column("action", String, nullable=False),  # delete | reject
    Column("enabled", Boolean, nullable=False),
)
retention_reports = Table(
    "retention_reports",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("kind", String, nullable=False),  # preview | run
    Column("at", String, nullable=False),  # hospital time
    Column("by", String, nullable=False),
    Column("facts", JSON, nullable=False),
)
compression_rules = Table(
    "compression_rules",
    metadata,
    Column("name", String, primary_key=True),
    Column("modality", String, nullable=False),  # empty: any
    Column("source", String, nullable=False),  # AE title; empty: any
    Column("older_than", String, nullable=False),  # 0d, 30d, 6m, 1y since it was received
    Column("method", String, nullable=False),
    Column("ratio", Integer, nullable=False),  # of lossy JPEG 2000
    Column("enabled", Boolean, nullable=False),
)
Index("ix_instances_volume", instances.c.volume, instances.c.size)
