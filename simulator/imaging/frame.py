"""What a renderer is given, one series, and what it gives back, image by image."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from numpy.typing import NDArray

from simulator.fleet.profile import ModalityProfile, Protocol, Series, Size
from simulator.imaging.body import Body
from simulator.imaging.exam import Exam
from simulator.imaging.finding import Finding
from simulator.imaging.planes import Stack
from simulator.imaging.template import decimal


class Pixels(NamedTuple):
    """How a renderer stores pixels (PS3.3 C.7.6.3): bits stored and samples (3 is RGB)."""

    bits: int
    samples: int = 1


@dataclass(frozen=True, kw_only=True)
class Take:
    """One series to be rendered; `key` seeds everything that is its own, noise above all.

    `uids` is what the UIDs of the series and of its objects are made of.
    """

    profile: ModalityProfile
    exam: Exam
    protocol: Protocol
    series: Series
    size: Size
    body: Body
    finding: Finding | None = None
    key: tuple[object, ...]
    uids: tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Stored pixels (rows, columns[, 3]), little endian, and values by DICOM keyword.

    A multi-frame image gives its frames one after another: a run is too large to hold twice.
    """

    pixels: NDArray[Any] | Iterable[NDArray[Any]]
    values: Mapping[str, str] = field(default_factory=dict)


def stack_frame(pixels: NDArray[Any], stack: Stack, index: int) -> Frame:
    """Return a slice of a stack with its place in the patient."""
    corner = "\\".join(decimal(v) for v in stack.corner(index))
    where = decimal(stack.positions[index])
    return Frame(pixels=pixels, values={"ImagePositionPatient": corner, "SliceLocation": where})
