"""The atlas: every plane of every body, with the names of what is in it."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.console import anatomy, anatomy_atlas
from simulator.console.look import find
from simulator.imaging.anatomy import volume_of
from simulator.imaging.tissues import Tissue


@pytest.mark.parametrize("plane", anatomy._PLANES)
@pytest.mark.parametrize("body", anatomy._BODIES)
def test_every_plane_is_drawn(body: str, plane: str) -> None:
    volume = volume_of(*anatomy._BODIES[body])
    pictures = {anatomy.figure(volume, plane, share) for share in (0.3, 0.6)}
    assert len(pictures) == 2 and all(data[:4] == b"\x89PNG" for data in pictures)


def test_the_right_side_of_the_patient_is_on_the_left_of_the_picture() -> None:
    """The liver lies on the right: so it must be left in a coronal and in an axial cut."""
    volume = volume_of("torso", "M")
    for axis, share in ((0, 0.45), (1, 0.5)):
        labels, _ = anatomy._cut(volume, axis, share)
        _, columns = np.nonzero(labels == Tissue.LIVER)
        assert columns.mean() < labels.shape[1] / 2


def test_the_head_is_on_top_and_the_front_on_the_left() -> None:
    labels, _ = anatomy._cut(volume_of("torso", "M"), 2, 0.5)
    rows, columns = np.nonzero(labels == Tissue.CORD)
    assert columns.mean() > labels.shape[1] / 2
    lungs, _ = np.nonzero(anatomy._cut(volume_of("torso", "M"), 1, 0.5)[0] == Tissue.LUNG)
    assert lungs.mean() < labels.shape[0] / 2 and len(rows)


def test_the_panel_moves_through_the_body() -> None:
    panel = anatomy_atlas(body="head")
    assert find(panel, "body").value == "head"
    first = find(panel, "picture").value
    find(panel, "at").value = 70
    assert find(panel, "picture").value != first
