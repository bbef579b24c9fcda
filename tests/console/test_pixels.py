from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset

from simulator.console.pixels import PRESETS, Window, grey, picture, png
from simulator.errors import UsageError
from tests.console.objects import image

RAMP = np.arange(0, 256, dtype=np.uint16).reshape(16, 16)
ALL = Window(center=128, width=256)


def test_a_window_spreads_black_to_white() -> None:
    shown = grey(picture(image(RAMP)), ALL)
    assert (shown[0, 0], shown[-1, -1]) == (0, 255)
    assert abs(int(shown[8, 0]) - 128) <= 1


def test_narrow_and_shifted_windows_clip() -> None:
    shown = grey(picture(image(RAMP)), Window(center=100, width=20))
    assert shown[RAMP < 85].max() == 0
    assert shown[RAMP > 115].min() == 255


def test_monochrome1_is_shown_inverted() -> None:
    usual = grey(picture(image(RAMP)), ALL)
    inverted = grey(picture(image(RAMP, PhotometricInterpretation="MONOCHROME1")), ALL)
    assert np.array_equal(inverted, 255 - usual)


def test_signed_values_and_rescale_become_hounsfield_units() -> None:
    stored = np.array([[-1000, 0], [40, 1000]], dtype=np.int16)
    assert picture(image(stored)).low == -1000
    shifted = picture(image(stored, RescaleSlope=2, RescaleIntercept=-24))
    assert shifted.values.tolist() == [[-2024, -24], [56, 1976]]


def test_the_window_in_the_object_is_the_first_one_shown() -> None:
    sent = picture(image(RAMP, WindowCenter=[40, 300], WindowWidth=[400, 2000]))
    assert sent.window == Window(center=40, width=400)
    without = picture(image(RAMP))
    assert without.window == Window(center=127.5, width=255)


def test_colours_are_left_alone() -> None:
    rgb = np.zeros((4, 4, 3), dtype=np.uint8)
    rgb[..., 0] = 200
    found = picture(image(rgb))
    assert found.is_colour
    assert np.array_equal(grey(found, ALL), rgb)


def test_one_frame_of_several() -> None:
    frames = np.stack([np.full((4, 4), value, dtype=np.uint8) for value in (1, 2, 3)])
    assert picture(image(frames), 1).high == 2


def test_what_has_no_pixels_is_refused_in_words() -> None:
    with pytest.raises(UsageError, match="no picture"):
        picture(Dataset())
    broken = image(RAMP)
    broken.PixelData = b"\0\0"
    with pytest.raises(UsageError, match="cannot be decoded"):
        picture(broken)


def test_a_large_image_is_thinned_before_it_is_drawn() -> None:
    large = np.arange(3000 * 2500, dtype=np.uint16).reshape(3000, 2500)
    found = picture(image(large))
    assert max(found.values.shape) <= 640
    assert Image.open(BytesIO(png(found, ALL))).format == "PNG"


def test_presets_are_those_of_every_ct_console() -> None:
    assert {"soft tissue", "lung", "bone", "brain"} == set(PRESETS)
