"""pacslab dataset …: the data sets of the project, and the proof that they come out right."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.commands.generate import fill
from simulator.commands.output import JsonOption, show
from simulator.commands.progress import bar
from simulator.errors import CannotError, UsageError

app = typer.Typer(help="Data sets: recipes, and what must come out of them.", no_args_is_help=True)


@app.command("list")
def dataset_list(as_json: JsonOption = False) -> None:
    """List the data sets."""
    from simulator.recipes import manifest, recipe

    rows: list[dict[str, Any]] = []
    for name in recipe.names():
        found, path = recipe.load(name), manifest.committed(name)
        known = manifest.read(path) if path.exists() else None
        rows.append(
            {
                "name": name,
                "title": found.title,
                "studies": known and known.studies,
                "objects": known and known.objects,
                "says": found.says,
            }
        )
    show(rows, as_json, ("name", "studies", "objects", "title"))


@app.command("build")
def dataset_build(
    name: Annotated[str, typer.Argument(help="A name of 'pacslab dataset list'.")],
    out: Annotated[Path, typer.Option("--out", help="The folder to fill.")],
    dicomdir: Annotated[bool, typer.Option("--dicomdir", help="With a DICOMDIR.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a data set."""
    from simulator.recipes.output import Job
    from simulator.recipes.recipe import load

    fill(Job(recipe=load(name)), out, dicomdir=dicomdir, as_json=as_json)


@app.command("verify")
def dataset_verify(
    what: Annotated[str, typer.Argument(help="A name, or a folder made before; none: all.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Make data sets anew (or read a folder) and compare every hash with the manifest."""
    from simulator.recipes import recipe

    names = recipe.names()
    if what and what not in names:
        if not Path(what).is_dir():
            raise UsageError(
                f"There is no data set and no folder '{what}'.", f"Known: {', '.join(names)}."
            )
        results = [_folder(Path(what), as_json)]
    else:
        results = [_made(name, as_json) for name in ([what] if what else names)]
    _report(results, as_json)


def _made(name: str, quiet: bool) -> dict[str, Any]:
    from simulator.recipes import manifest, output, recipe

    wanted = manifest.expected(name)
    with bar(f"verifying {name}", quiet=quiet) as progress:
        job = output.Job(recipe=recipe.load(name), progress=progress)
        for _ in job.items():
            pass
    return _result(name, len(job.entries), manifest.differences(wanted, job.entries))


def _folder(place: Path, quiet: bool) -> dict[str, Any]:
    """Compare a folder with the manifest in it, and that one with ours if it is one of ours."""
    from simulator.recipes import manifest, output, recipe

    if not (place / manifest.NAME).exists():
        raise CannotError(f"{place} has no {manifest.NAME}.", "Fill it with 'pacslab generate'.")
    wanted = manifest.read(place / manifest.NAME)
    with bar(f"reading {place}", quiet=quiet) as progress:
        found = output.entries_in(place, progress)
    said = manifest.differences(wanted, found)
    if not said and wanted.name in recipe.names() and not wanted.dicomdir:
        ours = manifest.expected(wanted.name)
        same = (ours.seed, ours.pixels, ours.studies) == (
            wanted.seed,
            wanted.pixels,
            wanted.studies,
        )
        said = manifest.differences(ours, wanted.object) if same else []
    return _result(str(place), len(found), said)


def _result(name: str, objects: int, said: list[str]) -> dict[str, Any]:
    return {"name": name, "objects": objects, "ok": not said, "differences": said}


def _report(results: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        show(results, True)
    for row in results if not as_json else []:
        print(f"{'✔' if row['ok'] else '✘'} {row['name']}: {row['objects']} objects")
        for said in row["differences"][:20]:
            print(f"    {said}")
        if len(row["differences"]) > 20:
            print(f"    … and {len(row['differences']) - 20} more")
    if not all(row["ok"] for row in results):
        raise typer.Exit(1)


@app.command("answers")
def dataset_answers(name: str, as_json: JsonOption = False) -> None:
    """Show the answer key: what there is to see in each study, and what is wrong with it."""
    from simulator.recipes.cases import cases
    from simulator.recipes.flaws import flaw
    from simulator.recipes.recipe import load

    rows = [
        {
            "study": f"study-{case.number:04d}",
            "device": case.profile.name,
            "patient": case.exam.patient_name,
            "accession": case.exam.accession,
            "answer": "; ".join(filter(None, (case.part.answer, *_wrong(case.part.flaws, flaw)))),
        }
        for case in cases(load(name))
    ]
    rows = [row for row in rows if row["answer"]]
    if not rows:
        raise UsageError(f"The data set '{name}' asks no question.")
    show(rows, as_json, ("study", "device", "patient", "accession", "answer"))


def _wrong(keys: tuple[str, ...], flaw: Any) -> list[str]:
    return [str(flaw(key).says) for key in keys]


@app.command("note")
def dataset_note(name: str, as_json: JsonOption = False) -> None:
    """Write the manifest of a data set anew: for those who change a recipe or a picture."""
    from simulator.recipes import manifest, output, recipe

    found = recipe.load(name)
    with bar(f"noting {name}", quiet=as_json) as progress:
        job = output.Job(recipe=found, progress=progress)
        size = sum(len(item.data) for item in job.items())
    manifest.write(job.manifest(listed=found.listed), manifest.committed(name))
    facts = {"name": name, "objects": len(job.entries), "bytes": size}
    show(facts, True) if as_json else print(f"{name}: {len(job.entries)} objects are noted.")
