"""The phantoms hold the organs, on the proper side, and are built once."""

import numpy as np
import pytest

from simulator.errors import UsageError
from simulator.imaging.anatomy import volume_of
from simulator.imaging.tissues import Tissue, attenuation, hounsfield, signal


def middle(volume, tissue):
    """Return the mean position of a tissue in mm, (x, y, z)."""
    spots = np.argwhere(volume.labels == tissue)[:, ::-1].mean(axis=0)
    return spots * volume.spacing + volume.origin


def test_organs_lie_on_their_side():
    torso = volume_of("torso", "M")
    assert middle(torso, Tissue.LIVER)[0] < -30 < 30 < middle(torso, Tissue.SPLEEN)[0]
    assert middle(torso, Tissue.STOMACH)[0] > 10 and middle(torso, Tissue.BILE)[0] < -30
    assert middle(torso, Tissue.MYOCARDIUM)[0] > 5
    assert middle(torso, Tissue.LUNG)[2] > middle(torso, Tissue.LIVER)[2]
    assert middle(torso, Tissue.CORD)[1] > middle(torso, Tissue.ARTERY)[1]


def test_sexes_differ_and_volumes_are_shared():
    man, woman = volume_of("torso", "M"), volume_of("torso", "F")
    assert (man.labels == Tissue.BREAST).sum() == 0 < (woman.labels == Tissue.BREAST).sum()
    assert volume_of("torso", "F") is woman
    with pytest.raises(ValueError, match="read-only"):
        man.labels[0, 0, 0] = 1


def test_the_head_is_nearly_symmetric_and_mostly_brain():
    labels = volume_of("head", "F").labels
    brain = np.isin(labels, (Tissue.GREY, Tissue.WHITE, Tissue.NUCLEI))
    litres = brain.sum() / 1e6
    assert 1.0 < litres < 1.7
    left, right = brain[:, :, :95].sum(), brain[:, :, 95:].sum()
    assert abs(left - right) / brain.sum() < 0.04


def test_an_unknown_anatomy_is_named():
    with pytest.raises(UsageError, match="knee"):
        volume_of("knee", "M")


def test_contrast_weighting_has_the_known_order():
    t1, t2 = signal(520, 12, 0, 90), signal(4500, 100, 0, 90)
    flair = signal(9000, 110, 2500, 90)
    assert t1[Tissue.WHITE] > t1[Tissue.GREY] > t1[Tissue.CSF]
    assert t2[Tissue.CSF] > t2[Tissue.GREY] > t2[Tissue.WHITE]
    assert flair[Tissue.CSF] < flair[Tissue.WHITE] < flair[Tissue.GREY]
    assert hounsfield("portal")[Tissue.LIVER] > hounsfield("native")[Tissue.LIVER]
    assert attenuation()[Tissue.BONE] > attenuation()[Tissue.MUSCLE] > attenuation()[Tissue.LUNG]
