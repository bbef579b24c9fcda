"""pynetdicom's own command-line clients."""

from __future__ import annotations

from pathlib import Path

from pydicom import dcmread

from simulator.network import command as cmd
from simulator.network.associate import plain_context
from simulator.network.dimse import Request, decode_dataset
from simulator.network.serve import serve
from tests.archive.support import Lab, image, save, study
from tests.interop.support import pynetdicom_app

KEYS = ("-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=1.2.3.1")


def test_store_find_and_get(lab: Lab, tmp_path: Path) -> None:
    sent = study(1, 2)
    folder = tmp_path / "sent"
    folder.mkdir()
    for number, ds in enumerate(sent):
        save(ds, folder / f"{number}.dcm")
    said = pynetdicom_app("storescu", lab, "-v", "-cx", folder, cwd=tmp_path)
    assert said.count("Status: 0x0000") == 2, said
    said = pynetdicom_app("findscu", lab, "-v", "-S", *KEYS, "-k", "PatientName=", cwd=tmp_path)
    assert "Test^Anna" in said and "0x0000 (Success)" in said
    got = tmp_path / "got"
    got.mkdir()
    pynetdicom_app("getscu", lab, "-S", *KEYS, "-od", got, cwd=tmp_path)
    back = sorted((dcmread(path) for path in got.iterdir()), key=lambda ds: ds.InstanceNumber)
    assert back == sent


def test_move_and_echo(lab: Lab, tmp_path: Path) -> None:
    lab.store(*study(1, 2))
    got: list[Request] = []

    def store(request: Request) -> int:
        got.append(request)
        return 0

    contexts = [plain_context(image().SOPClassUID)]
    with serve(
        name="WS1", host="127.0.0.1", port=0, contexts=lambda _: contexts,
        handlers={cmd.C_STORE: store},
    ) as server:  # fmt: skip
        lab.archive.nodes.change("WS1", {"port": server.port})
        said = pynetdicom_app("movescu", lab, "-v", "-S", "-aem", "WS1", *KEYS, cwd=tmp_path)
    assert "Success" in said or "0x0000" in said
    assert [decode_dataset(r.data, r.context.transfer_syntax) for r in got] == study(1, 2)
    pynetdicom_app("echoscu", lab, cwd=tmp_path)
