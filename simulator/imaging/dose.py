"""X-ray radiation dose reports: CT (TID 10011) and projection X-ray (TID 10001), PS3.16."""

from datetime import timedelta
from typing import TYPE_CHECKING

from simulator.imaging import content as c
from simulator.imaging.documents import Made
from simulator.imaging.enhanced import date_time
from simulator.imaging.evidence import request
from simulator.imaging.uids import make_uid

if TYPE_CHECKING:
    from pydicom import Dataset

    from simulator.imaging.frame import Take

MGY = ("mGy", "UCUM", "mGy")
MGYCM = ("mGy.cm", "UCUM", "mGy.cm")
MM, SECONDS = ("mm", "UCUM", "mm"), ("s", "UCUM", "s")
KV, MA = ("kV", "UCUM", "kV"), ("mA", "UCUM", "mA")
DAP, GY = ("Gy.m2", "UCUM", "Gy.m2"), ("Gy", "UCUM", "Gy")
RATIO, EVENTS = ("{ratio}", "UCUM", "ratio"), ("{events}", "UCUM", "events")


def write(ds: "Dataset", take: "Take", made: tuple[Made, ...]) -> None:
    """Make `ds` the dose report of the irradiations made before."""
    from pydicom import Dataset

    exam = take.exam
    ds.ReferencedPerformedProcedureStepSequence = []
    if take.exam.requested_procedure_id:
        ds.ReferencedRequestSequence = request(take.exam)
    if exam.pps_uid:
        step = Dataset()
        step.ReferencedSOPClassUID = "1.2.840.10008.3.1.2.3.3"
        step.ReferencedSOPInstanceUID = exam.pps_uid
        ds.ReferencedPerformedProcedureStepSequence = [step]
    ds.CompletionFlag, ds.VerificationFlag = "COMPLETE", "UNVERIFIED"
    ds.PreliminaryFlag = "FINAL"
    ds.PerformedProcedureCodeSequence = []
    shots = _irradiations(made)
    computed = take.profile.modality in ("CT", "PT")
    root = _ct(ds, take, shots) if computed else _projection(ds, take, shots)
    c.as_root(ds, root, "10011" if computed else "10001")


def _irradiations(made: tuple[Made, ...]) -> list[Made]:
    """Return one instance of each series that needed X-rays."""
    seen = {m.series_uid: m for m in made}
    rays = ("ct", "ct-enhanced", "dx", "cr", "mg", "xa", "rf")
    return [m for m in seen.values() if m.take.profile.kind(m.take.series) in rays]


def _context(take: "Take", procedure: c.Code) -> "list[Dataset]":
    """Return what both reports begin with: procedure and observer (TID 1002)."""
    profile = take.profile
    modifier = c.code(
        ("363703001", "SCT", "Has Intent"), ("261004008", "SCT", "Diagnostic Intent"),
        relation="HAS CONCEPT MOD",
    )  # fmt: skip
    observer = "HAS OBS CONTEXT"
    device = c.code(
        ("121005", "DCM", "Observer Type"), ("121007", "DCM", "Device"), relation=observer
    )
    return [
        c.code(("121058", "DCM", "Procedure reported"), procedure, modifier,
               relation="HAS CONCEPT MOD"),
        device,
        c.uid(("121012", "DCM", "Device Observer UID"), make_uid("device", profile.ae_title),
              observer),
        c.text(("121013", "DCM", "Device Observer Name"), profile.station_name, observer),
        c.text(("121014", "DCM", "Device Observer Manufacturer"), profile.manufacturer, observer),
        c.text(("121015", "DCM", "Device Observer Model Name"), profile.model, observer),
        c.text(("121016", "DCM", "Device Observer Serial Number"), profile.serial_number,
               observer),
    ]  # fmt: skip


