"""Facts from TOML files, read once into frozen dataclasses; unknown keys are refused.

The seat's own `config.toml` is what a person edits; `SeatConfig` says what may stand in it.
"""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import datetime
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from simulator.clock import DEFAULT_START, MAX_SPEED
from simulator.errors import CannotError, UsageError

T = TypeVar("T")


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file; raises CannotError if it cannot be read, UsageError if it is not TOML."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CannotError(f"{path} cannot be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not valid TOML: {error}.", "Mend that line.") from error


def build(cls: type[T], table: dict[str, Any], where: str) -> T:
    """Make a dataclass of a TOML table; `where` names file and table in the error."""
    hints = get_type_hints(cls)
    known = {item.name: item for item in fields(cls)}  # type: ignore[arg-type]
    for key in table:
        if key not in known:
            raise UsageError(
                f"{where} has an unknown key '{key}'.", f"Known keys: {', '.join(known)}."
            )
    for name, item in known.items():
        required = item.default is MISSING and item.default_factory is MISSING
        if required and name not in table:
            raise UsageError(f"{where} lacks the key '{name}'.")
    values = {
        key: _convert(hints[key], value, f"{where}, key '{key}'") for key, value in table.items()
    }
    return cls(**values)


def _convert(hint: Any, value: Any, where: str) -> Any:
    """Check one value against its type; tables become dataclasses, arrays become tuples."""
    origin, args = get_origin(hint), get_args(hint)
    if is_dataclass(hint) and isinstance(value, dict):
        return build(hint, value, where)  # type: ignore[arg-type]
    if origin is tuple and isinstance(value, (list, tuple)):
        return tuple(_convert(args[0], item, where) for item in value)
    if origin is dict and isinstance(value, dict):
        return {key: _convert(args[1], item, f"{where}.{key}") for key, item in value.items()}
    if origin is not None and NoneType in args:
        return None if value is None else _convert(args[0], value, where)
    if hint is Any or (hint is float and type(value) is int) or type(value) is hint:
        return value
    name = getattr(hint, "__name__", str(hint))
    raise UsageError(f"{where} must be of type {name}, not {value!r}.")


def _check(key: str, fine: bool, wanted: str) -> None:
    if not fine:
        raise UsageError(f"The seat's config.toml has a bad '{key}'.", f"It must be {wanted}.")


@dataclass(frozen=True, kw_only=True)
class ArchiveConfig:
    """The table `[archive]` of a seat's `config.toml`."""

    database: str = ""  # a PostgreSQL URL for the index; empty: SQLite, in the seat's folder


@dataclass(frozen=True, kw_only=True)
class BackendConfig:
    """`[backend]`: which archive the hospital works with, and where an external one is."""

    kind: str = "embedded"  # embedded | orthanc | external
    ae: str = ""
    host: str = ""
    port: int = 0
    dicomweb: str = ""  # its DICOMweb address, if it has one
    commitment: bool = False  # whether it does storage commitment

    def __post_init__(self) -> None:
        """Check the values whose range matters."""
        known = ("embedded", "orthanc", "external")
        _check("backend.kind", self.kind in known, "embedded, orthanc or external")
        _check("backend.port", 0 <= self.port <= 65535, "1 to 65535")


@dataclass(frozen=True, kw_only=True)
class SeatConfig:
    """What a person may set for a seat, in `config.toml`."""

    seed: int = 1
    start: str = DEFAULT_START  # hospital time at the first start
    speed: float = 4.0  # hospital minutes per real minute
    baseline_studies: int = 24
    pixels: str = "small"  # small | full
    pace_minutes: float = 5.0  # mean hospital minutes between two exams of the fleet
    backend: BackendConfig = BackendConfig()
    archive: ArchiveConfig = ArchiveConfig()

    def __post_init__(self) -> None:
        """Check the values whose range matters."""
        _check("speed", 0 < self.speed <= MAX_SPEED, f"more than 0, at most {MAX_SPEED:g}")
        _check("baseline_studies", 0 <= self.baseline_studies <= 500, "0 to 500")
        _check("pixels", self.pixels in ("small", "full"), "'small' or 'full'")
        _check("pace_minutes", 0 < self.pace_minutes <= 1440, "more than 0, at most 1440")
        _check("seed", self.seed >= 0, "0 or more")
        _check("start", _is_local_time(self.start), "a time such as '2026-03-02T07:00:00'")


def _is_local_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is None
    except ValueError:
        return False


def load_seat_config(path: Path) -> SeatConfig:
    """Read a seat's `config.toml`; a missing file means the defaults."""
    return build(SeatConfig, read_toml(path), str(path)) if path.exists() else SeatConfig()
