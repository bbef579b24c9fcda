"""The index's tables: what the archive knows, apart from the files themselves."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
)

from simulator.network.message_log import message_table
from simulator.network.mpps_rules import performed_table

metadata = MetaData()
Large = BigInteger().with_variant(Integer, "sqlite")

# Each level keeps its attributes twice: as columns, to find candidates quickly, and as an encoded
# data set (`attributes`: Explicit VR Little Endian, UTF-8), to match and answer exactly.
patients = Table(
    "patients",
    metadata,
    Column("pk", Large, primary_key=True),
    Column("patient_id", String, nullable=False),
    Column("issuer", String, nullable=False),
    Column("name", String, nullable=False, index=True),  # upper case, as matched
    Column("attributes", LargeBinary, nullable=False),
    UniqueConstraint("patient_id", "issuer"),
)
studies = Table(
    "studies",
    metadata,
    Column("pk", Large, primary_key=True),
    Column("patient_pk", ForeignKey("patients.pk"), nullable=False, index=True),
    Column("study_uid", String, nullable=False, unique=True),
    Column("study_date", String, nullable=False, index=True),  # without dots, as matched
    Column("accession", String, nullable=False, index=True),
    Column("received", String, nullable=False),  # hospital time, ISO 8601
    Column("order_state", String, nullable=False, index=True),  # new | matched | unmatched
    Column("order_note", String, nullable=False),
    Column("attributes", LargeBinary, nullable=False),
)
series = Table(
    "series",
    metadata,
    Column("pk", Large, primary_key=True),
    Column("study_pk", ForeignKey("studies.pk"), nullable=False, index=True),
    Column("series_uid", String, nullable=False, index=True),
    Column("modality", String, nullable=False, index=True),
    Column("attributes", LargeBinary, nullable=False),
    UniqueConstraint("study_pk", "series_uid"),  # careless devices repeat one in another study
)
instances = Table(
    "instances",
    metadata,
    Column("pk", Large, primary_key=True),
    Column("series_pk", ForeignKey("series.pk"), nullable=False, index=True),
    Column("sop_uid", String, nullable=False, unique=True),
    Column("sop_class", String, nullable=False),
    Column("transfer_syntax", String, nullable=False),
    Column("digest", String, nullable=False, index=True),  # SHA-256 of the file: its name
    Column("offset", Integer, nullable=False),  # where the data set begins in the file
    Column("size", Large, nullable=False),  # bytes of the file
    Column("source", String, nullable=False),  # AE title that sent it
    Column("received", String, nullable=False),
    Column("attributes", LargeBinary, nullable=False),
    Column("volume", Integer, nullable=False, server_default="1"),  # 0: not online
)
nodes = Table(
    "nodes",
    metadata,
    Column("ae", String, primary_key=True),
    Column("host", String, nullable=False),
    Column("port", Integer, nullable=False),
    Column("description", String, nullable=False),
    Column("rights", JSON, nullable=False),
    Column("max_associations", Integer, nullable=False, server_default="0"),
    Column("tls", Boolean, nullable=False, server_default=false()),
    Column("ian", Boolean, nullable=False, server_default=false()),
    # What is exchanged with it, as UIDs; empty: everything.
    Column("accepts_classes", JSON, nullable=False, server_default="[]"),
    Column("accepts_syntaxes", JSON, nullable=False, server_default="[]"),
    Column("sends_classes", JSON, nullable=False, server_default="[]"),
    Column("sends_syntaxes", JSON, nullable=False, server_default="[]"),
)
roles = Table(
    "roles",
    metadata,
    Column("name", String, primary_key=True),
    Column("description", String, nullable=False),
    Column("rights", JSON, nullable=False),
)
users = Table(
    "users",
    metadata,
    Column("name", String, primary_key=True),
    Column("full_name", String, nullable=False),
    Column("department", String, nullable=False),
    Column("role", ForeignKey("roles.name"), nullable=False),
    Column("status", String, nullable=False),  # active | locked | disabled
    Column("password", String, nullable=False),  # argon2 hash; empty: no log-in by password
    Column("failures", Integer, nullable=False),
    Column("created", String, nullable=False),
    Column("last_login", String, nullable=False),
    Column("note", String, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("contact", String, nullable=False, server_default=""),
    Column("number", String, nullable=False, server_default=""),  # of the personnel office
    Column("kind", String, nullable=False, server_default="person"),  # person | service | shared
    Column("expires", String, nullable=False, server_default=""),  # hospital time; empty: never
    Column("reason", String, nullable=False, server_default=""),  # why the account is needed
    Column("origin", String, nullable=False, server_default="local"),  # local | directory
    Column("password_at", String, nullable=False, server_default=""),  # hospital time
    Column("last_used", String, nullable=False, server_default=""),  # hospital time
    Column("labels", JSON, nullable=False, server_default="[]"),  # sees only these; empty: all
    Column("grants", JSON, nullable=False, server_default="[]"),  # rights beside the role's
)
sessions = Table(
    "sessions",
    metadata,
    Column("digest", String, primary_key=True),  # SHA-256 of the token
    Column("user", ForeignKey("users.name"), nullable=False, index=True),
    Column("expires", Integer, nullable=False),  # seconds, real time
    Column("kind", String, nullable=False, server_default="session"),  # session | token
    Column("purpose", String, nullable=False, server_default=""),  # what a token is for
    Column("created", String, nullable=False, server_default=""),  # hospital time
    Column("host", String, nullable=False, server_default=""),
    Column("last_used", String, nullable=False, server_default=""),  # hospital time
)
settings = Table(
    "settings",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", JSON, nullable=False),
)
orders = Table(
    "orders",
    metadata,
    Column("accession", String, primary_key=True),
    Column("patient_id", String, nullable=False, index=True),
    Column("issuer", String, nullable=False),
    Column("facts", JSON, nullable=False),
)
owed = Table(  # reports to other nodes that were not delivered yet
    "owed",
    metadata,
    Column("pk", Large, primary_key=True),
    Column("kind", String, nullable=False),  # commitment | availability | route | prefetch …
    Column("ae", String, nullable=False),
    Column("subject", String, nullable=False),  # transaction UID, Study Instance UID, accession
    Column("facts", JSON, nullable=False),
    Column("created", String, nullable=False),  # hospital time
    Column("attempts", Integer, nullable=False),
    Column("due", Float, nullable=False),  # seconds, real time
    Column("note", String, nullable=False),  # why the last attempt failed
    Column("state", String, nullable=False, server_default="waiting"),  # waiting | working | dead
    Column("priority", Integer, nullable=False, server_default="1"),  # 0 goes first
    Column("window", String, nullable=False, server_default=""),  # hours in which it may go out
)

retired = Table(  # identifiers that ADT messages have merged into others
    "retired",
    metadata,
    Column("patient_id", String, primary_key=True),
    Column("issuer", String, primary_key=True),
    Column("merged_into", String, nullable=False),
    Column("into_issuer", String, nullable=False),
    Column("at", String, nullable=False),  # hospital time, ISO 8601
)
reports = Table(
    "reports",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("accession", String, nullable=False, index=True),
    Column("status", String, nullable=False),  # P, F or C
    Column("author", String, nullable=False),
    Column("text", String, nullable=False),
    Column("at", String, nullable=False),
)
performed = performed_table(metadata)
messages = message_table(metadata)
