"""The phantoms by name."""

from threading import Lock

from simulator.errors import UsageError
from simulator.imaging.canvas import Volume
from simulator.imaging.head import head
from simulator.imaging.torso import torso

# Several devices start at once; each volume is still built once.
_BUILDING = Lock()

# What lies in the middle of a picture, mm (x, y, z) of the phantom.
CENTRES = {"torso": (0.0, 10.0, 260.0), "head": (0.0, 0.0, -8.0)}


def volume_of(anatomy: str, sex: str) -> Volume:
    """Return the label volume of an anatomy; built once a process, in about half a second."""
    with _BUILDING:
        if anatomy == "torso":
            return torso(sex)
        if anatomy == "head":
            return head()
    raise UsageError(f"There is no anatomy {anatomy!r}.", "Choose torso or head.")
