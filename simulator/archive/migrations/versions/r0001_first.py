"""The tables as they were first released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from simulator.archive.migrations import LARGE, TEXT

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "messages",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("direction", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("control_id", TEXT, nullable=False),
        sa.Column("sender", TEXT, nullable=False),
        sa.Column("receiver", TEXT, nullable=False),
        sa.Column("patient_id", TEXT, nullable=False),
        sa.Column("accession", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sqlite_autoincrement=True,
    )
    op.create_index("messages_by_queue", "messages", ["channel", "state"], unique=False)
    op.create_table(
        "nodes",
        sa.Column("ae", TEXT, nullable=False),
        sa.Column("host", TEXT, nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("description", TEXT, nullable=False),
        sa.Column("rights", sa.JSON(), nullable=False),
        sa.Column("max_associations", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tls", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("ian", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("ae"),
    )
    op.create_table(
        "orders",
        sa.Column("accession", TEXT, nullable=False),
        sa.Column("patient_id", TEXT, nullable=False),
        sa.Column("issuer", TEXT, nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("accession"),
    )
    op.create_index(op.f("ix_orders_patient_id"), "orders", ["patient_id"], unique=False)
    op.create_table(
        "owed",
        sa.Column("pk", LARGE, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("ae", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created", TEXT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", sa.Float(), nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("pk"),
    )
    op.create_table(
        "patients",
        sa.Column("pk", LARGE, nullable=False),
        sa.Column("patient_id", TEXT, nullable=False),
        sa.Column("issuer", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("attributes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pk"),
        sa.UniqueConstraint("patient_id", "issuer"),
    )
    op.create_index(op.f("ix_patients_name"), "patients", ["name"], unique=False)
    op.create_table(
        "performed",
        sa.Column("uid", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("station_ae", TEXT, nullable=False),
        sa.Column("accessions", TEXT, nullable=False),
        sa.Column("patient_id", TEXT, nullable=False),
        sa.Column("patient_name", TEXT, nullable=False),
        sa.Column("created", TEXT, nullable=False),
        sa.Column("updated", TEXT, nullable=False),
        sa.Column("attributes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("uid"),
    )
    op.create_table(
        "reports",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("accession", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_reports_accession"), "reports", ["accession"], unique=False)
    op.create_table(
        "retired",
        sa.Column("patient_id", TEXT, nullable=False),
        sa.Column("issuer", TEXT, nullable=False),
        sa.Column("merged_into", TEXT, nullable=False),
        sa.Column("into_issuer", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("patient_id", "issuer"),
    )
    op.create_table(
        "roles",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("description", TEXT, nullable=False),
        sa.Column("rights", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "settings",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "studies",
        sa.Column("pk", LARGE, nullable=False),
        sa.Column("patient_pk", LARGE, nullable=False),
        sa.Column("study_uid", TEXT, nullable=False),
        sa.Column("study_date", TEXT, nullable=False),
        sa.Column("accession", TEXT, nullable=False),
        sa.Column("received", TEXT, nullable=False),
        sa.Column("order_state", TEXT, nullable=False),
        sa.Column("order_note", TEXT, nullable=False),
        sa.Column("attributes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["patient_pk"], ["patients.pk"]),
        sa.PrimaryKeyConstraint("pk"),
        sa.UniqueConstraint("study_uid"),
    )
    op.create_index(op.f("ix_studies_accession"), "studies", ["accession"], unique=False)
    op.create_index(op.f("ix_studies_order_state"), "studies", ["order_state"], unique=False)
    op.create_index(op.f("ix_studies_patient_pk"), "studies", ["patient_pk"], unique=False)
    op.create_index(op.f("ix_studies_study_date"), "studies", ["study_date"], unique=False)
    op.create_table(
        "users",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("full_name", TEXT, nullable=False),
        sa.Column("department", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("password", TEXT, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("created", TEXT, nullable=False),
        sa.Column("last_login", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["role"], ["roles.name"]),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "series",
        sa.Column("pk", LARGE, nullable=False),
        sa.Column("study_pk", LARGE, nullable=False),
        sa.Column("series_uid", TEXT, nullable=False),
        sa.Column("modality", TEXT, nullable=False),
        sa.Column("attributes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["study_pk"], ["studies.pk"]),
        sa.PrimaryKeyConstraint("pk"),
        sa.UniqueConstraint("study_pk", "series_uid"),
    )
    op.create_index(op.f("ix_series_modality"), "series", ["modality"], unique=False)
    op.create_index(op.f("ix_series_series_uid"), "series", ["series_uid"], unique=False)
    op.create_index(op.f("ix_series_study_pk"), "series", ["study_pk"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("user", TEXT, nullable=False),
        sa.Column("expires", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.name"]),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index(op.f("ix_sessions_user"), "sessions", ["user"], unique=False)
    op.create_table(
        "instances",
        sa.Column("pk", LARGE, nullable=False),
        sa.Column("series_pk", LARGE, nullable=False),
        sa.Column("sop_uid", TEXT, nullable=False),
        sa.Column("sop_class", TEXT, nullable=False),
        sa.Column("transfer_syntax", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("size", LARGE, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("received", TEXT, nullable=False),
        sa.Column("attributes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["series_pk"], ["series.pk"]),
        sa.PrimaryKeyConstraint("pk"),
        sa.UniqueConstraint("sop_uid"),
    )
    op.create_index(op.f("ix_instances_digest"), "instances", ["digest"], unique=False)
    op.create_index(op.f("ix_instances_series_pk"), "instances", ["series_pk"], unique=False)


def downgrade() -> None:
    """Take every table away, those that refer to others first."""
    for table in (
        "instances",
        "sessions",
        "series",
        "users",
        "studies",
        "settings",
        "roles",
        "retired",
        "reports",
        "performed",
        "patients",
        "owed",
        "orders",
        "nodes",
        "messages",
    ):
        op.drop_table(table)
