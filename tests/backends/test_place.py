"""What `[backend]` and the options of `up` may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.backends.place import Asked, archive_of, merged, write
from simulator.config import BackendConfig, load_seat_config
from simulator.errors import UsageError
from simulator.ports import Plan
from simulator.seat import Options, Seat


def test_options_and_file_are_put_together() -> None:
    assert merged(BackendConfig(), Asked()) == BackendConfig()
    asked = Asked(peer="PACS@10.0.0.7:104", dicomweb="http://10.0.0.7/rs")
    made = merged(BackendConfig(), asked)
    assert (made.kind, made.ae, made.host, made.port) == ("external", "PACS", "10.0.0.7", 104)
    assert str(archive_of(made, Plan())) == "PACS@10.0.0.7:104"
    assert str(archive_of(BackendConfig(), Plan())) == "PACSLAB@127.0.0.1:11112"


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (Asked(kind="pacs"), "no backend 'pacs'"),
        (Asked(kind="external"), "no address"),
        (Asked(peer="nonsense"), "is not a node"),
        (Asked(kind="orthanc", peer="A@b:1"), "is on this machine"),
        (Asked(peer="A@b:1", dicomweb="ftp://x"), "no DICOMweb address"),
        (Asked(peer="MUCHTOOLONGATITLE@b:1"), "not an AE title"),
    ],
)
def test_what_cannot_be_is_refused(asked: Asked, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        merged(BackendConfig(), asked)


def test_it_is_written_once_and_never_changed(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("seed = 7\n", "utf-8")
    made = merged(BackendConfig(), Asked(peer="PACS@127.0.0.1:104"))
    write(path, BackendConfig(), made)
    assert load_seat_config(path).backend == made and load_seat_config(path).seed == 7
    with pytest.raises(UsageError, match="names another backend"):
        write(path, made, BackendConfig(kind="orthanc"))


def test_a_seat_keeps_its_backend(tmp_path: Path) -> None:
    seat = Seat(tmp_path / "seat")
    options = Options(ports="auto", backend="embedded")
    seat.prepare(options)
    seat.choose_ports(options)
    with pytest.raises(UsageError, match="made with the backend embedded, not external"):
        seat.prepare(Options(peer="PACS@127.0.0.1:104"))
    assert "[backend]" not in (seat.folder / "config.toml").read_text("utf-8")


def test_without_orthanc_one_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from simulator.backends import orthanc
    from simulator.errors import CannotError

    monkeypatch.setattr(orthanc, "_PLACES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotError, match="Orthanc is not installed here") as raised:
        Seat(tmp_path / "seat").prepare(Options(backend="orthanc"))
    assert raised.value.exit_code == 3
