"""All kinds of faults by name; a new one is a frozen dataclass and one line here.

A fault's fields are its parameters. `apply` makes the change through a door that staff have too,
as the staff member `by`; `lift` undoes it. Nothing in the system knows that it was a fault.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, Protocol

from simulator.client import Client
from simulator.config import build
from simulator.errors import UsageError
from simulator.faults import (
    access_slips,
    accounts,
    association,
    calendar,
    desks,
    directory,
    disks,
    headers,
    identity,
    innocent,
    interface,
    left_open,
    legacy,
    log_ins,
    looking,
    network,
    prefetching,
    query,
    rights,
    ris,
    routine,
    settings,
    strangers,
    studies,
    traffic,
    worklist,
)


class Fault(Protocol):
    """What every fault can do."""

    def apply(self, seat: Client) -> None:
        """Break it."""

    def lift(self, seat: Client) -> None:
        """Mend it."""


REGISTRY: dict[str, type[Fault]] = {
    "called-title": association.CalledTitle,
    "own-title": association.OwnTitle,
    "node-title": association.NodeTitle,
    "node-gone": association.NodeGone,
    "node-address": association.NodeAddress,
    "node-port": association.NodePort,
    "node-rights": association.NodeRights,
    "wrong-port": network.WrongPort,
    "port-taken": network.PortTaken,
    "same-address": network.SameAddress,
    "firewall": network.Firewall,
    "duplex": network.Duplex,
    "vlan": network.Vlan,
    "no-destination": query.NoDestination,
    "stale-entry": query.StaleEntry,
    "clone": query.Clone,
    "dropped-entry": desks.DroppedEntry,
    "polling": desks.Polling,
    "undated": legacy.Undated,
    "patient-search": query.PatientSearch,
    "desk-search": query.DeskSearch,
    "station-key": worklist.StationKey,
    "station-mapping": worklist.StationMapping,
    "broken-off": worklist.BrokenOff,
    "added-images": worklist.AddedImages,
    "ris-setting": ris.RisSetting,
    "ris-device": ris.RisDevice,
    "ris-procedure": ris.ProcedureRow,
    "ris-remarks": routine.RisDevices,
    "sent-order": interface.SentOrder,
    "sent-cancel": interface.SentCancel,
    "worklist-try": ris.WorklistTry,
    "typed-by-hand": identity.TypedByHand,
    "missed-merge": identity.MissedMerge,
    "header-writing": headers.HeaderWriting,
    "same-row": studies.SameRow,
    "corrected-copy": studies.CorrectedCopy,
    "re-registered": studies.ReRegistered,
    "phantoms-apart": studies.PhantomsApart,
    "archive-setting": settings.ArchiveSetting,
    "device-setting": settings.DeviceSetting,
    "log-in": accounts.LogIn,
    "account": accounts.Account,
    "account-until": accounts.Until,
    "password": accounts.Password,
    "wrong-password": log_ins.WrongPassword,
    "sign-in": log_ins.SignIn,
    "device-log-in": log_ins.DeviceLogIn,
    "search": log_ins.Search,
    "exams": looking.Exams,
    "looks": looking.Looks,
    "unrecorded": looking.Unrecorded,
    "audit-read": looking.AuditRead,
    "closed-records": looking.Closed,
    "broken-glass": looking.BrokenGlass,
    "verify": log_ins.Verify,
    "directory": directory.DirectoryRuns,
    "directory-person": directory.DirectoryPerson,
    "directory-people": directory.DirectoryPeople,
    "lost-claims": directory.LostClaims,
    "meaning": directory.Meaning,
    "rule-entered": prefetching.RuleEntered,
    "rule-changed": prefetching.RuleChanged,
    "paused": prefetching.Paused,
    "meaning-lost": access_slips.MeaningLost,
    "limited": access_slips.Limited,
    "log-in-try": access_slips.LogInTry,
    "token": left_open.Token,
    "left-open": left_open.LeftOpen,
    "days": calendar.Days,
    "stranger": strangers.Stranger,
    "role-rights": rights.RoleRights,
    "account-change": rights.AccountChange,
    "order": traffic.Order,
    "exam": traffic.Exam,
    "rush": traffic.Rush,
    "calls": traffic.Calls,
    "look": traffic.Look,
    "pull": traffic.Pull,
    "push": traffic.Push,
    "volume-full": disks.VolumeFull,
    "setting-put-back": innocent.SettingPutBack,
    "device-put-back": innocent.DevicePutBack,
    "node-put-back": innocent.NodePutBack,
    "routine-nodes": routine.Nodes,
    "routine-devices": routine.Devices,
    "routine-rules": routine.Rules,
    "routine-accounts": routine.Accounts,
}


def kinds() -> list[str]:
    """Return the names of all kinds."""
    return list(REGISTRY)


def make(kind: str, parameters: dict[str, Any], where: str = "fault") -> Fault:
    """Make a fault; raises UsageError for an unknown kind or parameter."""
    return build(class_of(kind, where), parameters, f"{where}, fault '{kind}'")


def check(kind: str, parameters: dict[str, Any], where: str) -> None:
    """Refuse an unknown kind, and parameters it does not have or lacks; values come later."""
    known = {item.name: item for item in fields(class_of(kind, where))}  # type: ignore[arg-type]
    for key in parameters:
        if key not in known:
            raise UsageError(
                f"{where}: the fault '{kind}' has no '{key}'.", f"It has: {', '.join(known)}."
            )
    for name, item in known.items():
        required = item.default is MISSING and item.default_factory is MISSING
        if required and name not in parameters:
            raise UsageError(f"{where}: the fault '{kind}' lacks '{name}'.")


def class_of(kind: str, where: str = "fault") -> type[Fault]:
    """Return the class of a kind; raises UsageError if there is none."""
    if kind not in REGISTRY:
        raise UsageError(
            f"{where}: there is no kind of fault '{kind}'.", f"There are: {', '.join(REGISTRY)}."
        )
    return REGISTRY[kind]
