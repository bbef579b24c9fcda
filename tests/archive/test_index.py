"""Filing: one row per thing at four levels, whatever order or nonsense it arrives in."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from sqlalchemy.exc import TimeoutError

from simulator.archive import tables as t
from simulator.archive.attributes import at_level, pack, read_header, unpack
from simulator.archive.index import Filed, Index, Location
from simulator.archive.migrations import FOLDER
from simulator.database import Database
from simulator.network.dimse import encode_dataset
from tests.archive.support import image, study

EXPLICIT, IMPLICIT, BIG = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"


@pytest.fixture
def index(place: Path | str) -> Iterator[Index]:
    database = Database(place, t.metadata, FOLDER)
    yield Index(database)
    database.close()


def file(index: Index, ds: Dataset, *, replace: bool = False, digest: str = "d") -> Filed:
    header = read_header([encode_dataset(ds, EXPLICIT)], EXPLICIT)
    location = Location(
        sop_uid=ds.SOPInstanceUID,
        sop_class=ds.SOPClassUID,
        transfer_syntax=EXPLICIT,
        digest=digest,
        offset=300,
        size=1000,
        study_uid=ds.StudyInstanceUID,
        series_uid=ds.SeriesInstanceUID,
    )
    return index.file(header, location, "CT1", "2026-03-02T07:00:00.000", replace=replace)


def test_one_row_at_each_level_and_counts_derived(index: Index) -> None:
    said = [file(index, ds) for ds in study(1, 3) + study(2, 2, PatientID="T1")]
    assert said == [Filed.NEW_STUDY, Filed.ADDED, Filed.ADDED, Filed.NEW_STUDY, Filed.ADDED]
    assert index.counts() == {"patients": 1, "studies": 2, "series": 2, "instances": 5}
    newest = index.studies()[0]
    assert (newest["study_uid"], newest["instances"], newest["bytes"]) == ("1.2.3.2", 2, 2000)
    assert newest["modalities"] == ["CT"]


def test_a_second_copy_is_not_filed(index: Index) -> None:
    assert file(index, image(SOPInstanceUID="1.2")) is Filed.NEW_STUDY
    assert file(index, image(SOPInstanceUID="1.2"), digest="other") is Filed.DUPLICATE
    found = index.find_instance("1.2")
    assert found is not None and found.digest == "d"


def test_a_replacement_takes_the_place_of_the_first(index: Index) -> None:
    file(index, image(SOPInstanceUID="1.2"))
    assert file(index, image(SOPInstanceUID="1.2"), replace=True, digest="new") is Filed.ADDED
    found = index.find_instance("1.2")
    assert found is not None and found.digest == "new"
    assert index.counts()["instances"] == 1


def test_a_replacement_in_another_study_leaves_no_empty_one_behind(index: Index) -> None:
    file(index, study(1, SOPInstanceUID="1.2")[0])
    file(index, study(2, SOPInstanceUID="1.2")[0], replace=True, digest="new")
    assert [row["study_uid"] for row in index.studies()] == ["1.2.3.2"]
    assert index.counts() == {"patients": 1, "studies": 1, "series": 1, "instances": 1}


def test_a_series_uid_used_by_two_studies_stays_apart(index: Index) -> None:
    file(index, study(1, SeriesInstanceUID="1.9")[0])
    file(index, study(2, SeriesInstanceUID="1.9")[0])
    assert [row["instances"] for row in index.studies()] == [1, 1]
    located = {found.study_uid for found in index.locate([t.series.c.series_uid == "1.9"])}
    assert located == {"1.2.3.1", "1.2.3.2"}


def test_the_same_patient_id_of_two_issuers_is_two_patients(index: Index) -> None:
    file(index, study(1, PatientID="7", IssuerOfPatientID="NORTH")[0])
    file(index, study(2, PatientID="7", IssuerOfPatientID="SOUTH")[0])
    assert index.counts()["patients"] == 2


def test_deleting_a_study_takes_its_patient_only_if_it_was_the_last(index: Index) -> None:
    for ds in study(1, 2) + study(2, 1, PatientID="T1"):
        file(index, ds)
    assert index.delete_study("1.2.3.1") == 2
    assert index.counts() == {"patients": 1, "studies": 1, "series": 1, "instances": 1}
    assert index.delete_study("1.2.3.2") == 1
    assert sum(index.counts().values()) == 0
    assert index.delete_study("1.2.3.2") == 0


def test_the_tree_shows_series_and_instances(index: Index) -> None:
    for ds in study(1, 2) + study(1, 1, SeriesInstanceUID="1.2.3.1.2", SOPInstanceUID="1.5"):
        file(index, ds)
    tree = index.tree("1.2.3.1")
    assert [len(series["instances"]) for series in tree] == [2, 1]
    assert [row["number"] for row in tree[0]["instances"]] == ["1", "2"]


def test_parallel_filing_enters_each_once(index: Index) -> None:
    """Eight threads, the same twenty objects each: one wins, the others meet a duplicate."""
    said: list[Filed] = []
    objects = study(1, 10) + study(2, 10)

    def work() -> None:
        for ds in objects:
            said.append(file(index, ds))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == 160
    assert said.count(Filed.NEW_STUDY) == 2
    assert said.count(Filed.DUPLICATE) == 140
    assert index.counts() == {"patients": 2, "studies": 2, "series": 2, "instances": 20}


def test_many_slow_clients_do_not_use_up_the_connections(index: Index) -> None:
    """Each open C-FIND holds one; twenty-five associations are allowed."""
    file(index, image())
    filed = threading.Event()

    def work() -> None:
        with suppress(TimeoutError), ExitStack() as readers:
            for _ in range(25):
                readers.enter_context(index.database.read())
            file(index, image())
            filed.set()

    threading.Thread(target=work, daemon=True).start()
    assert filed.wait(3)


SYNTAXES, SETS = (EXPLICIT, IMPLICIT, BIG), ("ISO_IR 100", "ISO_IR 192")


@pytest.mark.parametrize(("syntax", "charset"), [*itertools.product(SYNTAXES, SETS)])
def test_attributes_survive_the_index_in_any_syntax_and_character_set(
    syntax: str, charset: str
) -> None:
    item = Dataset()
    item.RequestedProcedureDescription, item.ScheduledProcedureStepID = "Schädel nativ", "S1"
    ds = image(PatientName="Müller^Jürgen", SpecificCharacterSet=charset)
    ds.RequestAttributesSequence = Sequence([item])
    header = read_header([encode_dataset(ds, syntax)], syntax)
    assert unpack(pack(at_level(header, "PATIENT"))).PatientName == "Müller^Jürgen"
    kept = unpack(pack(at_level(header, "SERIES"))).RequestAttributesSequence[0]
    assert kept.RequestedProcedureDescription == "Schädel nativ"
    image_level = unpack(pack(at_level(header, "IMAGE")))
    assert (image_level.Rows, image_level.InstanceNumber) == (64, 1)


def test_the_header_is_read_without_the_pixels() -> None:
    data = encode_dataset(image(), EXPLICIT)
    start = data.index(b"\xe0\x7f\x10\x00")
    header = read_header([data[:1000], data[1000 : start + 12]], EXPLICIT)  # cut in the middle
    assert header.Rows == 64 and "PixelData" not in header
