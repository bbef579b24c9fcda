"""Routing rules, and destinations that are paused."""

from __future__ import annotations

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the tables."""


def downgrade() -> None:
    """Take them away again."""
