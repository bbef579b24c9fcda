"""pacslab archive volume, forecast, retention and hold …: how long and where images are kept."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from simulator.commands import compression
from simulator.commands.acting import Pairs, PasswordOption, UserOption, acting_as
from simulator.commands.output import JsonOption, SeatOption, client, parse_pairs, show

volume = typer.Typer(help="Volumes: disks, tape, and where studies are.", no_args_is_help=True)
retention = typer.Typer(help="How long which studies are kept.", no_args_is_help=True)
hold = typer.Typer(help="Legal holds.", no_args_is_help=True)
Dry = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
_SUMMARY = ("number", "kind", "at", "by", "expiring", "bytes")


@volume.command("list")
def volume_list(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the volumes and how full they are."""
    show(client(seat).storage.list(), as_json)


@volume.command("add")
def volume_add(
    name: str, pairs: Pairs, seat: SeatOption = None, as_json: JsonOption = False
) -> None:
    """Add a volume: tier=online capacity=2GB threshold=90 low=80 recall_seconds=60."""
    show(client(seat).storage.add(name, **parse_pairs(pairs)), as_json)


@volume.command("change")
def volume_change(
    name: str, pairs: Pairs, seat: SeatOption = None, as_json: JsonOption = False
) -> None:
    """Change a volume: capacity=…, threshold=…, low=…, writable=false, recall_seconds=…"""
    show(client(seat).storage.change(name, **parse_pairs(pairs)), as_json)


@volume.command("remove")
def volume_remove(name: str, seat: SeatOption = None) -> None:
    """Take an empty volume away."""
    client(seat).storage.remove(name)
    print(f"Volume {name} was removed.")


@volume.command("clear")
def volume_clear(name: str, kind: str, seat: SeatOption = None) -> None:
    """Clear logs, cache or temp away."""
    print(f"{client(seat).storage.clear(name, kind)} bytes of {kind} were cleared on {name}.")


