"""The same running hospital that the panels are tested with."""

from __future__ import annotations

from tests.console.conftest import running, seat

__all__ = ["running", "seat"]
