"""The state an Orthanc goes back to: which instances it had, the files themselves, its nodes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from simulator.backends.known import Known
from simulator.backends.node_table import NodeTable
from simulator.backends.orthanc_rest import Rest
from simulator.errors import CannotError
from simulator.files import read_json, write_json

_FORMAT = 1


class Baseline:
    """A copy of the files beside Orthanc's own storage, and a list."""

    def __init__(self, folder: Path, rest: Rest, nodes: NodeTable) -> None:
        """Keep the copy in `folder`."""
        self.folder, self.rest, self.nodes = folder, rest, nodes
        self._list = folder / "baseline.json"

    def exists(self) -> bool:
        """Return whether there is one."""
        return self._list.exists()

    def save(self) -> None:
        """Make the present state the baseline."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        kept = self.rest.instances()
        for resource in kept:
            self._file(resource).write_bytes(self.rest.file(resource))
        nodes = [node.facts() for node in self.nodes.all()]
        write_json(self._list, {"format": _FORMAT, "instances": kept, "nodes": nodes})

    def restore(self) -> None:
        """Take out what came since, put back what is gone, and the node table as it was."""
        if not self.exists():
            raise CannotError("There is no baseline to go back to.", "Run 'pacslab up' again.")
        facts = read_json(self._list, "list of the baseline")
        wanted, have = set(facts["instances"]), set(self.rest.instances())
        for resource in have - wanted:
            self.rest.remove("instances", resource)
        for resource in sorted(wanted - have):
            self.rest.upload(self._file(resource).read_bytes())
        self._restore_nodes(facts["nodes"])

    def _restore_nodes(self, rows: list[dict[str, Any]]) -> None:
        before = {row["ae"]: Known.of(row) for row in rows}
        now = {node.ae: node for node in self.nodes.all()}
        for ae in now.keys() - before.keys():
            self.nodes.remove(ae)
        for ae, node in before.items():
            if now.get(ae) != node:
                self.nodes.put(node)

    def _file(self, resource: str) -> Path:
        return self.folder / f"{resource}.dcm"
