"""Patched bytes read back as if pydicom had written them."""

from io import BytesIO

import pytest
from pydicom import Dataset
from pydicom.filereader import read_dataset

from simulator.errors import UsageError
from simulator.imaging.codecs import EXPLICIT, IMPLICIT
from simulator.imaging.template import decimal, make_template, syntax_uid


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
def test_slots_are_filled(syntax):
    ds = Dataset()
    ds.PatientName, ds.Rows = "Doe^Jane", 2
    varying = ("SOPInstanceUID", "InstanceNumber", "ImagePositionPatient")
    template = make_template(ds, varying, syntax)
    values = {
        "SOPInstanceUID": "2.25.7",
        "InstanceNumber": "12",
        "ImagePositionPatient": "1\\2\\-3.5",
    }
    back = read_dataset(BytesIO(template.fill(values, b"\1\2\3")), syntax == IMPLICIT, True)
    assert back.SOPInstanceUID == "2.25.7" and back.InstanceNumber == 12
    assert back.ImagePositionPatient == [1, 2, -3.5]
    assert back.PatientName == "Doe^Jane" and back.PixelData == b"\1\2\3\0"


def test_a_value_too_wide_is_a_bug():
    template = make_template(Dataset(), ("InstanceNumber",), EXPLICIT)
    with pytest.raises(ValueError, match="InstanceNumber"):
        template.fill({"InstanceNumber": "1234567890"}, b"")


def test_syntaxes_by_keyword_and_uid():
    assert syntax_uid("ImplicitVRLittleEndian") == syntax_uid(IMPLICIT) == IMPLICIT
    with pytest.raises(UsageError):
        syntax_uid("HTJ2KLossless")


@pytest.mark.parametrize(
    ("value", "text"), [(0.1 + 0.2, "0.3"), (-1.0, "-1"), (-0.00001, "0"), (251.99999999, "252")]
)
def test_decimals_fit_a_ds(value, text):
    assert decimal(value) == text
