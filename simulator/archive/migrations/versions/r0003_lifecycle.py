"""Volumes, tiers, retention and holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from simulator.archive.migrations import LARGE, TEXT

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "compression_rules",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("modality", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("older_than", TEXT, nullable=False),
        sa.Column("method", TEXT, nullable=False),
        sa.Column("ratio", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "copies",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("written", TEXT, nullable=False),
        sa.Column("verified", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("digest", "volume"),
    )
    op.create_table(
        "holds",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("study_uid", TEXT, nullable=False),
        sa.Column("patient_id", TEXT, nullable=False),
        sa.Column("issuer", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("released_by", TEXT, nullable=False),
        sa.Column("released_at", TEXT, nullable=False),
        sa.Column("release_reason", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    for column in ("patient_id", "released_by", "study_uid"):
        op.create_index(op.f(f"ix_holds_{column}"), "holds", [column], unique=False)
    op.create_table(
        "recalls",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("study_uid", TEXT, nullable=False),
        sa.Column("volume", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("asked", TEXT, nullable=False),
        sa.Column("due", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    for column in ("state", "study_uid"):
        op.create_index(op.f(f"ix_recalls_{column}"), "recalls", [column], unique=False)
    op.create_table(
        "retention_reports",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "retention_rules",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("modality", TEXT, nullable=False),
        sa.Column("description", TEXT, nullable=False),
        sa.Column("patients", TEXT, nullable=False),
        sa.Column("keep", TEXT, nullable=False),
        sa.Column("after_majority", TEXT, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "volumes",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("tier", TEXT, nullable=False),
        sa.Column("capacity", LARGE, nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("recall_seconds", sa.Integer(), nullable=False),
        sa.Column("writable", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("mounted", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("description", TEXT, nullable=False),
        sa.Column("other", sa.JSON(), nullable=False),
        sa.Column("since", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("name"),
    )
    op.add_column(
        "instances", sa.Column("volume", sa.Integer(), server_default="1", nullable=False)
    )
    op.create_index("ix_instances_volume", "instances", ["volume", "size"], unique=False)


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_instances_volume", table_name="instances")
    op.drop_column("instances", "volume")
    for table in (
        *("volumes", "retention_rules", "retention_reports", "recalls", "holds", "copies"),
        "compression_rules",
    ):
        op.drop_table(table)
