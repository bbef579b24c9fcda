"""Helper processes: they work, they fail plainly, and none of them stays."""

from __future__ import annotations

import operator
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from simulator.crew import Crew
from simulator.errors import CannotError, UsageError
from simulator.imaging.codecs import syntax_uid
from tests.net import wait_for


def test_work_is_done_elsewhere_by_so_many_at_a_time() -> None:
    crew = Crew(2)
    with ThreadPoolExecutor(6) as pool:
        pids = set(pool.map(lambda n: crew.run(os.getpid), range(12)))
    assert os.getpid() not in pids and len(pids) <= 2
    assert crew.run(operator.add, 2, 3) == 5
    crew.close()
    assert not [pid for pid in pids if runs(pid)]


def test_an_error_of_the_work_reaches_the_caller() -> None:
    crew = Crew()
    with pytest.raises(UsageError, match="transfer syntax"):
        crew.run(syntax_uid, "nonsense")
    with pytest.raises(ZeroDivisionError):
        crew.run(operator.truediv, 1, 0)
    assert crew.run(os.getpid)
    crew.close()


def test_a_helper_that_dies_is_replaced() -> None:
    crew = Crew()
    with pytest.raises(CannotError, match="helper process"):
        crew.run(os._exit, 3)
    assert crew.run(operator.add, 1, 1) == 2
    crew.close()


def test_an_idle_helper_goes_home() -> None:
    crew = Crew(idle_seconds=0.2)
    pid = crew.run(os.getpid)
    wait_for(lambda: not runs(pid), 5)
    assert crew.run(os.getpid) != pid
    crew.close()


def test_helpers_end_with_a_caller_that_was_killed() -> None:
    program = (
        "import os, time\nfrom simulator.crew import Crew\n"
        "print(Crew().run(os.getpid), flush=True)\ntime.sleep(60)"
    )
    caller = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert caller.stdout is not None
    pid = int(caller.stdout.readline())
    assert runs(pid)
    caller.kill()
    caller.wait(10)
    caller.stdout.close()
    wait_for(lambda: not runs(pid), 5)


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
