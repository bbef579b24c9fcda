"""Accounts, labels, emergency access, personnel directory; files removed on purpose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from simulator.archive.migrations import TEXT

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what accounts got, and the tables beside them."""
    op.create_table(
        "directory_map",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "name"),
    )
    op.create_table(
        "emergencies",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("user", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.Column("patient_id", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("host", TEXT, nullable=False),
        sa.Column("finding", TEXT, nullable=False),
        sa.Column("reviewed_by", TEXT, nullable=False),
        sa.Column("reviewed_at", TEXT, nullable=False),
        sa.Column("comment", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_emergencies_user"), "emergencies", ["user"], unique=False)
    op.create_table(
        "label_rules",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_label_rules_label"), "label_rules", ["label"], unique=False)
    op.create_table(
        "labels",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("description", TEXT, nullable=False),
        sa.Column("restricted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "password_history",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("user", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("password", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_password_history_user"), "password_history", ["user"], unique=False)
    op.create_table(
        "removed_files",
        sa.Column("digest", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "study_labels",
        sa.Column("study_uid", TEXT, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("study_uid", "label"),
    )
    op.add_column("sessions", sa.Column("kind", TEXT, server_default="session", nullable=False))
    op.add_column("sessions", sa.Column("purpose", TEXT, server_default="", nullable=False))
    op.add_column("sessions", sa.Column("created", TEXT, server_default="", nullable=False))
    op.add_column("sessions", sa.Column("host", TEXT, server_default="", nullable=False))
    op.add_column("sessions", sa.Column("last_used", TEXT, server_default="", nullable=False))
    op.add_column("users", sa.Column("contact", TEXT, server_default="", nullable=False))
    op.add_column("users", sa.Column("number", TEXT, server_default="", nullable=False))
    op.add_column("users", sa.Column("kind", TEXT, server_default="person", nullable=False))
    op.add_column("users", sa.Column("expires", TEXT, server_default="", nullable=False))
    op.add_column("users", sa.Column("reason", TEXT, server_default="", nullable=False))
    op.add_column("users", sa.Column("origin", TEXT, server_default="local", nullable=False))
    op.add_column("users", sa.Column("password_at", TEXT, server_default="", nullable=False))
    op.add_column("users", sa.Column("last_used", TEXT, server_default="", nullable=False))
    op.add_column("users", sa.Column("labels", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("users", sa.Column("grants", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    """Take it away again, with the trigger that fills one of the tables."""
    on = " ON instances" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER IF EXISTS instance_removed{on}")
    op.drop_column("users", "grants")
    op.drop_column("users", "labels")
    op.drop_column("users", "last_used")
    op.drop_column("users", "password_at")
    op.drop_column("users", "origin")
    op.drop_column("users", "reason")
    op.drop_column("users", "expires")
    op.drop_column("users", "kind")
    op.drop_column("users", "number")
    op.drop_column("users", "contact")
    op.drop_column("sessions", "last_used")
    op.drop_column("sessions", "host")
    op.drop_column("sessions", "created")
    op.drop_column("sessions", "purpose")
    op.drop_column("sessions", "kind")
    op.drop_table("study_labels")
    op.drop_table("removed_files")
    op.drop_index(op.f("ix_password_history_user"), table_name="password_history")
    op.drop_table("password_history")
    op.drop_table("labels")
    op.drop_index(op.f("ix_label_rules_label"), table_name="label_rules")
    op.drop_table("label_rules")
    op.drop_index(op.f("ix_emergencies_user"), table_name="emergencies")
    op.drop_table("emergencies")
    op.drop_table("directory_map")
