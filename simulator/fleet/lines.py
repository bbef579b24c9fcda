"""Files of one JSON object a line, appended to by a process that may be killed at any byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects in `path`; half a last line was never finished and is closed off."""
    if not path.exists():
        return []
    content = path.read_bytes()
    if content and not content.endswith(b"\n"):
        with path.open("ab") as file:
            file.write(b"\n")
    found = []
    for line in content.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def append_line(path: Path, value: dict[str, Any]) -> None:
    """Append one object."""
    with path.open("ab") as file:
        file.write(json.dumps(value, default=str).encode() + b"\n")
