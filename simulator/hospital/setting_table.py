"""The settings of the RIS: where real ones differ. The defaults are what the standards say."""

from __future__ import annotations

from simulator.network.tls_listening import MODES
from simulator.setting import Setting

_KEYWORDS = r"none|[A-Z][A-Za-z]{2,63}( [A-Z][A-Za-z]{2,63})*"
CHARSETS = (
    "as needed",
    "as asked",
    "ISO_IR 6",
    "ISO_IR 100",
    "ISO_IR 144",
    "ISO_IR 126",
    "ISO_IR 192",
)

ACCESS = (
    Setting(
        key="access.called_title",
        default=True,
        what="Whether a caller must know the RIS's own AE title.",
    ),
    Setting(
        key="access.unknown_devices",
        default=True,
        what="Whether a device that is not in the RIS's table may query and report.",
    ),
    Setting(
        key="access.refusal",
        default="status",
        choices=("status", "association"),
        what="What a device without any right meets: 0x0124 (not authorised) at its first message, "
        "or a rejected association (1/1/3).",
    ),
)
TLS = (
    Setting(
        key="access.tls",
        default="off",
        choices=MODES,
        what="How the RIS's DICOM port speaks: plain, by TLS, or by TLS with a certificate of "
        "every caller. It has its certificate from 'pacslab tls issue RISLAB'.",
        rule="PS3.15 B.12 is a profile one may choose; a port speaks either TLS or plain DICOM.",
        breaks="Every device whose 'ris.tls' is not set in the same way loses its worklist.",
    ),
)
WORKLIST = (
    Setting(
        key="worklist.hide_finished",
        default=True,
        what="Whether completed, discontinued and cancelled steps leave the worklist.",
    ),
    Setting(
        key="worklist.hide_started",
        default=False,
        what="Whether a step leaves the worklist as soon as a device has begun it.",
    ),
    Setting(
        key="worklist.limit",
        default=0,
        low=0,
        high=100_000,
        what="Most entries in one answer, 0 for no limit.",
    ),
    Setting(
        key="worklist.limit_status",
        default="0xA700",
        choices=("0xA700", "0xB001", "0x0000"),
        what="How an answer ends that has more entries than worklist.limit: a refusal (0xA700, as "
        "PS3.4 K.4.1.1.4 has it), a warning (0xB001), or as if those were all (0x0000).",
    ),
    Setting(
        key="worklist.charset",
        default="as needed",
        choices=CHARSETS,
        what="The character set entries are written in; letters it lacks become '?'. As needed: "
        "Latin-1 while it suffices, else UTF-8; as asked: that of the query. A device's own row "
        "goes before this.",
    ),
    Setting(
        key="worklist.declare_charset",
        default=True,
        what="Whether entries say in (0008,0005) which character set they are in; off: it is "
        "Latin-1, and nobody says so.",
    ),
    Setting(
        key="worklist.case_sensitive_names",
        default=False,
        what="Whether a query for 'smith' misses SMITH (PS3.4 C.2.2.2.1 leaves it open).",
    ),
    Setting(
        key="worklist.ignored_keys",
        default="none",
        pattern=_KEYWORDS,
        form="DICOM keywords with spaces between them, or none",
        what="Matching keys the RIS does not look at, e.g. ScheduledStationAETitle Modality.",
    ),
    Setting(
        key="worklist.left_out",
        default="none",
        pattern=_KEYWORDS,
        form="DICOM keywords with spaces between them, or none",
        what="Attributes the RIS does not return, e.g. StudyInstanceUID.",
    ),
    Setting(
        key="worklist.times",
        default="local",
        choices=("local", "utc"),
        what="Whether scheduled dates and times are given in hospital time or in UTC.",
    ),
    Setting(
        key="worklist.timezone",
        default="+0000",
        pattern=r"[+-](0\d|1[0-4])[0-5]\d",
        form="an offset from UTC like +0100",
        what="What hospital time is ahead of UTC.",
    ),
    Setting(
        key="worklist.heed_timezone",
        default=False,
        what="Whether times of a query that carries (0008,0201) are understood in that zone; off: "
        "the offset is ignored, as without the extended negotiation of PS3.4 K.5.1.1.",
    ),
)
MPPS = (
    Setting(
        key="mpps.offered",
        default=True,
        what="Whether the RIS takes performed procedure steps at all.",
    ),
    Setting(
        key="mpps.link_by",
        default="accession step study",
        pattern=r"none|(accession|step|study|patient)( (accession|step|study|patient))*",
        form="accession, step, study and patient in the order they are tried, or none",
        what="How a performed step finds its order. patient: the patient's only open order on that "
        "station on that day.",
    ),
    Setting(
        key="mpps.strict",
        default=True,
        what="Whether a step without a mandatory attribute is refused (0x0120, 0x0121).",
    ),
    Setting(
        key="mpps.complete_by",
        default="mpps",
        choices=("mpps", "hand"),
        what="What completes an order: the device's MPPS, or only a person or an HL7 message.",
    ),
    Setting(
        key="mpps.forward",
        default=True,
        what="Whether performed steps are passed on to the archive (IHE PPS manager).",
    ),
)
HL7 = (
    Setting(
        key="hl7.applications",
        default="RIS",
        pattern=r"any|[!-~]{1,40}( [!-~]{1,40})*",
        form="application names with spaces between them, or any",
        what="The receiving applications (MSH-5) the RIS answers to; others meet AR.",
    ),
    Setting(
        key="hl7.unknown_senders",
        default=True,
        what="Whether a sending application (MSH-3) that is not in the table is heard; off: AR.",
    ),
    Setting(
        key="hl7.charset",
        default="ASCII",
        choices=("ASCII", "8859/1", "UNICODE UTF-8"),
        what="How a message without MSH-18 is read.",
    ),
    Setting(
        key="hl7.strict",
        default=False,
        what="Whether what the RIS can do without is refused, too: an unknown facility (MSH-6), no "
        "EVN in an ADT, no PV1, a patient without name.",
    ),
    Setting(
        key="hl7.failure",
        default="AR",
        choices=("AR", "AE"),
        what="What a sender is told of the RIS's own failures. AR: send it again.",
    ),
    Setting(
        key="hl7.order_without_uid",
        default="make one",
        choices=("make one", "refuse"),
        what="What a new order without Study Instance UID meets.",
    ),
    Setting(
        key="hl7.unmapped",
        default="accept",
        choices=("accept", "refuse"),
        what="What an order for a procedure that is not in the procedure table meets. Accepted, it "
        "is on no worklist until the table is mended.",
    ),
    Setting(
        key="hl7.cancel",
        default=True,
        what="Whether orders are cancelled by HL7; off: answered with AA, but ignored.",
    ),
)
REPORTS = (
    Setting(
        key="reports.export",
        default="none",
        choices=("none", "sr", "pdf", "both"),
        what="How final reports go into the archive as DICOM objects.",
    ),
)
ARCHIVE = (
    Setting(
        key="archive.tls",
        default=False,
        what="Whether the RIS calls the archive by TLS: steps and reports it passes on. The port "
        "must fit.",
    ),
    Setting(
        key="archive.port",
        default=0,
        low=0,
        high=65_535,
        what="The archive's port, where it is not the one it was installed with (0).",
    ),
)
SETTINGS = {
    setting.key: setting
    for setting in (*ACCESS, *TLS, *WORKLIST, *MPPS, *HL7, *REPORTS, *ARCHIVE)
}  # fmt: skip
