"""Files that are either the old ones or the new ones, never half of each."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from simulator.errors import CannotError, RefusedError


def sync_folder(folder: Path) -> None:
    """Make a rename inside `folder` durable (a no-op where folders cannot be opened: Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomically(path: Path, data: bytes, *, private: bool = False) -> None:
    """Replace `path` by `data` in one step; `private` keeps it from other users (mode 0600)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        os.chmod(name, 0o600 if private else 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_new(path: Path, data: bytes) -> Path:
    """Write a file a person asked for; what is there already stays (raises RefusedError)."""
    if path.exists():
        raise RefusedError(f"{path} is there already.", "Choose another name, or remove it.")
    try:
        write_atomically(path, data)
    except OSError as error:
        raise CannotError(f"{path} cannot be written: {error.strerror}.") from error
    return path


def write_json(path: Path, value: Any, *, private: bool = False) -> None:
    """Write `value` as readable JSON, in one step."""
    write_atomically(path, json.dumps(value, indent=2).encode() + b"\n", private=private)


def read_json(path: Path, what: str) -> Any:
    """Read JSON; `what` names the file in the error a person sees."""
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise CannotError(f"There is no {what} at {path}.") from None
    except (OSError, ValueError) as error:
        raise CannotError(f"The {what} {path} cannot be read: {error}.") from error
