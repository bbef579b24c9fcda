"""The renderers' own promises: noise, markers, burned-in text, the contact sheet."""

import dataclasses
from io import BytesIO

import numpy as np
from PIL import Image
from pydicom import dcmread

from simulator.imaging import lettering, noise
from simulator.imaging.contact_sheet import contact_sheet, sample_exam
from simulator.imaging.study import acquire


def test_noise_tiles_have_the_promised_deviation():
    for grain in ("white", "soft", "sharp", "detector"):
        assert abs(noise.tile(grain).std() - noise.UNIT) < 2


def test_crops_have_the_size_asked_for_even_beyond_a_tile():
    rng = noise.generator("test")
    for shape in ((3, 5), (512, 512), (2500, 2048)):
        assert noise.crop(noise.tile("white"), shape, rng).shape == shape


def test_text_outside_latin_1_becomes_question_marks():
    assert (lettering.text_mask("王") == lettering.text_mask("?")).all()
    assert lettering.text_mask("Ä", 2).any()


def test_the_ultrasound_screen_carries_the_name(profiles):
    exam = sample_exam(profiles["US1"], "renal")
    other = dataclasses.replace(exam, patient_name="Zimmermann^Ada")
    pictures = [
        dcmread(BytesIO(next(acquire(profiles["US1"], e, seed=1)).part10())).pixel_array
        for e in (exam, other)
    ]
    where = np.argwhere((pictures[0] != pictures[1]).any(axis=2))
    assert len(where) and where[:, 0].max() < 20, "only the top line differs"


def test_the_chest_film_has_dark_lungs_and_a_marker_on_the_patients_left(study):
    film = dcmread(BytesIO(study("DX1", "chest")[0].part10()))
    image = film.pixel_array
    assert film.PatientOrientation == ["L", "F"] and film.ViewPosition == "PA"
    assert image[300:500, 300:400].mean() < image[300:500, 490:530].mean()
    bright = np.argwhere(image == 4095)
    assert bright[:, 1].min() > image.shape[1] // 2


def test_the_contact_sheet_is_a_picture(tmp_path):
    contact_sheet(tmp_path / "sheet.png", devices=("DX1",))
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (6 * 256, 2 * 256)
