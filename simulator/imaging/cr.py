"""Computed radiography: a cassette's picture, known by little more than its plate (PS3.3 A.2)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from simulator.imaging import radiograph
from simulator.imaging.frame import Frame, Pixels, Take
from simulator.imaging.views import VIEWS

if TYPE_CHECKING:
    from pydicom import Dataset

PIXELS = Pixels(12)
VARYING = ("AcquisitionTime",)


def frames(take: Take) -> Iterator[Frame]:
    """Yield radiographs, stored the old way round: bone is dark, the display inverts."""
    for index in range(take.size.images):
        yield Frame(pixels=4095 - radiograph.picture(take, index))


def describe(ds: "Dataset", take: Take) -> None:
    """Add the CR Series and CR Image modules (PS3.3 C.8.1)."""
    view = VIEWS[take.series.recipe]
    pixel = round(take.series.fov / take.size.columns, 6)
    ds.ImageType = ["ORIGINAL", "PRIMARY"]
    ds.PhotometricInterpretation = "MONOCHROME1"
    ds.ViewPosition, ds.PatientOrientation = view.position, list(view.orientation)
    ds.ImagerPixelSpacing = [pixel, pixel]
    ds.WindowCenter, ds.WindowWidth = 2048, 4096
    ds.KVP, ds.Exposure, ds.Sensitivity = view.kv, int(view.mas), "412"
    ds.PlateID, ds.PlateType = "OX-0317", "Phosphor"
    ds.CassetteOrientation, ds.CassetteSize = "PORTRAIT", "35CMX43CM"
    ds.BurnedInAnnotation, ds.LossyImageCompression = "NO", "00"
    ds.AcquisitionDeviceProcessingDescription = f"{take.protocol.body_part} {view.position}"[:64]
    if take.protocol.laterality:
        ds.Laterality = take.protocol.laterality
