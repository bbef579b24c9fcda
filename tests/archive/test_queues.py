"""What is owed, as an administrator sees it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.network import scu
from tests.archive.support import CALLER, Lab, study, until
from tests.archive.test_admin import Api

SOP = ("1.2.840.10008.5.1.4.1.1.2", "1.2.3.1.1.1")


@pytest.fixture
def api(lab: Lab) -> Iterator[Api]:
    lab.store(*study(1, 1))
    lab.set("commitment.mode", "new")
    made = Api(lab)
    yield made
    made.client.close()
    made.web.stop()


def test_a_report_is_listed_tried_again_and_given_up(lab: Lab, api: Api) -> None:
    assert scu.commit(lab.peer, [SOP], CALLER, transaction="1.2.3.77") is None
    until(lambda: api.call("pacs_admin", "GET", "/api/queues").json()[0]["attempts"] == 1)
    (row,) = api.call("pacs_admin", "GET", "/api/queues").json()
    assert row["kind"] == "commitment" and row["ae"] == "CT1" and row["subject"] == "1.2.3.77"
    assert row["instances"] == 1 and 20 < row["next_in_seconds"] <= 30
    assert "Node CT1 has no port to call" in row["note"]
    path = f"/api/queues/{row['number']}"
    assert api.call("pacs_admin", "POST", f"{path}/retry").json() == {"ok": True}
    until(lambda: api.call("pacs_admin", "GET", "/api/queues").json()[0]["attempts"] == 2)
    assert api.call("viewer", "DELETE", path).status_code == 403
    assert api.call("pacs_admin", "DELETE", path).json() == {"ok": True}
    assert api.call("pacs_admin", "GET", "/api/queues").json() == []
    assert api.call("pacs_admin", "DELETE", path).status_code == 404
    assert "gave up commitment 1.2.3.77 for CT1" in lab.told("queue.dropped")[0].text
