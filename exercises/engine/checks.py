"""Running the `check_*` functions of an exercise: each proves one goal from outside.

A check's docstring is the goal a trainee reads. AssertionError means "not solved", with what was
done, what came back and what was expected; anything else is reported, never thrown.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar

from simulator.errors import PacsLabError, UsageError

TIME_LIMIT = 15.0  # seconds a check may take
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How one check ended."""

    goal: str
    share: int  # its weight among the checks
    passed: bool
    message: str = ""


def points(share: int, *, after: Callable[..., Any] | None = None) -> Callable[[F], F]:
    """Say how much a check weighs beside the others (1 where nothing is said).

    What is right from the beginning earns nothing before the check `after`, which stands above it.
    """

    def mark(function: F) -> F:
        function.share, function.after = share, after  # type: ignore[attr-defined]
        return function

    return mark


def only_when(*causes: str) -> Callable[[F], F]:
    """Say that a shortcut is wrong only where one of these causes is the right one."""

    def mark(function: F) -> F:
        function.causes = causes  # type: ignore[attr-defined]
        return function

    return mark


def functions(path: Path, prefix: str = "") -> list[FunctionType]:
    """Return the functions a file of an exercise defines, in the order they stand there."""
    name = f"pacslab_{path.parent.name}_{path.stem}".replace("-", "_")
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise UsageError(f"There is no file {path}.", "Every exercise has one.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UsageError(f"{path} cannot be loaded: {error}.", "Mend that file.") from error
    return [
        item
        for key, item in vars(module).items()
        if isinstance(item, FunctionType)
        and item.__module__ == name
        and key.startswith(prefix)
        and not key.startswith("_")
    ]


def run(path: Path, case: Any, seconds: float = TIME_LIMIT) -> list[Verdict]:
    """Run every check of a file, one after the other."""
    done: dict[Any, Verdict] = {None: Verdict(goal="", share=0, passed=True)}
    for check in functions(path, "check_"):
        before = done.get(getattr(check, "after", None))
        if before is None:
            raise UsageError(f"In {path}, {check.__name__} comes after no check that stands above.")
        done[check] = run_one(check, case, seconds) if before.passed else _too_early(check, before)
    return list(done.values())[1:]


def run_one(check: Callable[[Any], Any], case: Any, seconds: float = TIME_LIMIT) -> Verdict:
    """Run one check with a time limit; a daemon thread, because a hung probe cannot be killed."""
    said: list[str] = [f"This took longer than {seconds:g} s and was given up."]

    def work() -> None:
        said[0] = _message(check, case)

    thread = threading.Thread(target=work, name=check.__name__, daemon=True)
    thread.start()
    thread.join(seconds)
    return _verdict(check, said[0])


def _too_early(check: Callable[[Any], Any], before: Verdict) -> Verdict:
    return _verdict(check, f"This counts when the goal '{before.goal.rstrip('.')}' is reached.")


def _verdict(check: Callable[[Any], Any], message: str) -> Verdict:
    goal = " ".join((check.__doc__ or check.__name__).split())
    share = int(getattr(check, "share", 1))
    return Verdict(goal=goal, share=share, passed=not message, message=message)


def _message(check: Callable[[Any], Any], case: Any) -> str:
    """Return what is not right yet, empty if all is well."""
    try:
        check(case)
    except AssertionError as error:
        return str(error) or "It is not so yet."
    except PacsLabError as error:
        return f"This could not be checked. {error}"
    except BaseException as error:  # a bug of the exercise must not look like the trainee's fault
        where = f"{type(error).__name__}: {error}"
        return f"The check itself failed, which is not your fault ({where}). Please report it."
    return ""
