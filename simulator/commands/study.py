"""pacslab archive study …: what is stored, and the fix-up desk."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from simulator.commands.acting import Pairs, PasswordOption, UserOption, acting_as
from simulator.commands.output import JsonOption, SeatOption, client, show, show_outcome
from simulator.commands.study_tree import preview as preview_text
from simulator.commands.study_tree import tree
from simulator.errors import UsageError

app = typer.Typer(help="Stored studies, and correcting them.", no_args_is_help=True)
Preview = Annotated[bool, typer.Option("--preview", help="Only show what would happen.")]
Series = Annotated[list[str] | None, typer.Option("--series", help="Series Instance UID.")]
OneSeries = Annotated[str, typer.Option("--series", help="Series Instance UID.")]
Instances = Annotated[list[str] | None, typer.Option("--instance", help="SOP Instance UID.")]
References = Annotated[
    str, typer.Option(help="Objects that refer to what moves: refuse, or update them.")
]


def done(found: Any, as_json: bool, preview: bool) -> None:
    """Print how a correction ended, or what it would do."""
    if preview:
        show(found, True) if as_json else print(preview_text(found))
    else:
        show_outcome(found, as_json)


@app.command("list")
def study_list(
    unmatched: Annotated[
        bool, typer.Option("--unmatched", help="Only those without an order.")
    ] = False,
    patient_id: Annotated[str, typer.Option(help="Of this patient.")] = "",
    accession: Annotated[str, typer.Option(help="With this accession number.")] = "",
    text: Annotated[str, typer.Option(help="Words of name, Patient ID or accession.")] = "",
    modality: Annotated[str, typer.Option(help="With a series of it, e.g. CT.")] = "",
    limit: Annotated[int, typer.Option(min=0, help="So many at most; 0: all.")] = 0,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """List studies, newest first."""
    filters = {"patient_id": patient_id, "accession": accession, "text": text}
    filters |= {"modality": modality, "limit": str(limit or "")}
    filters["order_state"] = "unmatched" if unmatched else ""
    show(client(seat).archive.studies(**{k: v for k, v in filters.items() if v}), as_json)


@app.command("show")
def study_show(study_uid: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show one study with its series and instances."""
    found = client(seat).archive.study(study_uid)
    show(found, True) if as_json else print(tree(found))


@app.command("delete")
def study_delete(
    study_uid: str, user: UserOption = "", password: PasswordOption = "", seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Delete a study from the archive."""
    show_outcome(acting_as(seat, user, password).archive.delete(study_uid), as_json)


@app.command("move")
def study_move(
    study_uid: str, destination: str, seat: SeatOption = None, as_json: JsonOption = False
) -> None:
    """C-MOVE a study to the AE title DESTINATION."""
    show_outcome(client(seat).archive.move(study_uid, destination), as_json)


# --- the fix-up desk ------------------------------------------------------------------------------


@app.command()
def problems(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show what waits to be put right: unmatched, conflicts, duplicates, quarantine."""
    fixup = client(seat).fixup
    rows, counts = fixup.problems(), fixup.counts()
    if as_json:
        show({"counts": counts, "rows": rows}, True)
        return
    print(counts)
    if rows:
        print(f"\n{rows}")


@app.command()
def editable(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the attributes that can be edited."""
    found = client(seat).fixup.editable()
    if as_json:
        show(found, True)
    else:
        print("\n".join(f"{row['level']}: {', '.join(row['attributes'])}" for row in found))


@app.command()
def rejected(
    study_uid: Annotated[str, typer.Argument(help="Only of this study.")] = "",
    seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """List rejected instances."""
    show(client(seat).fixup.rejected(study_uid), as_json)


@app.command()
def candidates(study_uid: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the orders a study may belong to, the likeliest first."""
    show(client(seat).fixup.candidates(study_uid), as_json)


@app.command()
def edit(
    study_uid: str, pairs: Pairs, series: OneSeries = "", instance: Instances = None,
    preview: Preview = False, user: UserOption = "", password: PasswordOption = "",
    seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Change attributes: StudyDescription="CT abdomen" …; the old values are kept."""
    words = [pair.partition("=") for pair in pairs]
    if wrong := next((key for key, equals, _ in words if not equals or not key), None):
        raise UsageError(f"'{wrong}' is not KEYWORD=VALUE.", "E.g. PatientSex=F.")
    values = {key: value for key, _, value in words}
    fixup = acting_as(seat, user, password).fixup
    found = fixup.edit(study_uid, values, series=series, instances=instance or (), preview=preview)
    done(found, as_json, preview)


@app.command()
def link(
    study_uid: str,
    accession: str,
    other_patient: Annotated[
        bool, typer.Option("--other-patient", help="The images say the wrong patient.")
    ] = False,
    preview: Preview = False, user: UserOption = "", password: PasswordOption = "",
    seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Link a study to an order: the images get the identity the order says."""
    fixup = acting_as(seat, user, password).fixup
    found = fixup.link(study_uid, accession, other_patient=other_patient, preview=preview)
    done(found, as_json, preview)


@app.command()
def unlink(
    study_uid: str, preview: Preview = False, user: UserOption = "", password: PasswordOption = "",
    seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Say of a study that it belongs to no order: its accession number goes."""
    done(acting_as(seat, user, password).fixup.unlink(study_uid, preview=preview), as_json, preview)


@app.command("move-series")
def move_series(
    study_uid: str, to: str, series: Series = None, instance: Instances = None,
    references: References = "refuse", preview: Preview = False, user: UserOption = "",
    password: PasswordOption = "", seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Move series or instances to the study TO: they get new UIDs."""
    found = acting_as(seat, user, password).fixup.move_series(
        study_uid, to, series=series or (), instances=instance or (), references=references,
        preview=preview,
    )  # fmt: skip
    done(found, as_json, preview)


@app.command()
def split(
    study_uid: str, series: Series = None, instance: Instances = None,
    references: References = "refuse", preview: Preview = False, user: UserOption = "",
    password: PasswordOption = "", seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Split series or instances off into a new study of the same patient."""
    found = acting_as(seat, user, password).fixup.split(
        study_uid, series=series or (), instances=instance or (), references=references,
        preview=preview,
    )  # fmt: skip
    done(found, as_json, preview)


@app.command()
def reject(
    study_uid: str,
    code: Annotated[str, typer.Argument(help="113001, 113037, 113038 or 113039.")],
    series: OneSeries = "",
    instance: Instances = None,
    comment: Annotated[str, typer.Option(help="One sentence for the note.")] = "",
    preview: Preview = False, user: UserOption = "", password: PasswordOption = "",
    seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Reject with a Rejection Note: quality, patient safety, worklist entry, retention."""
    found = acting_as(seat, user, password).fixup.reject(
        study_uid, code, series=series, instances=instance or (), comment=comment, preview=preview
    )
    done(found, as_json, preview)


@app.command()
def restore(
    study_uid: str, preview: Preview = False, user: UserOption = "", password: PasswordOption = "",
    seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Take the rejections of a study back."""
    found = acting_as(seat, user, password).fixup.restore(study_uid, preview=preview)
    done(found, as_json, preview)


@app.command()
def purge(
    study_uid: str, preview: Preview = False, user: UserOption = "", password: PasswordOption = "",
    seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Delete for good what was rejected of a study."""
    done(acting_as(seat, user, password).fixup.purge(study_uid, preview=preview), as_json, preview)
