"""Which address and port everything in a seat has: the default plan, or a free block."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, field
from typing import Any

from simulator.errors import CannotError
from simulator.system import is_free, loopback

HOST = "127.0.0.1"
_BLOCK = 256  # ports a seat may need: services, and one for each device
_LOWEST, _HIGHEST = 20000, 32000  # below the range systems hand out by themselves


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The ports of a seat; devices by name, each with its own host and port."""

    archive: int = 11112
    archive_tls: int = 2762
    ris: int = 11113
    hl7_ris: int = 2575
    hl7_archive: int = 2576
    archive_web: int = 8112
    hospital_web: int = 8113
    jupyter: int = 8888
    orthanc_web: int = 8042  # where the backend is Orthanc
    devices: dict[str, list[Any]] = field(default_factory=dict)  # name: [host, port]

    def facts(self) -> dict[str, Any]:
        """The plan as JSON holds it."""
        return asdict(self)

    def services(self) -> dict[str, int]:
        """The fixed services and their ports, named as in error messages."""
        return {
            "the archive's DICOM listener": self.archive,
            "the archive's DICOM listener for TLS": self.archive_tls,
            "the RIS's DICOM listener": self.ris,
            "the RIS's HL7 listener": self.hl7_ris,
            "the archive's HL7 listener": self.hl7_archive,
            "the archive's web server": self.archive_web,
            "the hospital's web server": self.hospital_web,
        }


def default_plan(devices: dict[str, int]) -> Plan:
    """Return the well-known ports; `devices` maps names to address numbers."""
    places = {name: [loopback(n), 11120 + n] for name, n in devices.items()}
    jupyter = next((port for port in range(8888, 8988) if is_free(HOST, port)), 8888)
    return Plan(jupyter=jupyter, devices=places)


def free_plan(devices: dict[str, int]) -> Plan:
    """Return a block of ports nobody uses; seats started at the same time choose at random."""
    for _ in range(200):
        base = random.SystemRandom().randrange(_LOWEST, _HIGHEST, _BLOCK)
        plan = Plan(
            archive=base,
            ris=base + 1,
            hl7_ris=base + 2,
            hl7_archive=base + 3,
            archive_web=base + 4,
            hospital_web=base + 5,
            jupyter=base + 6,
            archive_tls=base + 7,
            orthanc_web=base + 8,
            devices={name: [loopback(n), base + 20 + n] for name, n in devices.items()},
        )
        if not taken(plan) and is_free(HOST, plan.jupyter):
            return plan
    raise CannotError("No free block of ports was found.", "Close other programs and try again.")


def taken(plan: Plan, backend: str = "embedded") -> list[str]:
    """Return what in the plan is taken, in words; each backend opens ports of its own."""
    services = plan.services()
    if backend == "orthanc":
        services["Orthanc's web server"] = plan.orthanc_web
    if backend != "embedded":
        del services["the archive's HL7 listener"], services["the archive's DICOM listener for TLS"]
    if backend == "external":
        del services["the archive's DICOM listener"]
    found = [
        f"port {port} for {name}" for name, port in services.items() if not is_free(HOST, port)
    ]
    return found + [
        f"port {port} for {name}" for name, (host, port) in plan.devices.items()
        if not is_free(host, port)
    ]  # fmt: skip
