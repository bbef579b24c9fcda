"""pacslab hints: what to type in a terminal, with this seat's own names and ports."""

from __future__ import annotations

import shutil
from typing import Any

from simulator.commands.output import JsonOption, SeatOption, show
from simulator.seat import Seat

_TOOLS = (
    "DCMTK's tools are not installed here; pynetdicom's go by the same names, with 'python -m'."
)


def hints(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show commands to begin with, for this hospital."""
    rows = lines(Seat(seat).facts)
    if as_json:
        show(rows, True)
        return
    print("PACS Lab. Commands to begin with (training only, all patients are invented):")
    for row in rows:
        print(f"\n  # {row['what']}\n  {row['command']}")
    if not shutil.which("dcmdump"):
        print(f"\n{_TOOLS}")


def lines(facts: dict[str, Any]) -> list[dict[str, str]]:
    """Return what each command is for, and the command."""
    dicom = facts["dicom"]
    archive, ris = dicom["archive"], dicom["ris"]
    to_archive = f"-aec {archive['ae']} {archive['host']} {archive['port']}"
    to_ris = f"-aec {ris['ae']} {ris['host']} {ris['port']}"
    # Another archive may look from which address a title calls: the notebook's is ours.
    own = facts.get("backend", "embedded") == "embedded"
    reader, sender = ("WS1", "CT1") if own else ("NOTEBOOK", "NOTEBOOK")
    rows = {
        "is the archive there?": f"echoscu -aet {reader} {to_archive}",
        "which studies does it have?": (
            f"findscu -S -aet {reader} -k QueryRetrieveLevel=STUDY -k PatientName -k StudyDate "
            f"-k StudyInstanceUID {to_archive}"
        ),
        "send a study to workstation WS1": (
            f"movescu -S -aet {reader} -aem WS1 -k QueryRetrieveLevel=STUDY "
            f"-k StudyInstanceUID=... {to_archive}"
        ),
        "store a file": f"storescu -aet {sender} {to_archive} file.dcm",
        "what is on CT1's worklist?": (
            f"findscu -W -aet CT1 -k PatientName -k AccessionNumber {to_ris}"
        ),
        "read a file's tags": "dcmdump file.dcm",
        "what runs here, and where": "pacslab status",
        "every other verb": "pacslab --help",
    }
    return [{"what": what, "command": command} for what, command in rows.items()]
