"""What a renderer is given, one series, and what it gives back, image by image."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from simulator.fleet.profile import Protocol, Series, Size
from simulator.imaging.body import Body
from simulator.imaging.exam import Exam
from simulator.imaging.planes import Stack
from simulator.imaging.template import decimal


@dataclass(frozen=True, kw_only=True)
class Take:
    """One series to be rendered; `key` seeds everything that is its own, noise above all."""

    exam: Exam
    protocol: Protocol
    series: Series
    size: Size
    body: Body
    key: tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Stored pixels (rows, columns[, 3]), little endian, and values by DICOM keyword."""

    pixels: NDArray[Any]
    values: Mapping[str, str] = field(default_factory=dict)


def stack_frame(pixels: NDArray[Any], stack: Stack, index: int) -> Frame:
    """Return a slice of a stack with its place in the patient."""
    corner = "\\".join(decimal(v) for v in stack.corner(index))
    where = decimal(stack.positions[index])
    return Frame(pixels=pixels, values={"ImagePositionPatient": corner, "SliceLocation": where})
