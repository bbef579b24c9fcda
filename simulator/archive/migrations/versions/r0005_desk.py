"""What the fix-up desk did, and what was rejected."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from simulator.archive.migrations import TEXT

revision = "0005"
down_revision = "0004"
_INDEXED = {
    "changes": ("state",),
    "changed_objects": ("change", "before_uid", "before_digest", "after_uid", "after_digest"),
    "rejected": ("study_uid", "note_uid", "change"),
}


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "changes",
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("kind", "at", "by", "text")),
        *(sa.Column(name, TEXT, nullable=False) for name in ("study_uid", "patient_id", "state")),
        sa.Column("undone_by", TEXT, nullable=False),
        sa.Column("undone_at", TEXT, nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "changed_objects",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("before_uid", TEXT, nullable=False),
        sa.Column("before_digest", TEXT, nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after_uid", TEXT, nullable=False),
        sa.Column("after_digest", TEXT, nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("pk"),
    )
    op.create_table(
        "rejected",
        *(sa.Column(name, TEXT, nullable=False) for name in ("sop_uid", "code", "study_uid")),
        sa.Column("series_uid", TEXT, nullable=False),
        sa.Column("note_uid", TEXT, nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("hidden", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.PrimaryKeyConstraint("sop_uid"),
    )
    for table, columns in _INDEXED.items():
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    """Take them away again."""
    for table in _INDEXED:
        op.drop_table(table)
