"""What a new hospital has from the start: the nodes its archive knows."""

from __future__ import annotations

from simulator.archive.nodes import Node
from simulator.fleet.fleet import WORKSTATIONS
from simulator.fleet.profile import load_profiles
from simulator.ports import HOST, Plan

_MODALITY_RIGHTS = ("echo", "store", "find", "move", "commit")
_WORKSTATION_RIGHTS = ("echo", "find", "move", "get")


def known_nodes(plan: Plan) -> list[Node]:
    """Return the archive's first node table: fleet, workstations, RIS and the notebooks."""
    fleet = [
        Node(
            ae=name,
            host=plan.devices[name][0],
            port=plan.devices[name][1],
            description=f"{profile.manufacturer} {profile.model}",
            rights=_MODALITY_RIGHTS,
        )
        for name, profile in load_profiles().items()
    ]
    workstations = [
        Node(
            ae=name,
            host=plan.devices[name][0],
            port=plan.devices[name][1],
            description="Reading workstation",
            rights=_WORKSTATION_RIGHTS,
        )
        for name in WORKSTATIONS
    ]
    return [
        *fleet,
        *workstations,
        Node(
            ae="RISLAB",
            host=HOST,
            port=plan.ris,
            description="RIS",
            rights=("echo", "store", "mpps"),  # it stores reports
        ),
        Node(
            ae="NOTEBOOK",
            description="The trainee's own client",
            rights=("echo", "store", "find", "move", "get", "commit"),
        ),
        Node(ae="PACSLAB_UP", description="Start-up check", rights=("echo",)),
    ]
