"""The RIS's tables."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table

from simulator.network.message_log import channel_table, message_table
from simulator.network.mpps_rules import performed_table
from simulator.setting import setting_rows

metadata = MetaData()

orders = Table(
    "orders",
    metadata,
    Column("accession", String(16), primary_key=True),
    Column("placer", String, nullable=False),
    Column("patient_id", String, nullable=False, index=True),
    Column("issuer", String, nullable=False),
    Column("patient_name", String, nullable=False),
    Column("birth_date", String, nullable=False),
    Column("sex", String, nullable=False),
    Column("code", String, nullable=False),
    Column("description", String, nullable=False),
    Column("modality", String, nullable=False),
    Column("protocol", String, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("study_uid", String, nullable=False, index=True),
    Column("requested_procedure_id", String, nullable=False),
    Column("step_id", String, nullable=False, index=True),
    Column("station_ae", String, nullable=False),
    Column("scheduled", String, nullable=False),  # ISO 8601, hospital time
    Column("priority", String, nullable=False),
    Column("indication", String, nullable=False),
    Column("referring", String, nullable=False),
    Column("performing", String, nullable=False),
    Column("status", String, nullable=False),
)
Index("orders_by_status", orders.c.status, orders.c.scheduled)

mapping = Table(
    "mapping",
    metadata,
    Column("code", String, primary_key=True),
    Column("description", String, nullable=False),
    Column("modality", String, nullable=False),
    Column("station_ae", String, nullable=False),
    Column("protocol", String, nullable=False),
    Column("minutes", Integer, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("stream", String, primary_key=True),
    Column("count", Integer, nullable=False),
)

performed = performed_table(metadata)

history = Table(
    "history",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", String, nullable=False),  # ISO 8601, hospital time
    Column("accession", String, nullable=False, index=True),  # or procedure:CODE
    Column("actor", String, nullable=False),
    Column("what", String, nullable=False),  # placed, status, or the fact that changed
    Column("old", String, nullable=False),
    Column("new", String, nullable=False),
)

patients = Table(
    "patients",
    metadata,
    Column("patient_id", String, primary_key=True),
    Column("issuer", String, primary_key=True),
    Column("patient_name", String, nullable=False),
    Column("birth_date", String, nullable=False),
    Column("sex", String, nullable=False),
    Column("visit", String, nullable=False),  # PV1-19
    Column("location", String, nullable=False),  # PV1-3
    Column("merged_into", String, nullable=False),  # empty: in use
    Column("updated", String, nullable=False),
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

forwards = Table(
    "forwards",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("uid", String, nullable=False),
    Column("verb", String, nullable=False),  # create | set
    Column("state", String, nullable=False, index=True),  # queued | parked
    Column("reason", String, nullable=False),
    Column("attributes", LargeBinary, nullable=False),  # Explicit VR Little Endian
)

exports = Table(
    "exports",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("report", Integer, nullable=False),
    Column("accession", String, nullable=False, index=True),
    Column("form", String, nullable=False),  # sr | pdf
    Column("sop_uid", String, nullable=False),
    Column("state", String, nullable=False, index=True),  # queued | stored | parked
    Column("reason", String, nullable=False),
)

devices = Table(
    "devices",
    metadata,
    Column("ae", String(16), primary_key=True),
    Column("worklist", Boolean, nullable=False),  # whether it may query
    Column("mpps", Boolean, nullable=False),  # whether it may report
    Column("stations", String, nullable=False),  # those it sees, a comma between; empty: all
    Column("charset", String, nullable=False),  # empty: as the settings say
    Column("description", String, nullable=False),
)

senders = Table(
    "senders",
    metadata,
    Column("application", String, primary_key=True),  # MSH-3
    Column("taken", Boolean, nullable=False),
    Column("issuer", String, nullable=False),  # whose identifiers, where PID-3.4 does not say
    Column("charset", String, nullable=False),  # where MSH-18 does not say
    Column("types", String, nullable=False),  # that it may send, e.g. "ADT ORM"; empty: all
    Column("description", String, nullable=False),
)

settings = setting_rows(metadata)
messages = message_table(metadata)
channels = channel_table(metadata)
