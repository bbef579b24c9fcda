"""pacslab generate: files of a data set, a modality or a device, without any hospital."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.commands.output import JsonOption, show
from simulator.commands.progress import bar


def generate(
    what: Annotated[str, typer.Argument(help="A data set, a modality (CT) or a device (CT1).")],
    out: Annotated[Path, typer.Option("--out", help="The folder to fill.")],
    studies: Annotated[int | None, typer.Option(min=1, help="How many studies.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Same seed: same files.")] = None,
    dicomdir: Annotated[
        bool, typer.Option("--dicomdir", help="As for media: short names and a DICOMDIR.")
    ] = False,
    pixels: Annotated[str, typer.Option(help="small or full; empty: what the recipe says.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Write DICOM files (Part 10) into a folder."""
    from simulator.recipes import recipe
    from simulator.recipes.cases import sample
    from simulator.recipes.output import Job

    if what in recipe.names():
        job = Job(recipe=recipe.load(what), seed=seed, studies=studies, pixels=pixels or None)
    else:
        found = sample(what, 1 if seed is None else seed, studies or 1, pixels or "small")
        job = Job(recipe=found)
    fill(job, out, dicomdir=dicomdir, as_json=as_json)


def fill(job: Any, out: Path, *, dicomdir: bool = False, as_json: bool = False) -> None:
    """Make a data set with a progress bar, and say what it came to."""
    from simulator.recipes.output import write

    with bar(f"making {job.recipe.name}", quiet=as_json) as job.progress:
        facts = write(job, out, dicomdir=dicomdir)
    if as_json:
        show(facts, True)
        return
    print(
        f"{facts['studies']} studies, {facts['objects']} objects, {facts['bytes'] / 1e6:.1f} MB "
        f"in {facts['folder']}{' with a DICOMDIR' if dicomdir else ''}."
    )