def _scope(take: "Take") -> "list[Dataset]":
    """Return when irradiation began and ended, and for what."""
    began = take.exam.started
    ended = began + timedelta(minutes=take.profile.minutes_per_exam)
    scope = c.code(
        ("113705", "DCM", "Scope of Accumulation"), ("113014", "DCM", "Study"),
        c.uid(("110180", "DCM", "Study Instance UID"), take.exam.study_uid, "HAS PROPERTIES"),
        relation="HAS OBS CONTEXT",
    )  # fmt: skip
    return [
        c.moment(("113809", "DCM", "Start of X-Ray Irradiation"), date_time(began),
                 "HAS OBS CONTEXT"),
        c.moment(("113810", "DCM", "End of X-Ray Irradiation"), date_time(ended),
                 "HAS OBS CONTEXT"),
        scope,
    ]  # fmt: skip


def _source() -> "Dataset":
    return c.code(
        ("113854", "DCM", "Source of Dose Information"),
        ("113856", "DCM", "Automated Data Collection"),
    )


# --- CT (TID 10011) ---------------------------------------------------------------------------


def _ct(ds: "Dataset", take: "Take", shots: list[Made]) -> "Dataset":
    events = [_ct_event(m) for m in shots]
    total = sum(_dlp(m) for m in shots)
    accumulated = c.container(
        ("113811", "DCM", "CT Accumulated Dose Data"),
        c.number(("113812", "DCM", "Total Number of Irradiation Events"), len(events), EVENTS),
        c.number(("113813", "DCM", "CT Dose Length Product Total"), total, MGYCM),
    )
    procedure = ("77477000", "SCT", "Computed Tomography X-Ray")
    return c.container(
        ("113701", "DCM", "X-Ray Radiation Dose Report"),
        *_context(take, procedure), *_scope(take), accumulated, *events, _source(),
    )  # fmt: skip


def _length(made: Made) -> float:
    """Return the scanned length, mm."""
    first, last = made.take.series.coverage
    return abs(last - first) * made.take.body.scale[2]


def _ctdi(made: Made) -> float:
    from simulator.imaging.ct import dose_of

    return dose_of(made.take.protocol.anatomy)[0]


def _dlp(made: Made) -> float:
    """Return the dose length product, mGy.cm."""
    return round(_ctdi(made) * _length(made) / 10, 2)


TARGETS = {
    "HEAD": ("69536005", "SCT", "Head"),
    "CHEST": ("51185008", "SCT", "Chest"),
    "ABDOMEN": ("818983003", "SCT", "Abdomen"),
}


def _ct_event(made: Made) -> "Dataset":
    take = made.take
    head = take.protocol.anatomy == "head"
    code, part = ("113690", "Head") if head else ("113691", "Body")
    target = TARGETS.get(take.protocol.body_part, ("38266002", "SCT", "Entire body"))
    source = c.container(
        ("113831", "DCM", "CT X-Ray Source Parameters"),
        c.text(("113832", "DCM", "Identification of the X-Ray Source"), "A"),
        c.number(("113733", "DCM", "KVP"), 120, KV),
        c.number(("113833", "DCM", "Maximum X-Ray Tube Current"), 240, MA),
        c.number(("113734", "DCM", "X-Ray Tube Current"), 220, MA),
        c.number(("113834", "DCM", "Exposure Time per Rotation"), 0.5, SECONDS),
    )
    length = _length(made)
    parameters = c.container(
        ("113822", "DCM", "CT Acquisition Parameters"),
        c.number(("113824", "DCM", "Exposure Time"), round(length / 40, 2), SECONDS),
        c.number(("113825", "DCM", "Scanning Length"), length, MM),
        c.number(("113826", "DCM", "Nominal Single Collimation Width"), 0.6, MM),
        c.number(("113827", "DCM", "Nominal Total Collimation Width"), 38.4, MM),
        c.number(("113828", "DCM", "Pitch Factor"), 0.9, RATIO),
        c.number(("113823", "DCM", "Number of X-Ray Sources"), 1,
                 ("{X-Ray sources}", "UCUM", "X-Ray sources")),
        source,
    )  # fmt: skip
    dose = c.container(
        ("113829", "DCM", "CT Dose"),
        c.number(("113830", "DCM", "Mean CTDIvol"), _ctdi(made), MGY),
        c.code(("113835", "DCM", "CTDIw Phantom Type"),
               (code, "DCM", f"IEC {part} Dosimetry Phantom")),
        c.number(("113838", "DCM", "DLP"), _dlp(made), MGYCM),
    )  # fmt: skip
    return c.container(
        ("113819", "DCM", "CT Acquisition"),
        c.text(("125203", "DCM", "Acquisition Protocol"), take.series.description),
        c.code(("123014", "DCM", "Target Region"), target),
        c.code(("113820", "DCM", "CT Acquisition Type"),
               ("116152004", "SCT", "Spiral Acquisition")),
        c.code(("408730004", "SCT", "Procedure Context"),
               ("110299", "DCM", "CT without contrast")
               if take.series.phase in ("", "native")
               else ("110298", "DCM", "Diagnostic radiography with contrast media")),
        c.uid(("113769", "DCM", "Irradiation Event UID"), make_uid("irradiation", *take.key)),
        parameters,
        dose,
    )  # fmt: skip


