"""What is exchanged with each node: SOP classes and transfer syntaxes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_COLUMNS = ("accepts_classes", "accepts_syntaxes", "sends_classes", "sends_syntaxes")


def upgrade() -> None:
    """Add the lists; empty ones limit nothing."""
    for name in _COLUMNS:
        op.add_column("nodes", sa.Column(name, sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    """Take them away again."""
    for name in reversed(_COLUMNS):
        op.drop_column("nodes", name)
