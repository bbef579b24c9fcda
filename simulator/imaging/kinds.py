"""Who renders which kind of image, and who writes which kind of document."""

from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

from simulator.imaging import (
    cr,
    ct,
    ct_enhanced,
    dose,
    dx,
    key,
    mg,
    mr,
    mr_enhanced,
    nm,
    ot,
    presentation,
    pt,
    report,
    rf,
    us,
    us_cine,
    xa,
)
from simulator.imaging.documents import Made
from simulator.imaging.frame import Take

if TYPE_CHECKING:
    from pydicom import Dataset

Writer = Callable[["Dataset", Take, tuple[Made, ...]], None]

# A renderer has PIXELS, VARYING (keywords), frames(take), describe(ds, take); those that cut
# slices also stack(take), and finish(ds, take) for what needs the frame of reference.
RENDERERS: dict[str, ModuleType] = {
    "ct": ct,
    "ct-enhanced": ct_enhanced,
    "mr": mr,
    "mr-enhanced": mr_enhanced,
    "cr": cr,
    "dx": dx,
    "mg": mg,
    "us": us,
    "us-cine": us_cine,
    "xa": xa,
    "rf": rf,
    "nm": nm,
    "pt": pt,
    "ot": ot,
}

DOCUMENTS: dict[str, Writer] = {
    "dose": dose.write,
    "key": key.write,
    "presentation": presentation.write,
    "report": report.write,
}
