"""Enhanced CT: one object a series, its slices as frames (PS3.3 A.38)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from simulator.imaging import ct, enhanced
from simulator.imaging.anatomy import CENTRES
from simulator.imaging.enhanced import group
from simulator.imaging.frame import Frame, Pixels, Take
from simulator.imaging.header import code_item
from simulator.imaging.planes import Stack, stack_of
from simulator.imaging.template import decimal
from simulator.imaging.uids import make_uid

if TYPE_CHECKING:
    from pydicom import Dataset

PIXELS = Pixels(12)
VARYING: tuple[str, ...] = ()
SECONDS = 0.5  # per frame


def stack(take: Take) -> Stack:
    """Return where the frames lie."""
    centre = CENTRES[take.protocol.anatomy]
    return stack_of(take.series, take.size, take.body, centre, take.size.frames)


def frames(take: Take) -> Iterator[Frame]:
    """Yield one image: its frames are rendered as they are encoded."""
    where = stack(take)
    yield Frame(pixels=ct.slices(take, where))


def describe(ds: "Dataset", take: Take) -> None:
    """Add the Enhanced CT Image module and what its image type asks for (PS3.3 C.8.15)."""
    enhanced.add_image(ds, ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"], SECONDS * take.size.frames)
    if take.series.phase not in ("", "native"):
        agent = code_item("372756005", "SCT", "Iohexol")
        agent.ContrastBolusAgentNumber = 1
        agent.ContrastBolusVolume, agent.ContrastBolusIngredientConcentration = 90, 300
        route = code_item("47625008", "SCT", "Intravenous route")
        agent.ContrastBolusAdministrationRouteSequence = [route]
        agent.ContrastBolusIngredientCodeSequence = [code_item("44588005", "SCT", "Iodine")]
        ds.ContrastBolusAgentSequence = [agent]


def finish(ds: "Dataset", take: Take) -> None:
    """Add the functional groups."""
    where, began = stack(take), enhanced.moment_of(ds)
    enhanced.without_plane(ds)
    enhanced.add_dimensions(ds, take.key)
    _, _, _, centre, width = ct.KERNELS[take.series.recipe]
    shared = enhanced.shared_groups(
        take.protocol.body_part, where, take.series.thickness, (centre, width),
        (ct.INTERCEPT, "HU"),
    )  # fmt: skip
    _add_ct_groups(shared, take)
    ds.SharedFunctionalGroupsSequence = [shared]
    ds.PerFrameFunctionalGroupsSequence = []
    for index in range(take.size.frames):
        item = enhanced.frame_item(where, index, began, SECONDS)
        spot = decimal(where.positions[index])
        item.CTPositionSequence = group(
            TablePosition=float(spot),
            ReconstructionTargetCenterPatient=[0.0, 0.0, float(spot)],
            DataCollectionCenterPatient=[0.0, 0.0, float(spot)],
        )
        if "ContrastBolusAgentSequence" in ds:
            item.ContrastBolusUsageSequence = group(
                ContrastBolusAgentNumber=1,
                ContrastBolusAgentAdministered="YES",
                ContrastBolusAgentDetected="YES",
                ContrastBolusAgentPhase="PORTAL VENOUS",
            )
        ds.PerFrameFunctionalGroupsSequence.append(item)


def _add_ct_groups(item: "Dataset", take: Take) -> None:
    """Add the CT-specific groups that hold for all frames (PS3.3 C.8.15.3)."""
    kernel = ct.KERNELS[take.series.recipe][0]
    item.CTImageFrameTypeSequence = group(
        FrameType=["ORIGINAL", "PRIMARY", "VOLUME", "NONE"],
        PixelPresentation="MONOCHROME",
        VolumetricProperties="VOLUME",
        VolumeBasedCalculationTechnique="NONE",
    )
    item.CTAcquisitionTypeSequence = group(
        AcquisitionType="SPIRAL", ConstantVolumeFlag="NO", FluoroscopyFlag="NO"
    )
    item.CTAcquisitionDetailsSequence = group(
        RotationDirection="CW", RevolutionTime=0.5, SingleCollimationWidth=0.6,
        TotalCollimationWidth=76.8, TableHeight=152.0, GantryDetectorTilt=0.0,
        DataCollectionDiameter=500.0,
    )  # fmt: skip
    item.CTTableDynamicsSequence = group(
        TableSpeed=138.0, TableFeedPerRotation=69.0, SpiralPitchFactor=0.9
    )
    item.CTGeometrySequence = group(
        DistanceSourceToDetector=1040.0, DistanceSourceToDataCollectionCenter=570.0
    )
    item.CTReconstructionSequence = group(
        ReconstructionAlgorithm="ITERATIVE", ConvolutionKernel=kernel,
        ConvolutionKernelGroup="BRAIN" if take.protocol.anatomy == "head" else "SOFT_TISSUE",
        ReconstructionAngle=360.0, ImageFilter="NONE", ReconstructionDiameter=take.series.fov,
        ReconstructionPixelSpacing=[round(take.series.fov / take.size.rows, 4)] * 2,
    )  # fmt: skip
    dose, phantom = ct.dose_of(take.protocol.anatomy)
    item.CTExposureSequence = group(
        ExposureTimeInms=500.0, XRayTubeCurrentInmA=220.0, ExposureInmAs=110.0,
        ExposureModulationType="XYZ_EC", CTDIvol=dose, CTDIPhantomTypeCodeSequence=[phantom],
    )  # fmt: skip
    item.CTXRayDetailsSequence = group(
        KVP=120, FocalSpots=[0.8], FilterType="FLAT", FilterMaterial="ALUMINUM"
    )
    item.IrradiationEventIdentificationSequence = group(
        IrradiationEventUID=make_uid("irradiation", *take.key)
    )
