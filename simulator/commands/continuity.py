"""pacslab archive backup …, restore, rebuild and verify: getting the archive back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulator.commands.output import JsonOption, SeatOption, client, show
from simulator.commands.progress import bar
from simulator.errors import CannotError
from simulator.results import Rows
from simulator.seat import Seat

if TYPE_CHECKING:
    from simulator.archive.continuity.vault import Vault

app = typer.Typer(
    help="Backups of the archive's index, files and configuration; the RIS has its own database.",
    no_args_is_help=True,
)
WhatArgument = Annotated[
    str, typer.Argument(help="A backup's name, or a folder made with --out (its newest is meant).")
]
NameOption = Annotated[str, typer.Option("--name", help="What it is called; default: the time.")]
_SHORT = ("name", "taken", "by", "revision", "files", "bytes", "copied", "lacking")


def vault_of(seat: Path | None) -> Vault:
    """Return the seat's own vault."""
    from simulator.archive.continuity.room import FOLDER

    return vault_at(Seat(seat).folder / FOLDER)


def vault_at(folder: Path) -> Vault:
    """Return the vault in a folder; the archive's code is only imported where it is needed."""
    from simulator.archive.continuity.vault import Vault

    return Vault(folder.expanduser().resolve())


def meant(what: str, seat: Path | None) -> tuple[Vault, str]:
    """Return the vault and the name that a folder or a name means."""
    path = Path(what).expanduser()
    if (path / "manifest.json").is_file():
        return vault_at(path.resolve().parent), path.resolve().name
    if path.is_dir():
        return vault_at(path), vault_at(path).newest()
    vault = vault_of(seat)
    vault.get(what)
    return vault, what


