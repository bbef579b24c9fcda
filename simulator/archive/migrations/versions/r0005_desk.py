"""What the fix-up desk did, and what was rejected."""

from __future__ import annotations

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the tables."""


def downgrade() -> None:
    """Take them away again."""
