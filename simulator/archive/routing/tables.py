"""Tables of routing: the rules, what each has matched, what was fetched, who is paused."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Integer, String, Table, UniqueConstraint

from simulator.archive.tables import Large, metadata

rules = Table(
    "routing_rules",
    metadata,
    Column("name", String, primary_key=True),
    Column("enabled", Boolean, nullable=False),
    Column("facts", JSON, nullable=False),
)
# One row for each instance that a rule wants at a destination. All counts are made of these rows,
# so that they cannot disagree with what happened; the rows are the loop guard's memory, too.
routed = Table(
    "routed",
    metadata,
    Column("pk", Large, primary_key=True),
    Column("rule", String, nullable=False),
    Column("ae", String, nullable=False, index=True),
    Column("sop_uid", String, nullable=False),
    Column("sop_class", String, nullable=False),
    Column("study_uid", String, nullable=False, index=True),
    Column("digest", String, nullable=False),  # of the file that was matched, or last sent
    Column("job", Large, nullable=False, index=True),  # in the queue; 0: it is through
    Column("state", String, nullable=False),  # waiting | sent | refused | gone | cancelled
    Column("reason", String, nullable=False),
    Column("sends", Integer, nullable=False),  # how often it went out
    Column("at", String, nullable=False),  # hospital time
    UniqueConstraint("rule", "ae", "sop_uid"),
)
fetches = Table(  # priors that were looked for at another node
    "fetches",
    metadata,
    Column("pk", Large, primary_key=True),
    Column("rule", String, nullable=False),
    Column("ae", String, nullable=False),
    Column("accession", String, nullable=False, index=True),
    Column("study_uid", String, nullable=False),
    Column("state", String, nullable=False),  # fetched | present | failed
    Column("instances", Integer, nullable=False),
    Column("reason", String, nullable=False),
    Column("at", String, nullable=False),  # hospital time
)
paused = Table(  # destinations that are sent nothing for the time being
    "paused",
    metadata,
    Column("ae", String, primary_key=True),
    Column("by", String, nullable=False),
    Column("at", String, nullable=False),  # hospital time
    Column("reason", String, nullable=False),
)
