"""How long one waits: a server's first C-ECHO, `pacslab up`, and an exercise."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.peers import Field
from benchmarks.table import OURS, Row

_EXERCISES = Path("exercises")


def measure(field: Field, folder: Path, *, long: bool) -> list[Row]:
    """Start a seat, twice, and an exercise in it."""
    echo = Row(what="start of the server to its first C-ECHO", unit="s", more_is_better=False)
    for server in [*field.delivered, *field.tuned]:
        echo.values[server.name].append(server.seconds_to_echo)
    rows = [echo]
    seat = folder / "seat"
    try:
        up = ("up", "--ports", "auto", "--no-lab", "--detach")
        _add(rows, "pacslab up --no-lab, a new seat, to its baseline", pacslab(seat, *up))
        _add(rows, "pacslab status", pacslab(seat, "status"))
        _exercise(rows, seat)
        _add(rows, "pacslab reset", pacslab(seat, "reset"))
        pacslab(seat, "down")
        _add(rows, "pacslab up --no-lab, the same seat again", pacslab(seat, *up))
    except subprocess.SubprocessError as error:
        said = getattr(error, "stderr", "") or str(error)
        print(f"not measured: the rest of start ({said.strip()[:200]})")
    finally:
        subprocess.run(command(seat, "down"), capture_output=True, timeout=60, check=False)
    return rows


def _exercise(rows: list[Row], seat: Path) -> None:
    names = sorted(path.parent.name for path in _EXERCISES.glob("*/exercise.toml"))
    if not names:
        print("not measured: exercises (there are none yet)")
        return
    name = names[0]
    try:
        _add(rows, f"exercise start {name}", pacslab(seat, "exercise", "start", name))
        _add(rows, "exercise check", pacslab(seat, "exercise", "check", expect=(0, 1)))
        _add(rows, "exercise reset", pacslab(seat, "exercise", "reset"))
    except subprocess.SubprocessError as error:
        said = (getattr(error, "stderr", "") or str(error)).strip()
        print(f"not measured: exercises ({said[:200]})")


def _add(rows: list[Row], what: str, seconds: float) -> None:
    row = Row(what=what, unit="s", more_is_better=False)
    row.values[OURS].append(seconds)
    rows.append(row)


def command(seat: Path, *arguments: str) -> list[str]:
    """Return the command line of a command of ours at a seat."""
    return [sys.executable, "-m", "simulator", *arguments, "--seat", str(seat)]


def pacslab(seat: Path, *arguments: str, expect: tuple[int, ...] = (0,)) -> float:
    """Run a command of ours and return the seconds it took; `up` waits for the baseline."""
    began = time.perf_counter()
    line = command(seat, *arguments)
    done = subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode not in expect:
        raise subprocess.CalledProcessError(done.returncode, line, done.stdout, done.stderr)
    while arguments[0] == "up" and not _has_baseline(seat):
        if time.perf_counter() - began > 60:
            raise subprocess.TimeoutExpired(line, 60)
        time.sleep(0.02)
    return time.perf_counter() - began


def _has_baseline(seat: Path) -> bool:
    import httpx

    url = json.loads((seat / "seat.json").read_text("utf-8"))["urls"]["api"]
    return bool(httpx.get(f"{url}/status", trust_env=False).json().get("baseline"))
