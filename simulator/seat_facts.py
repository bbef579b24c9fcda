"""What seat.json says: names, ports and URLs, by the backend the seat works with."""

from __future__ import annotations

from typing import Any

from simulator.backends.capabilities import Capabilities, capabilities
from simulator.backends.known import to_enter as table
from simulator.backends.place import archive_of
from simulator.config import SeatConfig
from simulator.ports import HOST, Plan
from simulator.system import is_loopback

FORMAT = 1
_ELSEWHERE = (
    "The external archive is on another machine, and our devices listen on this one only: they can "
    "store and query there, but it cannot send to them (C-MOVE, storage commitment)."
)


def facts_of(config: SeatConfig, plan: Plan, pids: dict[str, int]) -> dict[str, Any]:
    """Return the facts of a seat; what a backend does not have is not named."""
    made = {
        "format": FORMAT,
        "seed": config.seed,
        "backend": config.backend.kind,
        "capabilities": _given(config),
        "pids": {**pids, "jupyter": None},
    }
    can = capabilities(made)
    dicom: dict[str, Any] = {
        "archive": vars(archive_of(config.backend, plan)),
        "ris": {"ae": "RISLAB", "host": HOST, "port": plan.ris},
        "devices": {
            name: {"ae": name, "host": host, "port": port}
            for name, (host, port) in plan.devices.items()
        },
    }
    if can.tls:
        dicom["archive_tls"] = {"ae": "PACSLAB", "host": HOST, "port": plan.archive_tls}
    hl7 = {"ris": {"host": HOST, "port": plan.hl7_ris}}
    if can.hl7:
        hl7["archive"] = {"host": HOST, "port": plan.hl7_archive}
    return {**made, "dicom": dicom, "hl7": hl7, "urls": _urls(config, plan)}


def capable_of(config: SeatConfig) -> Capabilities:
    """Return what the backend of a seat has."""
    return capabilities({"backend": config.backend.kind, "capabilities": _given(config)})


def _given(config: SeatConfig) -> list[str]:
    """Return what a person says an external archive can do beyond the least."""
    if config.backend.kind != "external":
        return []
    chosen = {"dicomweb": config.backend.dicomweb, "commitment": config.backend.commitment}
    return [name for name, value in chosen.items() if value]


def _urls(config: SeatConfig, plan: Plan) -> dict[str, Any]:
    archive_web = f"http://{HOST}:{plan.archive_web}"
    urls: dict[str, Any] = {
        "api": f"{archive_web}/api",
        "dicomweb": f"{archive_web}/dicom-web",
        "metrics": f"{archive_web}/metrics",
        "hospital": f"http://{HOST}:{plan.hospital_web}/api",
        "jupyter": None,
    }
    if config.backend.kind == "orthanc":
        from simulator.backends import orthanc

        urls["orthanc"] = f"http://{HOST}:{plan.orthanc_web}"
        urls["dicomweb"] = f"{urls['orthanc']}/dicom-web" if orthanc.dicomweb_plugin() else None
    if config.backend.kind == "external":
        urls["dicomweb"] = config.backend.dicomweb or None
    return urls


def said(facts: dict[str, Any]) -> list[str]:
    """Return what a person should be told about this backend, a line each."""
    can = capabilities(facts)
    lines = [can.lacks(name) for name in can.missing()]
    if can.kind == "orthanc":
        from simulator.backends import orthanc

        lines.append(orthanc.OPEN_PORT)
    if can.kind == "external" and not is_loopback(facts["dicom"]["archive"]["host"]):
        lines.append(_ELSEWHERE)
    verified = facts.get("verified", {"ok": True})
    if not verified["ok"]:
        lines.insert(0, f"{verified['error']} {verified['remedy']}".strip())
    return lines


def to_enter(facts: dict[str, Any], plan: Plan | None) -> list[dict[str, Any]]:
    """Return the nodes an external archive must know; empty where we told it ourselves."""
    if facts["backend"] != "external" or plan is None:
        return []
    from simulator.furnishing import known_nodes

    return table([node.facts() for node in known_nodes(plan) if node.ae != "PACSLAB_UP"])
