"""Text burned into pictures, in a bitmap font that looks the same everywhere."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


@lru_cache(maxsize=256)
def text_mask(text: str, scale: int = 1) -> Mask:
    """Return a (11 * scale, width) mask of the text; letters outside Latin-1 become `?`."""
    from PIL import Image, ImageDraw, ImageFont

    # Pillow's built-in bitmap font, not FreeType: outlines would depend on the library's version.
    font = ImageFont.load_default_imagefont()
    plain = text.encode("latin-1", "replace").decode("latin-1")
    left, top, right, bottom = font.getbbox(plain)
    image = Image.new("1", (max(1, int(right - left)), max(1, int(bottom - top))))
    ImageDraw.Draw(image).text((-left, -top), plain, fill=1, font=font)
    mask = np.asarray(image, dtype=np.bool_)
    return mask.repeat(scale, axis=0).repeat(scale, axis=1)


def write(
    picture: NDArray[np.generic], text: str, row: int, column: int, value: int, scale: int = 1
) -> None:
    """Burn text into a picture (rows, columns); what lies outside is cut off."""
    mask = text_mask(text, scale)
    if column < 0:
        column += picture.shape[1] - mask.shape[1]
    room = picture[row : row + mask.shape[0], column : column + mask.shape[1]]
    room[mask[: room.shape[0], : room.shape[1]]] = value
