"""The query suite on our archive (SQLite, PostgreSQL) and on a real Orthanc, over real DICOM."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulator.archive.settings import Settings
from simulator.network.associate import Peer
from tests.archive import query_suite as suite
from tests.archive.query_suite import Case, Outcome
from tests.archive.support import CALLER, lab
from tests.orthanc import orthanc
from tests.postgres import Postgres

CASES = suite.cases()


@dataclass(frozen=True, kw_only=True)
class Target:
    """An archive with the suite's objects in it; one that is not ours has no settings."""

    peer: Peer
    settings: Settings | None = None

    def expected(self, case: Case) -> Outcome:
        return case.expect if self.settings else case.expect_orthanc


Opener = Callable[[ExitStack, Path, pytest.FixtureRequest], Target]


def _on_sqlite(stack: ExitStack, folder: Path, request: pytest.FixtureRequest) -> Target:
    return _ours(stack, folder, "")


def _ours(stack: ExitStack, folder: Path, database: str) -> Target:
    made = stack.enter_context(lab(folder, database=database))
    return Target(peer=made.peer, settings=made.archive.settings)


def _on_postgresql(stack: ExitStack, folder: Path, request: pytest.FixtureRequest) -> Target:
    server: Postgres = request.getfixturevalue("postgres")
    return _ours(stack, folder, server.emptied())


def _orthanc(stack: ExitStack, folder: Path, request: pytest.FixtureRequest) -> Target:
    made = stack.enter_context(orthanc(folder, {"CT1": ("127.0.0.1", 1)}))
    return Target(peer=Peer(ae=made.ae, host="127.0.0.1", port=made.port))


TARGETS: dict[str, Opener] = {
    "sqlite": _on_sqlite, "postgresql": _on_postgresql, "orthanc": _orthanc
}  # fmt: skip


@pytest.fixture(scope="module", params=TARGETS)
def target(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Target]:
    with ExitStack() as stack:
        made = TARGETS[request.param](stack, tmp_path_factory.mktemp(request.param), request)
        suite.store(made.peer, CALLER)
        yield made


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case, target: Target) -> None:
    if target.settings is None and case.skip_orthanc:
        pytest.skip(f"put to ours alone: {case.skip_orthanc}")
    before = {}
    try:
        for key, value in case.settings.items() if target.settings else ():
            assert target.settings
            before[key], _ = target.settings.set(key, value)
        responses, alive = suite.ask(target.peer, CALLER, case)
    finally:
        for key, value in before.items():
            assert target.settings
            target.settings.set(key, value)
    want = target.expected(case)
    got = suite.outcome(case, responses)
    assert suite.differs(want, got, ours=target.settings is not None) == []
    assert alive or want.status == "aborted", "the association should have lived on"


def test_the_table_is_long_and_its_names_are_unique() -> None:
    names = [case.name for case in CASES]
    assert len(names) >= 60
    assert len(set(names)) == len(names)
    assert all(case.orthanc.why for case in CASES if case.orthanc)


def test_the_page_of_differences_is_current() -> None:
    assert suite.PAGE.read_text("utf-8") == suite.render(), (
        "write it anew: python -m tests.archive.query_suite"
    )
