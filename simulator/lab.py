"""JupyterLab for a seat: its settings, its environment, its start."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from simulator import system
from simulator.errors import CannotError
from simulator.files import read_json, write_json
from simulator.ports import HOST

FIRST_LESSON = "00-start-here.ipynb"
CONSOLE = "console.ipynb"
_OURS = Path(__file__).parent / "lab_extensions"  # launcher tiles: a prebuilt JupyterLab extension
_SERVER = {"ServerApp": {"jpserver_extensions": {"simulator.lab_server": True}}}
_PANELS = (
    *("status_board", "fleet_panel", "worklist_board", "study_browser", "log_pane"),
    *("wire", "node_table", "settings_panel", "users_panel"),
)
_OVERRIDES: dict[str, dict[str, Any]] = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/notebook-extension:tracker": {
        "autoStartDefaultKernel": True,
        "windowingMode": "none",  # else panels out of sight go, and jump when scrolled to
    },
}


def launch(seat: Path, port: int, seconds: float = 60.0) -> tuple[int, str]:
    """Start JupyterLab in the seat's notebooks folder; returns its pid and its URL."""
    token = secrets.token_urlsafe(24)
    home = seat / "run" / "jupyter"
    write_json(home / "settings" / "overrides.json", _OVERRIDES)
    write_json(home / "config" / "jupyter_server_config.d" / "pacslab.json", _SERVER)
    _furnish(seat / "notebooks" / CONSOLE)
    pid = system.spawn(
        _command(seat, port, home), seat / "logs" / "jupyter.out", _environment(seat, token)
    )
    url = f"http://{HOST}:{port}/lab/tree/{FIRST_LESSON}?token={token}"
    write_json(
        seat / "run" / "jupyter.json", {"pid": pid, "port": port, "token": token}, private=True
    )
    _wait(seat, pid, port, token, seconds)
    return pid, url


def _furnish(console: Path) -> None:
    """Put the console's page beside the lessons; one that is there is the trainee's own."""
    if not console.exists():
        write_json(console, console_page())


def console_page() -> dict[str, Any]:
    """Return a notebook with the panels of a working day, one call each."""
    title = (
        "# Console\n\nEvery panel of the hospital on one page. Run them all: Run → Run All Cells."
    )
    calls = [f"console.{panel}()" for panel in _PANELS]
    return {
        "cells": [_cell("markdown", title), _cell("code", "from simulator import console"),
                  *(_cell("code", call) for call in calls)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }  # fmt: skip


def _cell(kind: str, source: str) -> dict[str, Any]:
    extra: dict[str, Any] = {"outputs": [], "execution_count": None} if kind == "code" else {}
    number = hashlib.sha256(source.encode()).hexdigest()[:8]
    return {"cell_type": kind, "id": number, "metadata": {}, "source": source, **extra}


def is_ours(seat: Path, pid: int) -> bool:
    """Return whether this process is the JupyterLab we started: it knows the token."""
    path = seat / "run" / "jupyter.json"
    if not path.exists() or not system.is_running(pid):
        return False
    facts = read_json(path, "JupyterLab file")
    return facts["pid"] == pid and _answers(facts["port"], facts["token"])


def _command(seat: Path, port: int, home: Path) -> list[str]:
    options = {
        "ServerApp.ip": HOST,
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.open_browser": False,
        "ServerApp.root_dir": seat / "notebooks",
        "ServerApp.allow_root": True,
        "LabApp.extension_manager": "readonly",
        "LabApp.expose_app_in_browser": True,
        "LabApp.extra_labextensions_path": _OURS,
        "LabServerApp.app_settings_dir": home / "settings",
        "LabServerApp.user_settings_dir": home / "user-settings",
        "LabServerApp.workspaces_dir": home / "workspaces",
    }
    shell = os.environ.get("SHELL") or shutil.which("bash")
    if os.name != "nt" and shell:  # no log-in shell: that would set the PATH anew
        options["ServerApp.terminado_settings"] = f"shell_command={shell}"
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        *(f"--{key}={value}" for key, value in options.items()),
    ]


def _environment(seat: Path, token: str) -> dict[str, str]:
    """Keep everything Jupyter writes inside the seat, and tell kernels which seat it is."""
    home = seat / "run" / "jupyter"
    return {
        "PACSLAB_SEAT": str(seat),
        # So that terminals find `pacslab`; last, so that DCMTK's tools come before pynetdicom's.
        "PATH": os.pathsep.join(
            [os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)]
        ),
        "JUPYTER_TOKEN": token,
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
    }


def _wait(seat: Path, pid: int, port: int, token: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not _answers(port, token):
        if not system.is_running(pid) or time.monotonic() > deadline:
            raise CannotError(
                "JupyterLab did not start.",
                f"See {seat / 'logs' / 'jupyter.out'}, or use --no-lab.",
            )
        time.sleep(0.1)


def _answers(port: int, token: str) -> bool:
    import httpx  # takes a tenth of a second

    try:
        response = httpx.get(
            f"http://{HOST}:{port}/api/status",
            headers={"Authorization": f"token {token}"},
            timeout=2,
            trust_env=False,
        )
    except httpx.HTTPError:
        return False
    return response.status_code == 200
