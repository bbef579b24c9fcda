"""A seat's DICOMweb service: announced, and answering to the seat's own accounts."""

from __future__ import annotations

from collections.abc import Callable

from dicomweb_client import DICOMwebClient
from dicomweb_client.session_utils import create_session_from_user_pass

from simulator.client import Client


def test_a_seat_says_where_dicomweb_is(
    hospital: Client, command: Callable[..., tuple[int, str, str]]
) -> None:
    urls = hospital.seat.facts["urls"]
    assert hospital.archive.dicomweb_url == urls["dicomweb"]
    assert urls["dicomweb"] == urls["api"].removesuffix("/api") + "/dicom-web"
    assert urls["dicomweb"] in command("status")[1]


def test_a_study_of_the_fleet_is_found_and_fetched(hospital: Client) -> None:
    admin = hospital.seat.secrets["admin"]
    session = create_session_from_user_pass(admin["user"], admin["password"])
    session.trust_env = False
    client = DICOMwebClient(hospital.archive.dicomweb_url, session=session)
    study = hospital.archive.studies()[0]
    (found,) = client.search_for_studies(search_filters={"StudyInstanceUID": study["study_uid"]})
    assert found["00100020"]["Value"] == [study["patient_id"]]
    rows = client.retrieve_study_metadata(study["study_uid"])
    assert len(rows) == study["instances"]
    instances = list(client.iter_study(study["study_uid"]))
    assert {ds.PatientID for ds in instances} == {study["patient_id"]}
