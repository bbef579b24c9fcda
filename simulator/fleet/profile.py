"""What a device is and what it produces: profiles/*.toml read into frozen dataclasses."""

import re
import tomllib
import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from simulator.errors import UsageError

PROFILES = Path(__file__).parent / "profiles"


class Kind(NamedTuple):
    """A type of object: SOP class (pydicom keyword), Modality of its series, whether an image."""

    sop_class: str
    modality: str
    image: bool = True


# What a series may hold; a series that names no kind holds its device's own (PS3.6 Table A-1).
KINDS = {
    "ct": Kind("CTImageStorage", "CT"),
    "ct-enhanced": Kind("EnhancedCTImageStorage", "CT"),
    "mr": Kind("MRImageStorage", "MR"),
    "mr-enhanced": Kind("EnhancedMRImageStorage", "MR"),
    "cr": Kind("ComputedRadiographyImageStorage", "CR"),
    "dx": Kind("DigitalXRayImageStorageForPresentation", "DX"),
    "mg": Kind("DigitalMammographyXRayImageStorageForPresentation", "MG"),
    "us": Kind("UltrasoundImageStorage", "US"),
    "us-cine": Kind("UltrasoundMultiFrameImageStorage", "US"),
    "xa": Kind("XRayAngiographicImageStorage", "XA"),
    "rf": Kind("XRayRadiofluoroscopicImageStorage", "RF"),
    "nm": Kind("NuclearMedicineImageStorage", "NM"),
    "pt": Kind("PositronEmissionTomographyImageStorage", "PT"),
    "ot": Kind("SecondaryCaptureImageStorage", "OT"),
    "dose": Kind("XRayRadiationDoseSRStorage", "SR", image=False),
    "key": Kind("KeyObjectSelectionDocumentStorage", "KO", image=False),
    "presentation": Kind("GrayscaleSoftcopyPresentationStateStorage", "PR", image=False),
    "report": Kind("EncapsulatedPDFStorage", "DOC", image=False),
}


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many instances a series has, how large they are (pixels), and their frames."""

    images: int
    rows: int
    columns: int
    frames: int = 1


ONE = Size(images=1, rows=0, columns=0)


@dataclass(frozen=True, kw_only=True)
class Series:
    """One series of a protocol; `coverage` and `fov` are mm in the phantom's axes.

    `kind` is a key of KINDS, by default that of the device. `recipe` is what its kind varies: a
    CT kernel, an MR weighting, an X-ray view, a US scene. `number` is the SeriesNumber, 0 for the
    turn it is acquired in: viewers open the lowest first. Documents need a description only.
    """

    description: str
    kind: str = ""
    number: int = 0
    plane: str = ""
    recipe: str = ""
    phase: str = ""
    thickness: float = 0.0
    coverage: tuple[float, float] = (0.0, 0.0)
    fov: float = 0.0
    small: Size = ONE
    full: Size = ONE

    def __post_init__(self) -> None:
        """Refuse an unknown kind, and pictures without an extent."""
        if self.kind and self.kind not in KINDS:
            raise ValueError(f"kind {self.kind!r} is none of: {', '.join(KINDS)}")
        if not self.kind or KINDS[self.kind].image:
            for key in ("plane", "recipe", "fov"):
                if not getattr(self, key):
                    raise ValueError(f"series {self.description!r} needs the key {key!r}")
            if min(self.small.rows, self.small.columns, self.full.rows, self.full.columns) < 1:
                raise ValueError(f"series {self.description!r} needs 'small' and 'full'")

    def size(self, pixels: str) -> Size:
        """Return the size asked for, `small` or `full`."""
        if pixels not in ("small", "full"):
            raise UsageError(f"There is no pixel size {pixels!r}.", "Ask for 'small' or 'full'.")
        return self.small if pixels == "small" else self.full


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """What the operator chooses at the console; `code` belongs to the scheme 99PACSLAB.

    `laterality` is R or L for one of a pair of body parts.
    """

    description: str
    body_part: str
    code: str
    anatomy: str
    laterality: str = ""
    series: tuple[Series, ...]


@dataclass(frozen=True, kw_only=True)
class ModalityProfile:
    """One device: its place on the network, its plate, its quirks, its protocols by key.

    `timezone` is TimezoneOffsetFromUTC, empty for a device that omits it. `character_set` is the
    only one it can write, empty for one that follows the worklist. `worklist_needs` are the
    attributes (keywords) without which its console shows no entry of the worklist, and
    `worklist_charsets` the character sets it reads there, empty for all. `series_names` is
    `proper`, or `bare` for a device that numbers its series instead of describing them.
    `clock_drift` is how many seconds a day its clock gains until it is set, on the first of the
    month. `careless` is how often its technologists err (day.toml, [errors]), 1 being as often as
    others.
    """

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
    timezone: str = ""
    character_set: str = ""
    worklist_needs: tuple[str, ...] = ()
    worklist_charsets: tuple[str, ...] = ()
    series_names: str = "proper"
    clock_drift: float = 0.0
    careless: float = 1.0
    protocols: Mapping[str, Protocol]

    def __post_init__(self) -> None:
        """Refuse what would only fail later, on the wire."""
        if not 0 < len(self.ae_title) <= 16:
            raise ValueError("ae_title must have 1 to 16 characters")
        if not 0 < self.address < 255:
            raise ValueError("address must be 1 to 254, the last part of 127.0.1.N")
        if not self.protocols or not all(p.series for p in self.protocols.values()):
            raise ValueError("protocols must each have at least one series")
        if self.modality.lower() not in KINDS:
            raise ValueError(f"modality {self.modality!r} cannot be produced")
        if not re.fullmatch(r"([+-](0\d|1[0-4])[0-5]\d)?", self.timezone):
            raise ValueError("timezone must look like +0100, or be empty")
        if self.series_names not in ("proper", "bare"):
            raise ValueError("series_names must be proper or bare")

    def __getstate__(self) -> dict[str, Any]:
        """Return what goes to a helper process: a proxy of a mapping cannot."""
        return {**vars(self), "protocols": dict(self.protocols)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over what came from another process."""
        protocols = types.MappingProxyType(state["protocols"])
        vars(self).update({**state, "protocols": protocols})

    @property
    def sop_classes(self) -> tuple[str, ...]:
        """Return everything the device may send, its main SOP class first (pydicom keywords)."""
        kinds = [self.kind(s) for p in self.protocols.values() for s in p.series]
        return tuple(dict.fromkeys([self.sop_class, *(KINDS[kind].sop_class for kind in kinds)]))

    def kind(self, series: Series) -> str:
        """Return the kind of a series of this device."""
        return series.kind or self.modality.lower()

    def clock(self, moment: datetime) -> datetime:
        """Return what the device's own clock shows at a moment of hospital time."""
        days = moment.day - 1 + moment.hour / 24
        return moment + timedelta(seconds=round(self.clock_drift * days))

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
