"""The list of studies over HTTP: filtered by words and modality, and cut where one asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archive.support import lab as run_lab
from tests.archive.support import study
from tests.archive.test_admin import Api


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with run_lab(Path(tmp_path_factory.mktemp("list"))) as lab:
        for number, name in enumerate(("O'NEIL^ANN", "NEILSON^PER", "WARD^ANN"), 1):
            lab.store(*study(number, PatientName=name))
        made = Api(lab)
        yield made
        made.client.close()
        made.web.stop()


def listed(api: Api, **query: str) -> list[str]:
    answer = api.call("pacs_admin", "GET", "/api/studies", params=query)
    assert answer.status_code == 200, answer.text
    return [row["patient_name"] for row in answer.json()]


def test_every_word_must_fit(api: Api) -> None:
    assert listed(api) == ["WARD^ANN", "NEILSON^PER", "O'NEIL^ANN"]
    assert listed(api, text="ann") == ["WARD^ANN", "O'NEIL^ANN"]
    assert listed(api, text="neil Ann") == listed(api, text="neil^ann") == ["O'NEIL^ANN"]
    row = api.call("pacs_admin", "GET", "/api/studies").json()[1]
    assert listed(api, text=row["patient_id"].lower()) == ["NEILSON^PER"]
    assert listed(api, text=row["accession"][-3:]) >= ["NEILSON^PER"]
    assert listed(api, text="%") == listed(api, text="_") == []  # letters as others


def test_modality_and_limit(api: Api) -> None:
    (kind,) = api.call("pacs_admin", "GET", "/api/studies").json()[0]["modalities"]
    assert len(listed(api, modality=kind)) == 3 and listed(api, modality="XX") == []
    assert listed(api, text="ann", limit="1") == ["WARD^ANN"]


def test_patients_and_problems_are_cut_too(api: Api) -> None:
    patients = api.call("pacs_admin", "GET", "/api/patients?limit=2").json()
    assert [row["patient_name"] for row in patients] == ["NEILSON^PER", "O'NEIL^ANN"]
    assert len(api.call("pacs_admin", "GET", "/api/patients?text=ann+ward").json()) == 1
    whole = api.call("pacs_admin", "GET", "/api/problems").json()
    (count,) = [row["count"] for row in whole["counts"] if row["kind"] == "unmatched"]
    assert count == len(whole["rows"]) == 3
    some = api.call("pacs_admin", "GET", "/api/problems?limit=2").json()
    assert some["counts"] == whole["counts"] and some["rows"] == whole["rows"][:2]
    assert whole["rows"][0]["patient"].startswith("O'NEIL^ANN (")
