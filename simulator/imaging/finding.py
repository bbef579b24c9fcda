"""What a finding is: what it is called, on which side it lies, and what it paints in a phantom.

Coordinates are mm of the phantoms (x to the left, y to the back, z to the head).
"""

from dataclasses import dataclass, field, replace

from simulator.imaging.lesion import Lesion
from simulator.imaging.tissues import Tissue as T


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One finding: its name, in words for a report, its side (L, R or empty), and where it lies."""

    name: str
    words: str
    side: str = ""
    lesions: tuple[Lesion, ...] = field(default=(), repr=False)


def lesions(finding: Finding | None) -> tuple[Lesion, ...]:
    """Return what a finding paints; nothing for a normal patient."""
    return finding.lesions if finding else ()


def sided(finding: Finding, text: str) -> Finding:
    """Move a finding to the side the indication names."""
    wanted = "L" if "left" in text else "R" if "right" in text else ""
    if not wanted or not finding.side or finding.side == wanted:
        return finding
    moved = tuple(
        replace(lesion, centre=(-lesion.centre[0], *lesion.centre[1:]))
        for lesion in finding.lesions
    )
    side = {"L": "left", "R": "right"}
    words = finding.words.replace(side[finding.side], side[wanted])
    return replace(finding, lesions=moved, side=wanted, words=words)


def ball(tissue: T, centre: tuple[float, ...], radius: float, over: tuple[T, ...]) -> Lesion:
    """Return a round lesion that replaces only the tissues in `over`; mm."""
    return blob(tissue, centre, (radius, radius, radius), over)


def blob(
    tissue: T, centre: tuple[float, ...], radii: tuple[float, ...], over: tuple[T, ...]
) -> Lesion:
    """Return a lesion with three radii that replaces only the tissues in `over`; mm."""
    x, y, z = (round(float(v), 2) for v in centre)
    a, b, c = (round(float(v), 2) for v in radii)
    return Lesion(tissue=tissue, centre=(x, y, z), radii=(a, b, c), over=over)
