"""What a new hospital has from the start: the nodes its archive knows, and its staff."""

from __future__ import annotations

from typing import Any

from simulator.archive.nodes import Node
from simulator.fleet.fleet import WORKSTATIONS
from simulator.fleet.profile import load_profiles
from simulator.people import staff
from simulator.ports import HOST, Plan

_MODALITY_RIGHTS = ("echo", "store", "find", "move", "commit")
_WORKSTATION_RIGHTS = ("echo", "find", "move", "get")
_ROLES = {"radiologist": "Radiology", "technologist": "Radiology", "qc": "Radiology"}


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


def staff_accounts(seed: int) -> list[dict[str, Any]]:
    """Return the accounts the hospital's staff have; nobody has a password yet."""
    return [
        {
            "name": person.user,
            "full_name": person.full_name,
            "department": _ROLES.get(person.role, person.role.title()),
            "role": person.role if person.role in _ROLES else "viewer",
        }
        for person in staff(seed)
    ]


def directory_people(seed: int) -> dict[str, dict[str, Any]]:
    """Return the staff as the directory knows them; a group a role, and no passwords yet."""
    return {
        person.user: {
            "full_name": person.full_name,
            "department": _ROLES.get(person.role, person.role.title()),
            "groups": [f"GRP-{person.role.upper()}"],
        }
        for person in staff(seed)
    }
