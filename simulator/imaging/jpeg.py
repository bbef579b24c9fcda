"""JPEG baseline frames (ISO 10918-1 process 1), as ultrasound machines keep their clips."""

from io import BytesIO
from typing import Any

from numpy.typing import NDArray


def baseline(frame: NDArray[Any], quality: int) -> bytes:
    """Return an 8-bit frame (rows, columns[, 3]) as a JPEG stream, colours subsampled 4:2:2."""
    from PIL import Image

    buffer = BytesIO()
    image = Image.fromarray(frame)
    if frame.ndim == 3:
        image.save(buffer, "JPEG", quality=quality, subsampling="4:2:2")
    else:
        image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
