"""What a seat's JupyterLab is furnished with: the console's page, our extension, its settings."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat

from simulator import console, lab, lab_server

EXTENSION = Path(lab.__file__).parent / "lab_extensions" / "pacslab"


def test_the_console_s_page_is_a_notebook_of_panels() -> None:
    page = nbformat.from_dict(lab.console_page())
    nbformat.validate(page)
    calls = [cell.source for cell in page.cells if cell.cell_type == "code"]
    assert calls[0] == "from simulator import console"
    for call in calls[1:]:
        name = re.fullmatch(r"console\.(\w+)\(\)", call)
        assert name and name[1] in console.__all__, call


def test_a_page_that_is_there_is_the_trainee_s_own(tmp_path: Path) -> None:
    path = tmp_path / lab.CONSOLE
    lab._furnish(path)
    assert json.loads(path.read_text("utf-8")) == lab.console_page()
    path.write_text("mine", "utf-8")
    lab._furnish(path)
    assert path.read_text("utf-8") == "mine"


def test_the_launcher_s_files_are_where_jupyterlab_looks() -> None:
    facts = json.loads((EXTENSION / "package.json").read_text("utf-8"))["jupyterlab"]
    script = (EXTENSION / facts["_build"]["load"]).read_text("utf-8")
    assert "window._JUPYTERLAB.pacslab" in script
    assert f'"{lab.FIRST_LESSON}"' in script and f'"{lab.CONSOLE}"' in script
    assert "http:" not in script.replace("http://www.w3.org/2000/svg", "")  # asks nobody else


def test_the_server_s_part_is_named_in_its_configuration() -> None:
    (point,) = lab_server._jupyter_server_extension_points()
    assert lab._SERVER["ServerApp"]["jpserver_extensions"] == {point["module"]: True}
