from __future__ import annotations

import pytest

from simulator import errors
from simulator.errors import PacsLabError


def every_error(root: type[PacsLabError] = PacsLabError) -> list[type[PacsLabError]]:
    return [root, *(kind for child in root.__subclasses__() for kind in every_error(child))]


@pytest.mark.parametrize(
    ("kind", "status"),
    [(errors.RefusedError, 1), (errors.UsageError, 2), (errors.CannotError, 3)],
)
def test_exit_status_is_that_of_the_contract(kind: type[PacsLabError], status: int) -> None:
    assert kind("It is so.").exit_code == status


def test_a_network_error_is_a_no_not_a_cannot() -> None:
    assert all(kind("x").exit_code == 1 for kind in every_error(errors.NetworkError))


def test_every_error_is_drawn_in_the_tree_at_the_head() -> None:
    drawn = errors.__doc__ or ""
    assert [kind.__name__ for kind in every_error() if kind.__name__ not in drawn] == []


def test_sentence_and_remedy_are_kept_apart_and_said_together() -> None:
    error = errors.CannotError("The port 11112 is taken.", "Use --ports auto.")
    assert (error.sentence, error.remedy) == ("The port 11112 is taken.", "Use --ports auto.")
    assert str(error) == "The port 11112 is taken. Use --ports auto."
    assert str(errors.UsageError("No.")) == "No."


def test_who_erred_is_told_apart() -> None:
    kinds = {kind: getattr(kind("x"), "kind", "") for kind in every_error(errors.NetworkError)[1:]}
    assert kinds[errors.RejectedError] == kinds[errors.StatusError] == "the peer refused"
    assert kinds[errors.LocalError] == "we erred"
    assert kinds[errors.NoAnswerError] == "nobody answered"


def test_the_numbers_of_a_refusal_are_kept() -> None:
    assert errors.RejectedError("x", triple=(1, 1, 7)).triple == (1, 1, 7)
    assert errors.StatusError("x", status=0xA700).status == 0xA700
    assert errors.RefusedError("x", http_status=401).http_status == 401