# --- projection X-ray (TID 10001) -------------------------------------------------------------

PLANE = (("113764", "DCM", "Acquisition Plane"), ("113622", "DCM", "Single Plane"))


def _projection(ds: "Dataset", take: "Take", shots: list[Made]) -> "Dataset":
    events = [_shot(m) for m in shots]
    product = sum(_product(m) for m in shots)
    accumulated = c.container(
        ("113702", "DCM", "Accumulated X-Ray Dose Data"),
        c.code(*PLANE, relation="HAS CONCEPT MOD"),
        c.number(("113722", "DCM", "Dose Area Product Total"), product, DAP),
        c.number(("113725", "DCM", "Dose (RP) Total"), product * 40, GY),
        c.number(("113730", "DCM", "Total Fluoro Time"), 214, SECONDS),
        c.number(("113731", "DCM", "Total Number of Radiographic Frames"),
                 sum(m.take.size.frames for m in shots), ("{frames}", "UCUM", "frames")),
    )  # fmt: skip
    procedure = ("113704", "DCM", "Projection X-Ray")
    intent, *observer = _context(take, procedure)
    return c.container(
        ("113701", "DCM", "X-Ray Radiation Dose Report"),
        intent, *observer, *_scope(take), accumulated, *events, _source(),
    )  # fmt: skip


def _product(made: Made) -> float:
    """Return the dose area product of a series, Gy.m2."""
    return round(0.0004 * max(1, made.take.size.images) * (1 + made.take.size.frames / 20), 4)


def _shot(made: Made) -> "Dataset":
    take = made.take
    return c.container(
        ("113706", "DCM", "Irradiation Event X-Ray Data"),
        c.code(*PLANE, relation="HAS CONCEPT MOD"),
        c.moment(("111526", "DCM", "DateTime Started"), date_time(take.exam.started)),
        c.code(("113721", "DCM", "Irradiation Event Type"),
               ("113611", "DCM", "Stationary Acquisition")),
        c.text(("125203", "DCM", "Acquisition Protocol"), take.series.description),
        c.uid(("113769", "DCM", "Irradiation Event UID"), make_uid("irradiation", *take.key)),
        c.number(("122130", "DCM", "Dose Area Product"), _product(made), DAP),
        c.number(("113738", "DCM", "Dose (RP)"), _product(made) * 40, GY),
        c.number(("113733", "DCM", "KVP"), 78, KV),
        c.number(("113734", "DCM", "X-Ray Tube Current"), 420, MA),
        c.number(("113768", "DCM", "Number of Pulses"), take.size.frames,
                 ("{pulses}", "UCUM", "pulses")),
    )  # fmt: skip
