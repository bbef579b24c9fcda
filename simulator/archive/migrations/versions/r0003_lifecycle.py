"""Volumes, tiers, retention and holds."""

from __future__ import annotations

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the tables."""


def downgrade() -> None:
    """Take them away again."""
