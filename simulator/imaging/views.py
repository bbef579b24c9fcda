"""Views of plain radiography: beam, position, orientation, technique, display range."""

from typing import NamedTuple


class View(NamedTuple):
    """One view; `code` is SNOMED CT, `low` and `high` the path lengths (mm) shown."""

    beam: str
    position: str
    orientation: tuple[str, str]
    code: tuple[str, str]
    kv: int
    mas: float
    low: float
    high: float


PA = ("272479007", "postero-anterior")
AP = ("399348003", "antero-posterior")
LL = ("399173006", "left lateral")

VIEWS = {
    "pa": View("front", "PA", ("L", "F"), PA, 125, 2, 66, 214),
    "ll": View("side", "LL", ("P", "F"), LL, 125, 6, 80, 325),
    "ap": View("front", "AP", ("L", "F"), AP, 80, 25, 132, 208),
    "bed": View("front", "AP", ("L", "F"), AP, 90, 2, 62, 216),
    "limb-pa": View("limb", "PA", ("R", "F"), PA, 52, 2, -4, 66),
    "limb-ap": View("limb", "AP", ("L", "F"), AP, 58, 4, 0, 165),
}
