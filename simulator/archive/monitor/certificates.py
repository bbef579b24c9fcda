"""How long the certificates of the lab are still valid."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from simulator.clock import real_seconds


def days_left(folder: Path) -> dict[str, float]:
    """Return the days each certificate below `folder` still has; negative once it is over."""
    now = datetime.fromtimestamp(real_seconds(), UTC)
    found = {}
    for path in sorted(folder.glob("*/certificate.pem")):
        try:
            ends = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
        except (OSError, ValueError):
            found[path.parent.name] = -1.0  # unreadable is as bad as over
        else:
            found[path.parent.name] = round((ends - now).total_seconds() / 86400, 2)
    return found
