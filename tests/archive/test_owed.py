"""The queue of reports: one worker a destination, durable, later and later."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from simulator.archive.nodes import Node
from simulator.archive.owed import Owed, Report
from simulator.errors import LocalError, NoAnswerError
from simulator.network import scu
from tests.archive.support import CALLER, Lab, lab, study, until

KIND = "test"


class Post:
    """Delivers reports; a destination named in `held` hangs, one in `silent` does not answer."""

    def __init__(self, lab: Lab) -> None:
        """Deliver for this archive."""
        self.owed, self.lab = lab.archive.owed, lab
        self.held: dict[str, threading.Event] = {}
        self.silent: set[str] = set()
        self.tried: list[tuple[str, str]] = []
        self.owed.deliverers[KIND] = self.deliver

    def deliver(self, report: Report) -> None:
        """Stand in for a node."""
        self.tried.append((report.ae, report.subject))
        if report.ae in self.held:
            assert self.held[report.ae].wait(20)
        if report.ae in self.silent:
            raise NoAnswerError(f"{report.ae} does not answer.")
        if report.subject == "early":
            raise LocalError("Its images have not come.")

    def add(self, ae: str, *subjects: str) -> None:
        """Owe these reports to a node."""
        for subject in subjects:
            self.owed.add(KIND, ae, subject, {})

    def left(self) -> list[str]:
        """Return what is still owed, by subject."""
        return [report.subject for report in self.owed.all()]


@pytest.fixture
def post(lab: Lab) -> Post:
    return Post(lab)


def test_a_hanging_node_delays_nobody_else(post: Post) -> None:
    post.held["HANGS"] = threading.Event()
    post.add("HANGS", "h1", "h2")
    until(lambda: post.tried == [("HANGS", "h1")])
    for number in range(20):
        post.add(f"NODE{number}", f"n{number}")
    until(lambda: post.left() == ["h1", "h2"])
    until(lambda: post.owed.working() == {"HANGS"})  # a row goes a moment before its worker does
    assert post.tried.count(("HANGS", "h1")) == 1  # not a second time while the first goes on
    post.held["HANGS"].set()
    until(lambda: not post.left())
    assert [subject for ae, subject in post.tried if ae == "HANGS"] == ["h1", "h2"]


def test_the_rest_of_a_silent_node_waits_with_the_first(post: Post) -> None:
    post.silent.add("GONE")
    post.held["GONE"] = threading.Event()
    post.add("GONE", "g1", "g2", "g3")
    post.held["GONE"].set()
    until(lambda: not post.owed.working() and post.owed.all()[0].attempts == 1)
    first, *rest = post.owed.all()
    assert post.tried == [("GONE", "g1")]
    assert "does not answer" in first.note
    for report in rest:
        assert report.attempts == 0 and report.due >= first.due - 1
        assert report.note.startswith("waits with another")
    post.silent.clear()
    post.owed.retry(rest[0].pk)  # by hand it goes out at once
    until(lambda: post.left() == ["g1", "g3"])


def test_a_report_that_is_not_ready_does_not_hold_its_node_up(post: Post) -> None:
    post.held["WS1"] = threading.Event()
    post.add("WS1", "early", "ready")
    post.held["WS1"].set()
    until(lambda: post.left() == ["early"] and not post.owed.working())


def test_each_attempt_waits_twice_as_long_up_to_an_hour(post: Post) -> None:
    post.lab.set("commitment.retry_seconds", 30)
    post.owed.stop()
    pk = post.owed.add(KIND, "WS1", "x", {}, wait=9999)
    waits = []
    for _ in range(9):
        (report,) = [one for one in post.owed.all() if one.pk == pk]
        waits.append(post.owed.put_off(report, "no"))
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_more_silent_nodes_than_workers_are_all_served(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.archive.owed._WORKERS", 2)
    for number in range(5):
        post.held[f"N{number}"] = threading.Event()
        post.add(f"N{number}", f"n{number}")
    until(lambda: len(post.tried) == 2)
    assert len(post.owed.working()) == 2
    for event in post.held.values():
        event.set()
    until(lambda: not post.left())


def test_stopping_does_not_wait_for_a_hanging_node_for_ever(tmp_path: Path) -> None:
    with lab(tmp_path) as made:
        post = Post(made)
        post.held["HANGS"] = threading.Event()
        post.add("HANGS", "h1")
        until(lambda: post.tried)
        timer = threading.Timer(0.5, post.held["HANGS"].set)
        timer.start()
    timer.join()


def test_a_real_listener_that_never_speaks_holds_up_no_commitment(tmp_path: Path) -> None:
    """HANGS accepts connections and says nothing; CT1, which has no port, is tried all the same."""
    sop = ("1.2.840.10008.5.1.4.1.1.2", "1.2.3.1.1.1")
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        hangs = Node(ae="HANGS", host="127.0.0.1", port=deaf.getsockname()[1])
        with lab(tmp_path, [hangs]) as made:
            made.store(*study(1))
            made.set("commitment.mode", "new")
            made.archive.owed.add("commitment", "HANGS", "1.2.3.7", {"references": [sop]})
            until(lambda: "HANGS" in made.archive.owed.working())
            assert scu.commit(made.peer, [sop], CALLER, transaction="1.2.3.8") is None
            until(lambda: any(r.ae == "CT1" and r.attempts for r in made.archive.owed.all()))
            assert "HANGS" in made.archive.owed.working()
            connection, _ = deaf.accept()
            connection.close()
            until(lambda: made.told("commitment.failed")[-1].facts["node"] == "HANGS", 15)


def test_what_is_owed_outlives_the_process(tmp_path: Path) -> None:
    with lab(tmp_path) as made:
        post = Post(made)
        post.silent.add("GONE")
        post.add("GONE", "g1")
        until(lambda: post.owed.all()[0].attempts == 1)
    with lab(tmp_path) as made:
        post = Post(made)
        assert isinstance(post.owed, Owed) and post.left() == ["g1"]
        post.owed.retry(post.owed.all()[0].pk)
        until(lambda: not post.left())
