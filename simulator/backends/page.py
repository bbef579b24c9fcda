"""The table of docs/backends.md: what each backend has, from the capabilities themselves.

`python -m simulator.backends.page docs/backends.md` writes the page; a test keeps it current.
"""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path

from simulator.backends.capabilities import EMBEDDED, EXTERNAL, NAMES, ORTHANC, Capabilities

_ALL = (EMBEDDED, ORTHANC, EXTERNAL)
_MAY = ("dicomweb", "commitment")  # what a person may say of an external archive
_HEAD = """\
# Another archive behind the hospital

A seat works with PACS Lab's own archive, with a real Orthanc, or with any DICOM archive you have.
It is chosen when the seat is made and stays.

    pacslab up --backend orthanc
    pacslab up --backend external --peer MYPACS@192.0.2.7:104 --dicomweb http://192.0.2.7:8080/rs

**Orthanc** is started from the program installed on this machine (Debian: `apt install orthanc
orthanc-dicomweb`), with a configuration in `archive-orthanc/` of the seat, and ends with the
archive's service. Its own pages are at the address `orthanc` of `pacslab status`, for the account
in `secrets.json`. Its DICOM port cannot be bound to one address: it is open on every one of this
machine, and lets in the seat's own nodes only, each from its own loopback address. So a tool calls
it as NOTEBOOK, not as CT1.

**An external archive** is not started, stopped or changed. What it needs to know of us, titles,
addresses and ports, is shown by `up` and `status`. The same can stand in `config.toml`:

    [backend]
    kind = "external"
    ae = "MYPACS"
    host = "192.0.2.7"
    port = 104
    dicomweb = ""           # its DICOMweb address, if it has one
    commitment = false      # true, if it does storage commitment

Our devices listen on this machine only: an archive on another one can be stored to and asked, but
cannot send to them. Use an empty test archive: a reset cannot take back what was stored there.

A command, a panel or an exercise that needs what a backend lacks says so in one line. `pacslab
exercise list` shows which exercises can be done.

"""


def page() -> str:
    """Return the page."""
    names = [item.name for item in fields(Capabilities) if item.name != "kind"]
    head = ["", *(NAMES[one.kind] for one in _ALL)]
    rows = [[name, *(_mark(one, name) for one in _ALL)] for name in names]
    lines = [head, ["---"] * len(head), *rows]
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    said = [f"- {one.lacks(name)}" for one in (ORTHANC, EXTERNAL) for name in one.missing()]
    return f"{_HEAD}{table}\n\nIn words:\n\n" + "\n".join(said) + "\n"


def _mark(one: Capabilities, name: str) -> str:
    if getattr(one, name):
        return "yes"
    return "if you say so" if one.kind == "external" and name in _MAY else "–"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), "utf-8", newline="\n")
