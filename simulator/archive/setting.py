"""One setting: RIS and archive share what a setting is; see simulator/setting.py."""

from __future__ import annotations

from simulator.setting import Setting, Value

__all__ = ["Setting", "Value"]
