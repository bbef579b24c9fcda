"""What backups, media and migrations keep."""

from __future__ import annotations

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the tables."""


def downgrade() -> None:
    """Take them away again."""
