"""Which program was tried with which service, and which test proves it: docs/interoperation.md.

`python -m tests.interop.matrix` writes the page; a test checks that it is current and that every
test named here exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "interoperation.md"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One proof: a peer, what was done, and the tests, as path::name below tests/."""

    peer: str
    does: str
    tests: tuple[str, ...]


def _cells(peer: str, **done: str) -> list[Cell]:
    """Make the cells of a peer; underscores of a keyword are spaces."""
    return [
        Cell(peer=peer, does=does.replace("_", " "), tests=tuple(tests.split()))
        for does, tests in done.items()
    ]


_DCMTK = "interop/test_dcmtk.py"
_TLS = "interop/test_dcmtk_tls.py"
_QR = "interop/test_dcmqrscp.py"
_NO_TLS = f"{_TLS}::test_these_speak_no_tls"
_OVER = f"{_TLS}::test_echo_store_find_and_be_sent_to"
MATRIX = [
    *_cells("DCMTK echoscu", echoes_us=f"{_DCMTK}::test_echoscu", over_TLS=_OVER),
    *_cells(
        "DCMTK storescu",
        stores_to_us=f"{_DCMTK}::test_storescu",
        hears_a_refusal=f"{_DCMTK}::test_storescu_hears_a_refusal_in_full",
        sixteen_at_once="interop/test_parallel.py::test_sixteen_storescus",
        every_syntax_it_writes="interop/test_samples.py::test_storescu_getscu_and_movescu",
        over_TLS=f"{_OVER} network/test_tls.py::test_dcmtk_echoes_and_stores_over_mutual_tls",
    ),
    *_cells(
        "DCMTK findscu",
        queries_us=f"{_DCMTK}::test_findscu",
        reads_our_text=f"{_DCMTK}::test_findscu_extracts_answers_in_utf_8",
        hears_why_not=f"{_DCMTK}::test_findscu_hears_why_a_query_is_wrong",
        cancels=f"{_DCMTK}::test_findscu_cancels",
        asks_our_worklist=f"{_DCMTK}::test_worklist_with_findscu",
        over_TLS=_OVER,
    ),
    *_cells("DCMTK movescu", moves_from_us=f"{_DCMTK}::test_movescu", has_no_TLS=_NO_TLS),
    *_cells("DCMTK getscu", gets_from_us=f"{_DCMTK}::test_getscu", has_no_TLS=_NO_TLS),
    *_cells(
        "DCMTK storescp",
        is_sent_to=f"{_DCMTK}::test_movescu",
        over_TLS=f"{_OVER} archive/test_tls_port.py::test_a_study_is_moved_to_dcmtk_over_tls "
        "network/test_tls.py::test_we_call_dcmtk_over_tls",
    ),
    *_cells(
        "DCMTK dcmqrscp",
        is_sent_to_asked_and_fetched_from=f"{_QR}::test_we_move_to_it_then_ask_it_and_fetch",
        moves_to_us=f"{_QR}::test_it_moves_to_us",
        is_the_external_archive_of_a_seat="backends/test_external.py::"
        "test_the_fleet_stores_there_and_the_catalogue_lists_it "
        "backends/test_external.py::test_a_workstation_fetches_from_it",
        has_no_TLS=_NO_TLS,
    ),
    *_cells(
        "DCMTK wlmscpfs",
        is_asked_by_a_device="fleet/test_wlmscpfs.py::test_a_device_reads_a_foreign_worklist",
        answers_as_our_worklist_does="hospital/test_worklist_peers.py::"
        "test_we_answer_as_wlmscpfs_does",
        has_no_TLS=_NO_TLS,
    ),
    *_cells("DCMTK termscu", does_not_end_us=f"{_QR}::test_termscu_does_not_end_us",
            has_no_TLS=_NO_TLS),
    *_cells(
        "Orthanc",
        stores_to_us_and_is_moved_to="interop/test_orthanc.py::"
        "test_orthanc_and_the_archive_exchange_objects",
        asks_us_and_has_us_send="interop/test_orthanc.py::test_orthanc_asks_and_fetches",
        is_stored_to_asked_and_fetched_from="network/test_orthanc.py::"
        "test_what_we_store_we_find_and_get",
        moves_to_us="network/test_orthanc.py::test_it_moves_to_us",
        is_the_archive_of_a_seat="backends/test_orthanc.py::"
        "test_the_first_studies_and_their_pixels "
        "backends/test_orthanc.py::test_a_workstation_finds_and_fetches",
        commits_to_our_device="backends/test_orthanc.py::test_a_device_stores_and_gets_commitment",
    ),
    *_cells(
        "pynetdicom echoscu, movescu", **{
            "echo us, move from us": "interop/test_pynetdicom.py::test_move_and_echo"
        },
    ),
    *_cells(
        "pynetdicom storescu, findscu, getscu", **{
            "store to us, ask us, get from us": "interop/test_pynetdicom.py::"
            "test_store_find_and_get"
        },
    ),
    *_cells(
        "pynetdicom storescp",
        is_sent_to="interop/test_pynetdicom_servers.py::test_we_move_to_its_storescp",
    ),
    *_cells(
        "pynetdicom qrscp",
        is_sent_to_asked_fetched_from_and_moves_to_us="interop/test_pynetdicom_servers.py::"
        "test_its_qrscp_is_an_archive_to_us",
    ),
    *_cells(
        "pynetdicom (library)",
        over_TLS="network/test_tls.py::test_pynetdicom_calls_us_over_mutual_tls "
        "network/test_tls.py::test_we_call_pynetdicom_over_mutual_tls",
    ),
    *_cells(
        "dicomweb-client",
        stores_and_fetches="archive/dicomweb/test_store.py::test_dicomweb_client_stores_and_fetches",
        frames="archive/dicomweb/test_frames.py::test_dicomweb_client_takes_what_it_asks_for",
        pictures="archive/dicomweb/test_rendered.py::test_dicomweb_client_gets_pictures",
    ),
    *_cells(
        "OHIF",
        shows_studies_in_JupyterLab="seats/test_ohif.py::test_ohif_shows_what_the_fleet_made",
        plays_multi_frame_ultrasound="seats/test_ohif.py::"
        "test_ohif_plays_a_multi_frame_ultrasound",
    ),
]  # fmt: skip

_HEAD = """\
# Who we were tried with

Each line was carried out by the test named, against the real program. Where a program has no TLS
options, a test looks that it really has none. Written by `python -m tests.interop.matrix`; a test
checks that the page is current and that the tests exist.

| program | what it does | proven by |
|---|---|---|
"""


def page() -> str:
    """Return the page."""
    rows = [
        f"| {cell.peer} | {cell.does} | " + ", ".join(f"`tests/{one}`" for one in cell.tests) + " |"
        for cell in MATRIX
    ]
    return _HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8", newline="\n")
