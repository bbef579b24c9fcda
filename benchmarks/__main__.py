"""Measure us and our peers in one run, interleaved; print medians, ours as a ratio to each."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
from pathlib import Path

from benchmarks import ingest, panels, pictures, query, retrieve, scale, start
from benchmarks.peers import POLICY, running
from benchmarks.table import show
from tests.peers import find

PARTS = {
    "start": ("Starting", start.measure),
    "ingest": ("Ingest (C-STORE)", ingest.measure),
    "query": ("Query (C-FIND, study level)", query.measure),
    "retrieve": ("Retrieve, warm", retrieve.measure),
    "scale": ("A full archive", scale.measure),
}
OWN = {"pictures": pictures, "panels": panels}  # our own targets: no peer draws


def main() -> None:
    """Run the parts that were asked for."""
    known = (*PARTS, *OWN)
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(known))
    parser.add_argument("--long", action="store_true", help="more objects, more rounds")
    arguments = parser.parse_args()
    unknown = set(arguments.parts) - set(known)
    if unknown:
        parser.error(f"there is no part '{min(unknown)}'; there are {', '.join(known)}")
    began = time.perf_counter()
    print(f"{platform.platform()}, {os.cpu_count()} CPUs, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory(prefix="pacslab-bench-") as name:
        for part, module in OWN.items():
            if not arguments.parts or part in arguments.parts:
                module.show(module.measure(Path(name) / part))
        wanted = [part for part in arguments.parts or PARTS if part not in OWN]
        if wanted:
            _beside_peers(wanted, Path(name), long=arguments.long)
    print(f"\n{time.perf_counter() - began:.0f} s")


def _beside_peers(parts: list[str], folder: Path, *, long: bool) -> None:
    """Measure parts with the peers running."""
    print(POLICY)
    print("delivered: Debian's builds as they are; TCP_NODELAY=1: that, in both ends' environment.")
    print("Medians; (×2.0): we are twice as good as that peer, in the same run.")
    with running(folder / "servers") as field:
        for part in parts:
            title, measure = PARTS[part]
            if part != "start" and not find("storescu"):
                print(f"\nnot measured: {title} (DCMTK is not installed)")
                continue
            show(title, measure(field, folder / part, long=long))


if __name__ == "__main__":
    main()