@volume.command("fill")
def volume_fill(
    name: str,
    kind: str,
    size: str,
    per_day: Annotated[str, typer.Option(help="How much more each day of hospital time.")] = "0",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let logs, cache, temp or database fill a volume, as an instructor does it for a lesson."""
    staff = client(seat).as_staff("instructor")
    show(staff.storage.fill(name, kind, size, per_day), as_json)


@volume.command("mount")
def volume_mount(name: str, seat: SeatOption = None) -> None:
    """Mount a volume; what waited for it goes on."""
    print(f"{name} is mounted; {client(seat).storage.mount(name)} recalls waited for it.")


@volume.command("unmount")
def volume_unmount(name: str, seat: SeatOption = None) -> None:
    """Take a volume out."""
    client(seat).storage.unmount(name)
    print(f"{name} is not mounted any more.")


@volume.command("clean")
def volume_clean(
    name: str, dry_run: Dry = False, seat: SeatOption = None, as_json: JsonOption = False
) -> None:
    """Free the oldest studies that have another good copy, down to the low mark."""
    show(client(seat).storage.clean(name, dry_run=dry_run), as_json)


@volume.command("verify")
def volume_verify(
    name: str,
    mend: Annotated[bool, typer.Option("--mend", help="Mend from another copy.")] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare every file of a volume with its digest; exit status 1 if one is bad."""
    report = client(seat).storage.verify(name, mend=mend)
    show(report, as_json)
    if any(not row["mended"] for row in report["bad"]):
        raise typer.Exit(1)


def forecast(
    name: Annotated[str, typer.Argument(help="An online volume.")] = "ONLINE1",
    basis: Annotated[str, typer.Option(help="received or study_date")] = "received",
    back: Annotated[int, typer.Option(help="Whole days looked back.")] = 90,
    ahead: Annotated[int, typer.Option(help="Days looked ahead.")] = 90,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say when a volume reaches its threshold, from the trend of the daily ingest."""
    facts = client(seat).storage.forecast(name, basis=basis, back=back, ahead=ahead)
    show(facts if as_json else facts["said"], as_json)


@volume.command("copies")
def volume_copies(study_uid: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Say on which volumes a study's files are."""
    show(client(seat).storage.copies(study_uid), as_json)


@volume.command("copy")
def volume_copy(study_uid: str, name: str, seat: SeatOption = None) -> None:
    """Copy a study to a nearline or offline volume."""
    print(f"{client(seat).storage.copy(study_uid, name)} files were copied to {name}.")


@volume.command("free")
def volume_free(study_uid: str, seat: SeatOption = None) -> None:
    """Take a study off the disks; refused for the last copy."""
    print(f"{client(seat).storage.free(study_uid)} bytes are free again.")


@volume.command("recall")
def volume_recall(study_uid: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Ask for a study that is not online."""
    show(client(seat).storage.recall(study_uid), as_json)


@volume.command("recalls")
def volume_recalls(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List what is on its way back online, and what waits for a mount."""
    show(client(seat).storage.recalls(), as_json)


# --- retention ------------------------------------------------------------------------------------


@retention.command("list")
def retention_list(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the rules."""
    show(client(seat).retention.list(), as_json)


@retention.command("put")
def retention_put(
    name: str, pairs: Pairs, seat: SeatOption = None, as_json: JsonOption = False
) -> None:
    """Make or change a rule: keep=10y modality=CT patients=minors after_majority=10y."""
    show(client(seat).retention.put(name, **parse_pairs(pairs)), as_json)


@retention.command("remove")
def retention_remove(name: str, seat: SeatOption = None) -> None:
    """Delete a rule."""
    client(seat).retention.remove(name)
    print(f"The rule {name} was deleted.")


@retention.command("preview")
def retention_preview(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Say what would expire now, and why what comes next is kept; changes nothing."""
    _show_report(client(seat).retention.preview(), as_json)


@retention.command("run")
def retention_run(
    preview: Annotated[int, typer.Argument(help="The number of the preview.")],
    user: UserOption = "", password: PasswordOption = "", seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Do what a preview said; refused where it is not true any more."""
    _show_report(acting_as(seat, user, password).retention.run(preview), as_json)


@retention.command("reports")
def retention_reports(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List previews and runs."""
    show(client(seat).retention.reports(), as_json)


@retention.command("report")
def retention_report(number: int, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show one preview or run."""
    _show_report(client(seat).retention.report(number), as_json)


def _show_report(report: dict[str, Any], as_json: bool) -> None:
    if as_json:
        show(report, True)
        return
    show({key: report[key] for key in _SUMMARY}, False)
    print()
    show(report["studies"], False)


# --- holds ----------------------------------------------------------------------------------------


@hold.command("list")
def hold_list(
    released: Annotated[bool, typer.Option("--released", help="Those that ended, too.")] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the holds."""
    show(client(seat).holds.list(released=released), as_json)


@hold.command("put")
def hold_put(
    reason: str,
    study_uid: Annotated[str, typer.Option("--study", help="Study Instance UID.")] = "",
    patient_id: Annotated[str, typer.Option("--patient", help="All of this patient's.")] = "",
    issuer: Annotated[str, typer.Option(help="Whose number that is.")] = "",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold a study, or all of a patient's, whatever the rules say."""
    holds = client(seat).holds
    made = holds.put(reason, study_uid=study_uid, patient_id=patient_id, issuer=issuer)
    show(made, as_json)


@hold.command("release")
def hold_release(
    number: int, reason: str, seat: SeatOption = None, as_json: JsonOption = False
) -> None:
    """End a hold."""
    show(client(seat).holds.release(number, reason), as_json)


def register(archive: typer.Typer) -> None:
    """Add these verbs to `pacslab archive`."""
    archive.add_typer(volume, name="volume")
    archive.add_typer(retention, name="retention")
    archive.add_typer(hold, name="hold")
    archive.add_typer(compression.app, name="compression")
    archive.command("forecast")(forecast)
