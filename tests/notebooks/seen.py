"""What a person sees of a panel in the browser: texts with their ink, pictures, contrast, width."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageStat
from playwright.sync_api import Locator

from tests.notebooks.browser import Lab

CONTRAST = 4.5  # WCAG 2.2, 1.4.3 (AA)
_INK = 60  # grey levels between the darkest and the lightest pixel of a text
_SPREAD = 12.0  # standard deviation of a picture's grey levels
_EYES = Path(__file__).with_name("seen.js").read_text(encoding="utf-8")


class Eyes:
    """Looks at the panels of an open notebook."""

    def __init__(self, lab: Lab) -> None:
        """Bring the looking part into the page."""
        self.lab = lab
        lab.page.evaluate(_EYES)

    def unseen(self, panel: Locator, wanted: list[str]) -> list[str]:
        """Return those of the texts that cannot be read in the panel, each with the reason."""
        found = {text: self._why_not(panel, text) for text in wanted}
        return [f"'{text}' {why}" for text, why in found.items() if why]

    def _why_not(self, panel: Locator, text: str) -> str:
        place = panel.evaluate("(panel, text) => plSeen.where(panel, text)", text)
        if place is None:
            return "is nowhere to be seen"
        grey = np.asarray(self._photograph(place))
        return "" if np.ptp(grey) >= _INK else "has no ink"

    def _photograph(self, place: Any) -> Image.Image:
        picture = self.lab.page.screenshot(clip=place)
        return Image.open(BytesIO(picture)).convert("L")

    def blank(self, panel: Locator, expected: int) -> list[str]:
        """Return what is wrong with a panel's pictures: too few, or with nothing in them."""
        pictures = [one for one in panel.locator("img, canvas").all() if one.is_visible()]
        wrong = [] if len(pictures) == expected else [f"{len(pictures)} pictures, not {expected}"]
        for number, picture in enumerate(pictures):
            image = Image.open(BytesIO(picture.screenshot())).convert("L")
            if ImageStat.Stat(image).stddev[0] < _SPREAD:
                wrong.append(f"picture {number} is blank")
        return wrong

    def pale(self, panel: Locator) -> list[str]:
        """Return the texts that stand out too little from what is behind them."""
        found: list[str] = panel.evaluate("(p, least) => plSeen.pale(p, least)", CONTRAST)
        return found

    def wide(self, panel: Locator) -> list[str]:
        """Return the parts that are wider than their place."""
        found: list[str] = panel.evaluate("panel => plSeen.wide(panel)")
        return found
