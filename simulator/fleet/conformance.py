"""A device's DICOM conformance statement (PS3.2), written from its profile as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydicom import uid
from pydicom.datadict import dictionary_description, tag_for_keyword

from simulator.fleet import delivery
from simulator.fleet.profile import KINDS, ModalityProfile
from simulator.fleet.settings import TABLE
from simulator.imaging.kinds import RENDERERS
from simulator.network.wire import OFFERED_PDU

# Services by name (PS3.4); storage classes have constants in pydicom.
_SERVICES = {
    "Verification": "1.2.840.10008.1.1",
    "ModalityWorklist": "1.2.840.10008.5.1.4.31",
    "PerformedProcedureStep": "1.2.840.10008.3.1.2.3.3",
    "StorageCommitment": "1.2.840.10008.1.20.1",
}
_AS_SCP = ("Verification", "StorageCommitment")


def statement(profile: ModalityProfile) -> str:
    """Return the statement of one device."""
    parts = (
        _head(profile),
        _services(profile),
        _objects(profile),
        _negotiation(profile),
        _workflow(profile),
        _configuration(profile),
    )
    return "\n\n".join(parts) + "\n"


def _head(profile: ModalityProfile) -> str:
    return (
        f"# DICOM conformance statement: {profile.manufacturer} {profile.model}\n\n"
        f"Software version {profile.software_versions}, AE title `{profile.ae_title}`, station "
        f"`{profile.station_name}`, modality {profile.modality}. The product does not exist: it is "
        "simulated by PACS Lab for training. Every object carries Synthetic Data (0008,001C) YES."
    )


def _services(profile: ModalityProfile) -> str:
    rows = [(_name(key), _uid(key), "SCU") for key in (*_SERVICES, *profile.sop_classes)]
    rows += [(_name(key), _uid(key), "SCP") for key in _AS_SCP]
    return "## SOP classes\n\n" + _table(("SOP class", "UID", "role"), rows)


def _objects(profile: ModalityProfile) -> str:
    rows = []
    for protocol in profile.protocols.values():
        for series in protocol.series:
            size = series.full
            kind = profile.kind(series)
            frames = f" × {size.frames} frames" if size.frames > 1 else ""
            pixels = f"{size.rows} × {size.columns}{frames}" if KINDS[kind].image else "–"
            bits = str(RENDERERS[kind].PIXELS.bits) if KINDS[kind].image else "–"
            row = (protocol.description, series.description, KINDS[kind].modality, str(size.images))
            rows.append((*row, pixels, bits))
    head = ("examination", "series", "Modality", "objects", "pixels", "bits stored")
    return "## Objects created\n\n" + _table(head, rows)


def _negotiation(profile: ModalityProfile) -> str:
    names = [(_name(key), _uid(key)) for key in profile.transfer_syntaxes]
    return (
        "## Association policies\n\n"
        "One presentation context is proposed for each SOP class and transfer syntax, at most "
        f"{delivery.MOST_CONTEXTS}; PDUs of up to {OFFERED_PDU} bytes are taken. "
        "The device proposes, the preferred one first:\n\n" + _table(("syntax", "UID"), names)
    )


def _workflow(profile: ModalityProfile) -> str:
    zone = profile.timezone or "is not written"
    charset = profile.character_set or "follows the worklist"
    private = profile.private_creator or "none"
    needs = ", ".join(map(_attribute, profile.worklist_needs)) or "nothing"
    letters = ", ".join(("none or ISO_IR 6", *profile.worklist_charsets))
    letters = letters if profile.worklist_charsets else "any"
    drift = f"gains {profile.clock_drift:g} s a day" if profile.clock_drift else "is right"
    rows = [
        ("Worklist keys", "Scheduled Station AE Title, Modality, date; each can be left out"),
        ("Required in a worklist entry", f"{needs}; entries without are not shown"),
        ("Character sets of the worklist", f"{letters}; entries in others are not shown"),
        ("Copied from the worklist", "patient, accession number, Study Instance UID, requested "
         "procedure, scheduled step (IHE RAD TF-2, Appendix A)"),
        ("MPPS", "N-CREATE at the beginning, N-SET COMPLETED after the last image; reports, key "
         "objects and states in Referenced Non-Image Composite SOP Instance Sequence"),
        ("Storage commitment", "asked for if it is switched on; images stay until it is granted"),
        ("Specific Character Set", charset),
        ("Timezone Offset From UTC", zone),
        ("Private creator, group 0009", private),
        ("Clock", drift),
        ("UIDs", "derived from UUIDs (root 2.25, PS3.5 B.2)"),
    ]  # fmt: skip
    return "## Workflow and attributes\n\n" + _table(("what", "how"), rows)


def _configuration(profile: ModalityProfile) -> str:
    rows = [(f"`{key}`", says) for key, says in TABLE.items()]
    return (
        "## Configuration\n\nAddress 127.0.1."
        f"{profile.address} where the system has such addresses. The service screen has:\n\n"
        + _table(("setting", "meaning"), rows)
    )


def _attribute(keyword: str) -> str:
    tag = tag_for_keyword(keyword) or 0
    return f"{dictionary_description(tag)} ({tag >> 16:04X},{tag & 0xFFFF:04X})"


def _name(keyword: str) -> str:
    return str(_known(keyword).name)


def _uid(keyword: str) -> str:
    return str(_known(keyword))


def _known(keyword: str) -> uid.UID:
    """Return a SOP class or transfer syntax by its name; pydicom has no constant for services."""
    return uid.UID(_SERVICES[keyword]) if keyword in _SERVICES else getattr(uid, keyword)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |"
                     for row in lines)  # fmt: skip
