"""Tables of who may see and do what, beside `users`, `roles` and `sessions` (tables.py)."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Integer, String, Table, false

from simulator.archive.tables import metadata

password_history = Table(
    "password_history",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("user", String, nullable=False, index=True),
    Column("at", String, nullable=False),  # hospital time
    Column("password", String, nullable=False),  # argon2 hash
)
labels = Table(  # named sets of studies: a department's, a teaching file, records of staff
    "labels",
    metadata,
    Column("name", String, primary_key=True),
    Column("description", String, nullable=False),
    Column("restricted", Boolean, nullable=False, server_default=false()),
)
label_rules = Table(  # studies that carry a label by themselves
    "label_rules",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("label", String, nullable=False, index=True),
    Column("key", String, nullable=False),  # modality | source | patient_id
    Column("value", String, nullable=False),
)
study_labels = Table(  # studies that were given a label by hand
    "study_labels",
    metadata,
    Column("study_uid", String, primary_key=True),
    Column("label", String, primary_key=True),
    Column("by", String, nullable=False),
    Column("at", String, nullable=False),  # hospital time
)
emergencies = Table(  # break-glass: who opened what was closed to them, and what came of it
    "emergencies",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("user", String, nullable=False, index=True),
    Column("at", String, nullable=False),  # hospital time
    Column("until", Float, nullable=False),  # seconds, real time
    Column("patient_id", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("host", String, nullable=False),
    Column("finding", String, nullable=False),  # empty: waits for review
    Column("reviewed_by", String, nullable=False),
    Column("reviewed_at", String, nullable=False),
    Column("comment", String, nullable=False),
)
directory_map = Table(  # what the directory's groups and claims mean here
    "directory_map",
    metadata,
    Column("kind", String, primary_key=True),  # group | claim
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),  # a role, or a right
)
