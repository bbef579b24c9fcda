"""An archive in a process of its own, for tests that kill it: `python -m tests.archive.runner DIR`.

It prints its port and runs until it is killed.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from simulator.clock import ClockKeeper
from tests.archive.support import Lab


def main(folder: Path) -> None:
    """Run an archive in `folder`."""
    made = Lab(folder, ClockKeeper(folder / "clock.json"))
    made.archive.start()
    print(made.port, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
