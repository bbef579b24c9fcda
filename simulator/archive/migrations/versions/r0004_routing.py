"""Routing rules, what they matched and fetched, and destinations that are paused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from simulator.archive.migrations import LARGE, TEXT

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the tables, and what a job of the queue has beside a report."""
    op.create_table(
        "routing_rules",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "routed",
        sa.Column("pk", LARGE, nullable=False),
        sa.Column("rule", TEXT, nullable=False),
        sa.Column("ae", TEXT, nullable=False),
        sa.Column("sop_uid", TEXT, nullable=False),
        sa.Column("sop_class", TEXT, nullable=False),
        sa.Column("study_uid", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("job", LARGE, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("pk"),
        sa.UniqueConstraint("rule", "ae", "sop_uid"),
    )
    for column in ("ae", "job", "study_uid"):
        op.create_index(op.f(f"ix_routed_{column}"), "routed", [column], unique=False)
    op.create_table(
        "fetches",
        sa.Column("pk", LARGE, nullable=False),
        sa.Column("rule", TEXT, nullable=False),
        sa.Column("ae", TEXT, nullable=False),
        sa.Column("accession", TEXT, nullable=False),
        sa.Column("study_uid", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("instances", sa.Integer(), nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("pk"),
    )
    op.create_index(op.f("ix_fetches_accession"), "fetches", ["accession"], unique=False)
    op.create_table(
        "paused",
        sa.Column("ae", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("ae"),
    )
    op.add_column("owed", sa.Column("state", TEXT, server_default="waiting", nullable=False))
    op.add_column("owed", sa.Column("priority", sa.Integer(), server_default="1", nullable=False))
    op.add_column("owed", sa.Column("window", TEXT, server_default="", nullable=False))


def downgrade() -> None:
    """Take it away again."""
    for column in ("window", "priority", "state"):
        op.drop_column("owed", column)
    for table in ("paused", "fetches", "routed", "routing_rules"):
        op.drop_table(table)
