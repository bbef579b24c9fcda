"""Rules and queues over the admin API: what an administrator does with them, and bad input."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.archive.nodes import Node
from tests.archive.routing.support import free_port
from tests.archive.support import Lab, lab, study, until
from tests.archive.test_admin import Api

RULE = {"name": "CT to WS9", "when": ["Modality=CT"], "to": ["WS9"]}
PATH = "/api/rules/CT%20to%20WS9"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    nodes = [Node(ae="WS9", port=free_port())]
    with lab(Path(tmp_path_factory.mktemp("rules")), nodes) as made_lab:
        made_lab.set("route.quiet_seconds", 0.1)
        made_lab.set("queue.max_attempts", 1)
        made_lab.store(*study(1, 2))
        made_lab.archive.save_baseline()
        made = Api(made_lab)
        made_lab.archive.save_baseline()
        yield made
        made.client.close()
        made.web.stop()


@pytest.fixture(autouse=True)
def fresh(api: Api) -> None:
    api.lab.archive.reset()


def ask(api: Api, method: str, path: str, body: Any = None, expect: int = 200) -> Any:
    answer = api.call("pacs_admin", method, path, body)
    assert answer.status_code == expect, answer.text
    return answer.json()


def dead(api: Api) -> dict[str, Any]:
    """Let a job die, and return its row."""
    ask(api, "POST", "/api/rules", RULE)
    ask(api, "POST", f"{PATH}/apply", {"day": "today"})
    until(lambda: [row["state"] for row in ask(api, "GET", "/api/queues")] == ["dead"])
    (row,) = ask(api, "GET", "/api/queues")
    return dict(row)


def test_a_rule_is_tried_entered_changed_and_removed(api: Api) -> None:
    tried = ask(api, "POST", "/api/rules/preview", {"day": "today", "rule": RULE})
    assert [row["matches"] for row in tried] == [True] and not ask(api, "GET", "/api/rules")
    made = ask(api, "POST", "/api/rules", RULE)
    assert ask(api, "GET", PATH) == made and made["exclude_source"] is True
    assert ask(api, "POST", PATH.replace("CT", "XY"), None, 405)["error"]
    changed = ask(api, "PATCH", PATH, {"when": ["Modality=MR"], "enabled": False})
    assert changed["when"] == ["Modality=MR"] and changed["to"] == ["WS9"]
    (row,) = ask(api, "POST", f"{PATH}/preview", {"day": "today"})
    assert row["why_not"] == "Modality is 'CT', the rule wants Modality=MR"
    assert ask(api, "DELETE", PATH) == {"ok": True}
    assert ask(api, "GET", PATH, None, 404)["error"] == "There is no rule 'CT to WS9'."
    said = [entry.kind for entry in api.lab.told("rule") if entry.facts.get("by") == "a.pacsadmin"]
    assert said[-6:] == [
        "rule.previewed", "rule.added", "rule.changed", "rule.changed", "rule.previewed",
        "rule.removed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"to": ["WS9"]}, 400, "'name' is missing."),
        ({**RULE, "to": ["NOBODY"]}, 400, "There is no node 'NOBODY'."),
        ({**RULE, "when": ["Modalty=CT"]}, 400, "There is no DICOM attribute 'Modalty'."),
        ({**RULE, "window": "25:00-06:00"}, 400, "There is no time 25:00 in '25:00-06:00'."),
        ({**RULE, "when": [], "exclude_source": False}, 400, "everything that came from WS9"),
        ({**RULE, "to": ["PACSLAB"]}, 400, "PACSLAB is this archive itself."),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_whole(
    api: Api, body: Any, status: int, said: str
) -> None:
    answer = ask(api, "POST", "/api/rules", body, status)
    assert said in answer["error"] and answer["remedy"]
    assert ask(api, "GET", "/api/rules") == []


def test_a_change_that_makes_no_sense_changes_nothing(api: Api) -> None:
    made = ask(api, "POST", "/api/rules", RULE)
    ask(api, "PATCH", PATH, {"hours": "07:00-18:00", "to": ["NOBODY"]}, 400)
    ask(api, "PATCH", PATH, {"name": "other"}, 400)
    assert ask(api, "GET", PATH) == made
    assert "already" in ask(api, "POST", "/api/rules", RULE, 409)["error"]


def test_a_dead_letter_is_seen_rescheduled_and_sent_again(api: Api) -> None:
    row = dead(api)
    assert (row["kind"], row["rule"], row["instances"]) == ("route", "CT to WS9", 2)
    assert "connection refused" in row["note"]
    (place,) = ask(api, "GET", "/api/queues/destinations")
    assert (place["ae"], place["dead"], place["sent"]) == ("WS9", 1, 0)
    (found,) = ask(api, "GET", "/api/queues/reconcile")
    assert (found["matched"], found["dead"], found["reconciled"]) == (2, 2, False)
    (asked,) = ask(api, "GET", "/api/queues/reconcile?ask=true")
    assert asked["present"] == 0  # nothing was sent, so nothing is looked for
    path = f"/api/queues/{row['number']}"
    assert ask(api, "POST", f"{path}/reschedule", {"seconds": 600})["next_in_seconds"] == 600
    (later,) = ask(api, "GET", "/api/queues")
    assert later["state"] == "failed" and later["next_in_seconds"] > 500
    assert ask(api, "POST", "/api/queues/destinations/WS9/retry", {})["count"] == 1
    until(lambda: len(api.lab.told("route.dead")) >= 2)
    ask(api, "DELETE", path)
    assert ask(api, "GET", "/api/queues/reconcile")[0]["cancelled"] == 2


def test_a_destination_is_paused_with_a_reason_and_goes_on(api: Api) -> None:
    place = "/api/queues/destinations/WS9"
    ask(api, "POST", f"{place}/pause", {"reason": "new disk"})
    (row,) = ask(api, "GET", "/api/queues/destinations")
    assert (row["paused"], row["paused_by"], row["reason"]) == (True, "a.pacsadmin", "new disk")
    ask(api, "POST", f"{place}/resume", {})
    assert "is not paused" in ask(api, "POST", f"{place}/resume", {}, 409)["error"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/queues/destinations/NOBODY/pause", {}, 404),
        ("/api/queues/destinations/WS9/pause", {"reason": 7}, 400),
        ("/api/queues/99/retry", {}, 404),
        ("/api/queues/x/retry", {}, 400),
        ("/api/queues/99/reschedule", {"seconds": 1}, 404),
        ("/api/queues/99/reschedule", {"seconds": -1}, 400),
        ("/api/queues/99/reschedule", {"seconds": True}, 400),
        ("/api/queues/99/reschedule", {"at": "soon"}, 400),
        ("/api/queues/99/reschedule", {"at": "1999-01-01T00:00"}, 400),
        ("/api/rules/none/apply", {}, 404),
        ("/api/rules/preview", {"rule": 7}, 400),
        ("/api/rules/preview", {"rule": RULE, "day": "someday"}, 400),
        ("/api/rules/preview", {"rule": RULE, "day": 7}, 400),
    ],
)
def test_bad_input_is_one_sentence(api: Api, path: str, body: Any, status: int) -> None:
    answer = ask(api, "POST", path, body, status)
    assert answer["error"].endswith(".") and set(answer) == {"error", "remedy"}


def test_who_has_no_right_neither_sees_nor_changes_rules(api: Api) -> None:
    for method, path in (("GET", "/api/rules"), ("POST", "/api/rules"), ("POST", f"{PATH}/apply")):
        assert api.call("radiologist", method, path, {}).status_code == 403
    assert isinstance(api.lab, Lab)
