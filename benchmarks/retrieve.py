"""C-GET and C-MOVE: megabytes a second of one study of 0.5 MB images, thrown away on arrival."""

from __future__ import annotations

from pathlib import Path

from benchmarks import objects
from benchmarks.peers import DESTINATION, Field, timed, tool
from benchmarks.table import Row

STUDY = 2_000_000


def measure(field: Field, folder: Path, *, long: bool) -> list[Row]:
    """Fetch the same study from each server in turn."""
    count = 200 if long else 60
    path = objects.write(folder, objects.SIZES["0.5 MB"], range(STUDY, STUDY + count), STUDY)
    megabytes = sum(file.stat().st_size for file in path.iterdir()) / 1e6
    for server in [*field.delivered, *field.tuned]:
        if not server.has_index:
            continue
        timed([tool("storescu", server, "-R", "+sd", path)])
    key = f"StudyInstanceUID={objects.study_uid(STUDY)}"
    keys = ("-S", "-k", "QueryRetrieveLevel=STUDY", "-k", key)
    rows = []
    for nodelay in (True, False):
        client = "TCP_NODELAY=1" if nodelay else "delivered"
        servers = field.tuned if nodelay else field.delivered
        asked = [server for server in servers if server.has_index]
        get = Row(what=f"C-GET, {client}", unit="MB/s")
        move = Row(what=f"C-MOVE, {client}", unit="MB/s")
        for _ in range(5 if long else 3):
            for server in asked:
                fetch = tool("getscu", server, *keys, "--ignore")
                get.values[server.name].append(megabytes / timed([fetch], nodelay=nodelay))
                send = tool("movescu", server, *keys, "-aem", DESTINATION)
                move.values[server.name].append(megabytes / timed([send], nodelay=nodelay))
        rows += [get, move]
    return rows
