"""Enhanced MR: one object a series, its slices as frames (PS3.3 A.36.2)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from simulator.imaging import enhanced, mr
from simulator.imaging.enhanced import group
from simulator.imaging.frame import Frame, Pixels, Take
from simulator.imaging.planes import Stack, stack_of

if TYPE_CHECKING:
    from pydicom import Dataset

PIXELS = Pixels(12)
VARYING: tuple[str, ...] = ()
SECONDS = 4.0  # per frame

CONTRAST = {"t1": "T1", "t2": "T2", "pd": "PROTON_DENSITY", "flair": "FLUID_ATTENUATED",
            "gre": "T2_STAR"}  # fmt: skip


def stack(take: Take) -> Stack:
    """Return where the frames lie."""
    return stack_of(take.series, take.size, take.body, mr.centre(take), take.size.frames)


def frames(take: Take) -> Iterator[Frame]:
    """Yield one image: its frames are rendered as they are encoded."""
    yield Frame(pixels=mr.slices(take, stack(take)))


def describe(ds: "Dataset", take: Take) -> None:
    """Add the Enhanced MR Image and MR Pulse Sequence modules (PS3.3 C.8.13.1, C.8.13.4)."""
    way = mr.WEIGHTINGS[take.series.recipe]
    contrast = CONTRAST[take.series.recipe]
    enhanced.add_image(ds, ["ORIGINAL", "PRIMARY", contrast, "NONE"], SECONDS * take.size.frames)
    ds.ResonantNucleus, ds.KSpaceFiltering, ds.MagneticFieldStrength = "1H", "NONE", 3.0
    ds.ApplicableSafetyStandardAgency = "IEC"
    ds.ComplexImageComponent, ds.AcquisitionContrast = "MAGNITUDE", contrast
    ds.PulseSequenceName, ds.MRAcquisitionType = way.name, "2D"
    ds.EchoPulseSequence = "GRADIENT" if way.sequence == "GR" else "SPIN"
    if ds.EchoPulseSequence != "GRADIENT":
        ds.MultipleSpinEcho = "NO"
    ds.MultiPlanarExcitation = ds.PhaseContrast = ds.TimeOfFlightContrast = "NO"
    ds.SteadyStatePulseSequence = "NONE"
    ds.EchoPlanarPulseSequence, ds.SaturationRecovery = "NO", "NO"
    ds.SpectrallySelectedSuppression, ds.OversamplingPhase = "NONE", "NONE"
    ds.GeometryOfKSpaceTraversal = "RECTILINEAR"
    ds.RectilinearPhaseEncodeReordering = "LINEAR"
    ds.SegmentedKSpaceTraversal = "PARTIAL" if way.train > 1 else "SINGLE"
    ds.NumberOfKSpaceTrajectories = 1


def finish(ds: "Dataset", take: Take) -> None:
    """Add the functional groups."""
    where, began = stack(take), enhanced.moment_of(ds)
    enhanced.without_plane(ds)
    enhanced.add_dimensions(ds, take.key)
    shared = enhanced.shared_groups(
        take.protocol.body_part, where, take.series.thickness, mr.window(take), (0, "US")
    )
    _add_mr_groups(shared, take)
    ds.SharedFunctionalGroupsSequence = [shared]
    ds.PerFrameFunctionalGroupsSequence = [
        enhanced.frame_item(where, index, began, SECONDS) for index in range(take.size.frames)
    ]


def _add_mr_groups(item: "Dataset", take: Take) -> None:
    """Add the MR-specific groups that hold for all frames (PS3.3 C.8.13.5)."""
    way, size = mr.WEIGHTINGS[take.series.recipe], take.size
    contrast = CONTRAST[take.series.recipe]
    item.MRImageFrameTypeSequence = group(
        FrameType=["ORIGINAL", "PRIMARY", contrast, "NONE"], PixelPresentation="MONOCHROME",
        VolumetricProperties="VOLUME", VolumeBasedCalculationTechnique="NONE",
        ComplexImageComponent="MAGNITUDE", AcquisitionContrast=contrast,
    )  # fmt: skip
    item.MRTimingAndRelatedParametersSequence = group(
        RepetitionTime=way.tr, FlipAngle=way.flip, EchoTrainLength=way.train,
        RFEchoTrainLength=0 if way.sequence == "GR" else way.train,
        GradientEchoTrainLength=1 if way.sequence == "GR" else 0,
        SpecificAbsorptionRateSequence=group(
            SpecificAbsorptionRateDefinition="IEC_HEAD", SpecificAbsorptionRateValue=0.8
        ),
        OperatingModeSequence=group(
            OperatingModeType="STATIC FIELD", OperatingMode="IEC_NORMAL"
        ),
    )  # fmt: skip
    item.MRFOVGeometrySequence = group(
        InPlanePhaseEncodingDirection="COLUMN", MRAcquisitionFrequencyEncodingSteps=size.columns,
        MRAcquisitionPhaseEncodingStepsInPlane=size.rows, PercentSampling=100,
        PercentPhaseFieldOfView=100,
    )  # fmt: skip
    item.MREchoSequence = group(EffectiveEchoTime=float(way.te))
    inversion = group(
        InversionRecovery="YES" if way.ti else "NO", FlowCompensation="NONE", Spoiling="NONE",
        T2Preparation="NO", SpectrallySelectedExcitation="NONE", SpatialPresaturation="NONE",
        PartialFourier="NO", ParallelAcquisition="NO",
    )  # fmt: skip
    if way.ti:
        inversion[0].InversionTimes = [float(way.ti)]
    item.MRModifierSequence = inversion
    item.MRImagingModifierSequence = group(
        MagnetizationTransfer="NONE", BloodSignalNulling="NO", Tagging="NONE",
        TransmitterFrequency=123.25, PixelBandwidth=180,
    )  # fmt: skip
    item.MRReceiveCoilSequence = group(
        ReceiveCoilName="Head 32", ReceiveCoilManufacturerName="Aldermoor Medical",
        ReceiveCoilType="MULTICOIL", QuadratureReceiveCoil="NO",
        MultiCoilDefinitionSequence=group(MultiCoilElementName="A", MultiCoilElementUsed="YES"),
    )  # fmt: skip
    item.MRTransmitCoilSequence = group(
        TransmitCoilName="Body", TransmitCoilManufacturerName="Aldermoor Medical",
        TransmitCoilType="BODY",
    )  # fmt: skip
    item.MRAveragesSequence = group(NumberOfAverages=1)