@app.command()
def create(
    out: Annotated[
        Path | None, typer.Option("--out", help="Copy it into this folder, too: only what is new.")
    ] = None,
    name: NameOption = "",
    keys: Annotated[bool, typer.Option("--keys", help="Save private keys of TLS, too.")] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Back up the archive while it goes on; with --out, carry the backup to another disk."""
    with bar("backup", quiet=as_json) as progress:
        made = client(seat).backups.create(name, keys=keys, progress=progress)
    if out is not None:
        made["out"] = str(out)
        made["carried"] = vault_at(out).take_over(vault_of(seat), made["name"])
    if as_json:
        show(made, True)
    else:
        print(f"Backup {made['name']}: {made['counts']['studies']} studies, {made['files']} files, "
              f"{made['copied']} of them new.")  # fmt: skip
        if out is not None:
            print(f"Carried to {out}: {made['carried']['copied']} files copied.")
        for digest, why in made["lacking"].items():
            print(f"lacking: {digest}: {why}")
    if made["lacking"]:
        raise typer.Exit(1)


@app.command("list")
def list_all(
    folder: Annotated[Path | None, typer.Argument(help="A folder made with --out.")] = None,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """List backups, the oldest first: the seat's own, or those in a folder."""
    if folder is None:
        show(client(seat).backups.list(), as_json, _SHORT)
        return
    rows = [backup.facts() for backup in vault_at(folder).all()]
    show([{**row, "lacking": len(row["lacking"])} for row in rows], as_json, _SHORT)


@app.command("show")
def show_one(what: WhatArgument, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show what a backup holds."""
    vault, name = meant(what, seat)
    own = vault.folder == vault_of(seat).folder
    facts = client(seat).backups.show(name) if own else vault.get(name).facts()
    show(facts if as_json else {**facts, "members": len(facts["members"])}, as_json)


@app.command()
def verify(what: WhatArgument, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Read everything in a backup, and open its index on trial."""
    from simulator.archive.continuity.verify import verify as verified

    vault, name = meant(what, seat)
    own = vault.folder == vault_of(seat).folder and Seat(seat).is_up("archive")
    with bar(f"verifying {name}", quiet=as_json) as progress:
        found = (
            client(seat).backups.verify(name, progress=progress) if own
            else verified(vault, name, progress).facts()
        )  # fmt: skip
    if as_json:
        show(found, True)
    elif found["ok"]:
        looked = ", ".join(f"{count} {what}" for what, count in found["checked"].items())
        print(f"The backup {name} can be restored: {looked} were looked at.")
        print(f"Not in it: {'; '.join(found['not_in_it'])}.")
    else:
        print(f"The backup {name} is not whole: {found['count']} problems.")
        print(Rows(found["problems"], ("what", "why")))
    if not found["ok"]:
        raise typer.Exit(1)


@app.command()
def jobs(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List backups, restores and the like that were begun since the archive was started."""
    show(client(seat).backups.jobs(), as_json)


@app.command()
def job(number: int, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show how far a job is, and its result once it is done."""
    show(client(seat).backups.job(number), as_json)


@app.command()
def remove(name: str, seat: SeatOption = None) -> None:
    """Delete a backup of the seat, and the files that no other one needs."""
    count = client(seat).backups.remove(name)
    print(f"{name} was deleted, and {count} files with it.")


def restore(
    what: WhatArgument,
    study: Annotated[str, typer.Option(help="Bring back this study only.")] = "",
    keep_nodes: Annotated[
        bool, typer.Option("--keep-nodes", help="Leave the node table as it is here.")
    ] = False,
    config: Annotated[
        bool, typer.Option("--config", help="config.toml and certificates, too; after a restart.")
    ] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a backup back into this seat: checked first, and what is there now is kept aside."""
    from simulator.archive.continuity.verify import verify as verified

    vault, name = meant(what, seat)
    if Seat(seat).is_up("archive"):
        if vault.folder != vault_of(seat).folder:
            verified(vault, name).need()
        name = str(vault_of(seat).take_over(vault, name)["name"])
        with bar(f"restoring {name}", quiet=as_json) as progress:
            done = client(seat).backups.restore(
                name, study=study, keep_nodes=keep_nodes, config=config, progress=progress
            )
    elif study:
        raise CannotError("The archive does not run.", "pacslab service start archive")
    else:
        from simulator.archive.continuity import offline

        found = Seat(seat)
        done = offline.restore_stopped(
            found.folder / "archive", found.config.archive.database, vault, name,
            admin=(found.secrets["admin"]["user"], found.secrets["admin"]["password"]),
            keep_nodes=keep_nodes, config=config,
        )  # fmt: skip
    show({**done, "lacking": len(done.get("lacking", ()))}, as_json)


def undo_restore(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Take the last restore back."""
    show(client(seat).backups.undo_restore(), as_json)


def rebuild(
    sure: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the index anew from the files; says what no file knows."""
    if not sure:
        typer.confirm("The index is made anew, and stores wait meanwhile. Go on?", abort=True)
    with bar("rebuilding", quiet=as_json) as progress:
        found = client(seat).backups.rebuild(progress=progress)
    if as_json:
        show(found, True)
    else:
        print(f"{found['files']} files: {found['entered']} entered, {found['skipped']} "
              f"taken out before, {found['older']} older copies, "
              f"{len(found['unreadable'])} unreadable.")  # fmt: skip
        print(f"before: {json.dumps(found['before'])}\nafter:  {json.dumps(found['after'])}")
        kept = ", ".join(f"{count} {name}" for name, count in found["only_index_knew"].items())
        print(f"What no file says is as the index has it: {kept}.")
        print(Rows(found["unreadable"], ("digest", "why")) if found["unreadable"] else "", end="")
    if found["unreadable"]:
        raise typer.Exit(1)


def verify_archive(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Compare every file's content with the index, and say how old the last backup is."""
    found = client(seat)
    report, backups = found.integrity.check(deep=True), found.backups.list()
    facts: dict[str, Any] = {
        "files": report["counts"]["files"], "said": report["said"] or "files and index agree",
        "missing": len(report["missing"]), "damaged": len(report["damaged"]),
        "last_backup": backups[-1]["taken"] if backups else "never",
        "now": found.clock.now().isoformat(timespec="seconds"),
    }  # fmt: skip
    show({**facts, "integrity": report} if as_json else facts, as_json)
    if report["missing"] or report["damaged"]:
        raise typer.Exit(1)


def register(archive: typer.Typer) -> None:
    """Add these verbs to `pacslab archive`."""
    archive.add_typer(app, name="backup")
    archive.command("restore")(restore)
    archive.command("undo-restore")(undo_restore)
    archive.command("rebuild")(rebuild)
    archive.command("verify")(verify_archive)
