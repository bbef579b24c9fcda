"""What migrations to and from other archives and downtimes keep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from simulator.archive.migrations import TEXT

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "migrations",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("direction", TEXT, nullable=False),
        sa.Column("ae", TEXT, nullable=False),
        sa.Column("host", TEXT, nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("wishes", sa.JSON(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("started_by", TEXT, nullable=False),
        sa.Column("started", TEXT, nullable=False),
        sa.Column("ended", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "migrated_studies",
        sa.Column("migration", sa.Integer(), nullable=False),
        sa.Column("study_uid", TEXT, nullable=False),
        sa.Column("study_date", TEXT, nullable=False),
        sa.Column("patient_id", TEXT, nullable=False),
        sa.Column("accession", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("said", sa.Integer(), nullable=False),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("migration", "study_uid"),
    )
    op.create_table(
        "downtimes",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mode", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("started", TEXT, nullable=False),
        sa.Column("until", TEXT, nullable=False),
        sa.Column("started_by", TEXT, nullable=False),
        sa.Column("ended", TEXT, nullable=False),
        sa.Column("ended_by", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )


def downgrade() -> None:
    """Take them away again."""
    for table in ("downtimes", "migrated_studies", "migrations"):
        op.drop_table(table)
