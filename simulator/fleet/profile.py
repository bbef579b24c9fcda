"""What a device is and what it produces: profiles/*.toml read into frozen dataclasses."""

import tomllib
import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from simulator.errors import UsageError

PROFILES = Path(__file__).parent / "profiles"


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many images a series has and how large they are (pixels)."""

    images: int
    rows: int
    columns: int


@dataclass(frozen=True, kw_only=True)
class Series:
    """One series of a protocol; `coverage` and `fov` are mm in the phantom's axes.

    `recipe` is what its modality varies: a CT kernel, an MR weighting, an X-ray view, a US scene.
    """

    description: str
    plane: str
    recipe: str
    phase: str = ""
    thickness: float
    coverage: tuple[float, float]
    fov: float
    small: Size
    full: Size

    def size(self, pixels: str) -> Size:
        """Return the size asked for, `small` or `full`."""
        if pixels not in ("small", "full"):
            raise UsageError(f"There is no pixel size {pixels!r}.", "Ask for 'small' or 'full'.")
        return self.small if pixels == "small" else self.full


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """What the operator chooses at the console; `code` belongs to the scheme 99PACSLAB."""

    description: str
    body_part: str
    code: str
    anatomy: str
    series: tuple[Series, ...]


@dataclass(frozen=True, kw_only=True)
class ModalityProfile:
    """One device: its place on the network, its plate, and its protocols by key."""

    name: str
    ae_title: str
    address: int
    modality: str
    station_name: str
    manufacturer: str
    model: str
    serial_number: str
    software_versions: str
    department: str
    sop_class: str
    transfer_syntaxes: tuple[str, ...]
    minutes_per_exam: int
    private_creator: str = ""
    protocols: Mapping[str, Protocol]

    def __post_init__(self) -> None:
        """Refuse what would only fail later, on the wire."""
        if not 0 < len(self.ae_title) <= 16:
            raise ValueError("ae_title must have 1 to 16 characters")
        if not 0 < self.address < 255:
            raise ValueError("address must be 1 to 254, the last part of 127.0.1.N")
        if not self.protocols or not all(p.series for p in self.protocols.values()):
            raise ValueError("protocols must each have at least one series")

    def protocol(self, key: str) -> Protocol:
        """Return one protocol; an unknown key is the caller's error."""
        if key not in self.protocols:
            known = ", ".join(self.protocols)
            raise UsageError(f"{self.name} has no protocol {key!r}.", f"Choose one of: {known}.")
        return self.protocols[key]


def load_profiles() -> dict[str, ModalityProfile]:
    """Return the fleet by device name, in the order of their addresses."""
    found = [load_profile(path) for path in PROFILES.glob("*.toml")]
    return {p.name: p for p in sorted(found, key=lambda p: (p.address, p.name))}


def load_profile(path: Path | str) -> ModalityProfile:
    """Read one profile; an unknown, missing or ill-typed key is named together with its file."""
    path = Path(path)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        profile: ModalityProfile = _read(ModalityProfile, table, "")
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not valid TOML: {error}.", "Correct the file.") from error
    except (TypeError, ValueError) as error:
        raise UsageError(f"{path}: {error}.", "Correct this key in the file.") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}.") from error
    return profile


def _read(kind: Any, value: Any, where: str) -> Any:
    """Turn a TOML value into `kind`; `where` is the dotted key for messages."""
    if is_dataclass(kind) and isinstance(kind, type):
        return _read_table(kind, _checked(value, dict, where), where)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is tuple:
        items = _checked(value, list, where)
        if inner[-1] is not Ellipsis and len(items) != len(inner):
            raise TypeError(f"key {where!r} must have {len(inner)} values")
        return tuple(_read(inner[0], item, f"{where}[{i}]") for i, item in enumerate(items))
    if origin is not None and issubclass(origin, Mapping):
        table = _checked(value, dict, where)
        read = {key: _read(inner[1], item, f"{where}.{key}") for key, item in table.items()}
        return types.MappingProxyType(read)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return _checked(value, kind, where)


def _read_table(kind: type, table: dict[str, Any], where: str) -> Any:
    """Fill one dataclass, refusing keys it does not know."""
    hints = get_type_hints(kind)
    prefix = f"{where}." if where else ""
    for key in table:
        if key not in hints:
            raise TypeError(f"unknown key {prefix + key!r}")
    for field in fields(kind):
        if field.default is MISSING and field.name not in table:
            raise TypeError(f"missing key {prefix + field.name!r}")
    return kind(**{key: _read(hints[key], item, prefix + key) for key, item in table.items()})


def _checked(value: Any, kind: type, where: str) -> Any:
    """Return the value when it has the TOML type wanted."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise TypeError(f"key {where!r} must be {kind.__name__}, not {type(value).__name__}")
    return value
