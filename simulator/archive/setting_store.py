"""Settings of storing: duplicates, patients, coercion, quarantine, and what is taken at all."""

from __future__ import annotations

from simulator.archive.setting import Setting

STORE = (
    Setting(
        key="store.duplicates",
        default="keep_first",
        choices=("keep_first", "keep_identical", "refuse", "replace"),
        what="What a second copy of a SOP Instance UID meets: the first is kept and success is "
        "said; the same if every byte is the same, else 0x0111; always 0x0111; the new one "
        "replaces the old.",
        rule="PS3.4 B.2.3 leaves it open; 0x0111 is Duplicate SOP Instance (PS3.7 Annex C).",
        breaks="refuse: devices that send again after a lost answer report failures. replace: "
        "what a radiologist has read may change.",
    ),
    Setting(
        key="store.private_classes",
        default="none",
        pattern=r"none|[0-9]+(\.[0-9]+)+( [0-9]+(\.[0-9]+)+){0,31}",
        form="SOP Class UIDs with spaces between them (32 at most), or none",
        what="SOP classes beside the standard's that are stored, too, as vendors' private ones.",
        rule="PS3.2: a conformance statement lists them (Standard Extended or Private classes).",
        breaks="Workstations may not take what they are sent: sub-operations fail.",
    ),
    Setting(
        key="store.deflated",
        default=False,
        what="Whether Deflated Explicit VR Little Endian is taken; it is inflated on arrival and "
        "kept as Explicit VR Little Endian.",
        rule="PS3.5 A.5; PS3.2 says which transfer syntaxes are taken.",
        breaks="A few bytes can claim any size: see store.deflated_ratio.",
    ),
    Setting(
        key="store.deflated_ratio",
        default=50,
        low=2,
        high=1000,
        what="How many times its size a deflated data set may grow to; larger ones are refused "
        "(0xA700).",
        rule="PS3.5 A.5 knows no limit.",
        breaks="Very uniform images are refused if it is low; memory is at risk if it is high.",
    ),
    Setting(
        key="patient.missing_id",
        default="accept",
        choices=("accept", "quarantine", "refuse"),
        what="What an object without a Patient ID meets; refusal is 0xC101.",
        rule="PS3.3 C.7.1.1: Patient ID is type 2, so it may be empty.",
        breaks="accept: objects of several persons stand under one empty identifier.",
    ),
    Setting(
        key="patient.conflict",
        default="accept",
        choices=("accept", "quarantine", "refuse"),
        what="What an object meets whose Patient ID and issuer are here already with another "
        "name (by its letters) AND another birth date; refusal is 0xC102.",
        rule="PS3.3 C.7.1.1: Patient ID identifies one person within its issuer.",
        breaks="accept: two persons' studies are read as one person's.",
    ),
    Setting(
        key="store.values",
        default="accept",
        choices=("accept", "quarantine", "refuse"),
        what="What an object meets whose kept attributes break the rules of their VR (too long, "
        "letters a code string cannot have, another form of date), or whose patient's name needs "
        "a character set and gets no defined term; refusal is 0xC000 and names the element.",
        rule="PS3.5 6.2 and PS3.3 C.12.1.1.2; PS3.4 B.2.3 has 0xCxxx, Cannot understand.",
        breaks="accept: names nobody can read, codes nobody finds. Otherwise old devices cannot "
        "send, or only some of their patients' studies.",
    ),
    Setting(
        key="coerce.from_order",
        default=False,
        what="Whether name, birth date and sex are taken from the order, if accession number and "
        "Patient ID agree with exactly one; answered 0xB000.",
        rule="PS3.4 B.2.3 (0xB000); the old values stay in (0400,0561), PS3.3 C.12.1.1.9.",
        breaks="A wrong order's values replace right ones; some devices count 0xB000 as failure.",
    ),
    Setting(
        key="coerce.from_patient",
        default=False,
        what="Whether name, birth date and sex are taken from the archive's own entry of the "
        "patient, if there is exactly one and it is the same person; answered 0xB000.",
        rule="PS3.4 B.2.3 (0xB000); the old values stay in (0400,0561), PS3.3 C.12.1.1.9.",
        breaks="The first name that came in wins, even if it was misspelt.",
    ),
    Setting(
        key="coerce.default_issuer",
        default="none",
        pattern=r"[A-Za-z0-9.:_&-]{1,64}",
        form="an issuer (1 to 64 letters, digits, . : _ & -), or none",
        what="The Issuer of Patient ID that objects without one are given; answered 0xB000.",
        rule="PS3.3 10.14 (Issuer of Patient ID, 0010,0021).",
        breaks="Objects from other hospitals get our issuer, too.",
    ),
    Setting(
        key="coerce.trim",
        default=False,
        what="Whether spaces before identifiers and names, and around a name's parts, are taken "
        "out; answered 0xB000.",
        rule="PS3.5 6.2: they are not significant in LO and SH.",
        breaks="Nothing known; signed objects no longer match their signature.",
    ),
    Setting(
        key="quarantine.keep",
        default=True,
        what="Whether objects that cannot be read or filed are kept in quarantine; off: refused "
        "and forgotten.",
        rule="PS3.4 B.2.3: a refused object is the sender's to keep.",
        breaks="Off: what was wrong with an object can only be seen at the sender.",
    ),
    Setting(
        key="quarantine.answer",
        default="failure",
        choices=("failure", "warning"),
        what="What the sender of a quarantined object hears: the failure, or 0xB007.",
        rule="PS3.4 B.2.3: 0xB007, Data Set does not match SOP Class (warning).",
        breaks="warning: the sender deletes its copy, and nobody can find the study.",
    ),
    Setting(
        key="quarantine.max_megabytes",
        default=500,
        low=0,
        high=1_000_000,
        what="How large the quarantine may grow; what does not fit is refused and forgotten.",
        rule="The standard knows no quarantine.",
        breaks="Full, with answer = warning: 0xA700, and senders wait.",
    ),
)
