"""pacslab archive quarantine, check and setting explain, as an administrator types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from pydicom import dcmread

from simulator.client import Client
from simulator.errors import StatusError
from simulator.network.associate import Caller, associate, plain_context, send_store
from simulator.network.dimse import encode_dataset
from tests.archive.support import image

Command = Callable[..., tuple[int, str, str]]


def send(hospital: Client, patient_id: str) -> str:
    """Send an image as CT1 does and say what it met."""
    ds = image(PatientID=patient_id, SOPInstanceUID="1.2.3.4")
    with associate(hospital.archive.peer, [plain_context(ds.SOPClassUID)], Caller(ae="CT1")) as it:
        context = it.accepted(ds.SOPClassUID)
        assert context is not None
        try:
            send_store(
                it,
                sop_class=ds.SOPClassUID,
                sop_instance=ds.SOPInstanceUID,
                transfer_syntax=context.transfer_syntax,
                data=[encode_dataset(ds, context.transfer_syntax)],
            )
        except StatusError as error:
            return error.sentence
    return ""


def test_an_object_goes_into_quarantine_and_out_again(
    hospital: Client, command: Command, tmp_path: Path
) -> None:
    command("archive", "setting", "set", "patient.missing_id", "quarantine")
    assert "0xC101" in send(hospital, "")
    (entry,) = hospital.quarantine.list()
    number = entry["number"]
    status, out, _ = command("archive", "quarantine", "list")
    assert status == 0 and number in out and "it has no Patient ID" in out
    saved = tmp_path / "object.dcm"
    status, out, _ = command("archive", "quarantine", "show", number, "--out", str(saved))
    assert status == 0 and "1.2.3.4" in out
    assert dcmread(saved).PatientName == "Test^Anna"
    status, _, err = command("archive", "quarantine", "release", number)
    assert status == 1 and "it has no Patient ID" in err
    command("archive", "setting", "set", "patient.missing_id", "accept")
    status, out, _ = command("archive", "quarantine", "release", number)
    assert status == 0 and "is filed: 0x0000 (success)" in out
    status, _, err = command("archive", "quarantine", "delete", number)
    assert status == 1 and f"There is no '{number}' in quarantine." in err


def test_check_compares_files_and_index(hospital: Client, command: Command) -> None:
    status, out, _ = command("archive", "check", "--deep")
    assert status == 0 and "Files and index now: they agree." in out
    status, out, _ = command("archive", "check", "--json")
    facts = json.loads(out)
    assert facts["quarantine"] == 0 and facts["integrity"]["repaired"] is False
    place = next(Path(hospital.seat.folder, "archive", "files").glob("??/*.dcm"))
    kept = place.read_bytes()
    try:
        place.write_bytes(kept[:-2])
        status, out, _ = command("archive", "check", "--files")
        assert status == 1
        assert "instances with a damaged file: 1" in out and "cut short" in out
    finally:
        place.write_bytes(kept)


def test_a_setting_is_explained(hospital: Client, command: Command) -> None:
    status, out, _ = command("archive", "setting", "explain", "store.duplicates")
    assert status == 0
    assert "PS3.4 B.2.3" in out and "keep_identical" in out and "may break" in out
    status, _, err = command("archive", "setting", "explain", "store.duplicate")
    assert status == 2 and "store.duplicates" in err
    status, out, _ = command("archive", "setting", "list", "quarantine")
    assert out.count("quarantine.") >= 3 and "dicom." not in out
