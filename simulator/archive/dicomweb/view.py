"""How a rendered image is wanted: window, viewport, quality (PS3.18 8.3.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.archive.dicomweb.call import WebCall
from simulator.errors import UsageError

FUNCTIONS = ("linear", "linear-exact", "sigmoid")
_SIDE_CAP = 8192  # pixels


@dataclass(frozen=True, kw_only=True)
class Window:
    """The part of the values that is spread over black to white (PS3.3 C.11.2.1.2)."""

    centre: float
    width: float
    function: str = "linear"


@dataclass(frozen=True, kw_only=True)
class View:
    """One rendering."""

    window: Window | None = None  # None: as the image itself says
    size: tuple[int, int] | None = None  # width and height to fit into
    region: tuple[float, float, float, float] | None = None  # x, y, width, height; negative: flip
    quality: int = 90


def asked_for(call: WebCall, size: tuple[int, int] | None = None) -> View:
    """Read window, viewport and quality of a WADO-RS request."""
    window, viewport = call.one("window"), call.one("viewport")
    parts = viewport.split(",") if viewport else []
    if len(parts) not in (0, 2, 4, 6):
        raise _wrong("viewport", viewport, "width,height or width,height,x,y,width,height")
    sides = [number("viewport", part, viewport) for part in parts[:2]]
    region = [number("viewport", part or "0", viewport) for part in parts[2:]]
    return View(
        window=window_of(window.split(","), window) if window else None,
        size=size_of(sides[0], sides[1]) if sides else size,
        region=_region(region),
        quality=quality_of(call.one("quality", "90")),
    )


def window_of(parts: list[str], text: str) -> Window:
    """Make a window of its parts: centre, width and function."""
    if len(parts) not in (2, 3):
        raise _wrong("window", text, "centre,width,function")
    function = (parts[2] if len(parts) == 3 else "linear").strip().lower().replace("_", "-")
    centre, width = number("window", parts[0], text), number("window", parts[1], text)
    if function not in FUNCTIONS or width <= 0 or (function == "linear" and width < 1):
        raise _wrong("window", text, f"a width from 1 and one of {', '.join(FUNCTIONS)}")
    return Window(centre=centre, width=width, function=function)


def size_of(width: float, height: float) -> tuple[int, int]:
    """Check the size of a viewport."""
    if not (1 <= width <= _SIDE_CAP and 1 <= height <= _SIDE_CAP):
        raise _wrong("viewport", f"{width:g},{height:g}", f"sides from 1 to {_SIDE_CAP}")
    return int(width), int(height)


def quality_of(text: str) -> int:
    """Check a JPEG quality (8.3.5.1.2)."""
    if not re.fullmatch(r"\d{1,3}", text) or not 1 <= int(text) <= 100:
        raise _wrong("quality", text, "a whole number from 1 to 100")
    return int(text)


def number(name: str, part: str, text: str) -> float:
    """Read one finite number of a parameter."""
    if not re.fullmatch(r"[-+]?(\d{1,12}(\.\d{0,9})?|\.\d{1,9})", part.strip()):
        raise _wrong(name, text, "numbers")
    return float(part)


def _region(given: list[float]) -> tuple[float, float, float, float] | None:
    if not given:
        return None
    x, y, *sides = given
    width, height = sides or (0.0, 0.0)  # 0: to the edge
    return x, y, width, height


def _wrong(name: str, text: str, wanted: str) -> UsageError:
    return UsageError(f"'{text[:64]}' is no {name}.", f"Give {wanted} (PS3.18 8.3.5).")
