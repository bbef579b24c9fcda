"""The direction of imports (DESIGN.md: downwards only) and other rules of the layout, by ast."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
POSIX_MODULES = {
    "simulator.system",
    "simulator.platform_posix",
}  # what is not portable stands there
CLOCK = "simulator.clock"

# What each part may import of the others. A part is a package or a module of simulator. A part
# that is named in neither table is a new one: it may import what servers may.
BASE = {
    *("errors", "files", "clock", "config", "journal", "system", "ports", "http", "results"),
    *("database", "setting", "crew", "progress"),
}
SERVER = BASE | {"network", "web"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "results": set(),
    "progress": set(),
    "crew": {"errors", "system"},
    "system": {"errors"},
    "http": {"errors"},
    "ports": {"errors", "system"},
    "files": {"errors", "system"},
    "clock": {"errors", "files", "system"},
    "config": {"errors", "files", "clock", "system"},
    "journal": {"errors", "files", "clock", "config", "system"},
    "database": {"errors", "files", "system"},
    "network": BASE,
    "web": BASE | {"openapi"},
    "openapi": set(),
    "viewer_pass": {"clock", "errors", "files", "system"},
    "viewer_files": {"errors"},
    "viewer": {"errors", "viewer_files"},
    "viewer_app": {"errors", "viewer_files", "web"},
    "lab_server": {"errors", "files", "viewer", "viewer_files", "viewer_pass"},
    "imaging": BASE,
    "archive": SERVER | {"viewer_pass", "imaging"},
    "hospital": SERVER | {"imaging", "people"},
    "people": BASE | {"imaging"},
    "fleet": SERVER | {"imaging"},
    "recipes": SERVER | {"imaging", "fleet", "people"},
    "backends": SERVER | {"imaging"},
    "doctor": SERVER | {"seat", "client", "lab"},
}
# These know several rooms; whom they may not know is said instead.
ROOMS = {"archive", "hospital", "fleet"}
ABOVE = {"console", "exercises", "cli", "commands"}
MAY_NOT_IMPORT: dict[str, set[str]] = {
    "processes": {*ABOVE},  # wires everything together
    "hospital_process": {*ABOVE, "faults", "client", "processes"},
    "furnishing": {*ABOVE, "faults", "client", "processes"},
    "seat": {*ABOVE, "faults", "client", "processes"},
    "client": {*ABOVE, "faults", "processes", *ROOMS},
    "faults": {*ABOVE, "processes", *ROOMS},
    "exercises": {"console", "cli", "commands", "processes", *ROOMS},
    "console": {"cli", "commands", "processes", *ROOMS},
    "simulator": {*ABOVE, "faults", "processes", *ROOMS},
    "commands": {"cli"},
    "cli": set(),
    "__main__": set(),
}
# Single modules that are let through, and why.
LET_THROUGH = {
    # The facts of the devices, which pictures and schedule both need; imports the base only.
    ("imaging", "simulator.fleet.profile"),
    # Why people are examined: sentences, which data sets need as much as the RIS.
    ("recipes", "simulator.hospital.indications"),
}
SCREEN = {"ipywidgets", "anywidget", "matplotlib"}  # only the console shows things
PICTURES = {  # may use Pillow
    *("simulator.imaging.contact_sheet", "simulator.imaging.lettering"),
    *("simulator.imaging.jpeg", "simulator.archive.dicomweb.render"),
}
POSIX_ONLY_MODULES = {"fcntl", "resource", "pwd", "grp", "termios", "pty", "tty", "syslog"}
POSIX_ONLY_NAMES = {
    *("os.fork", "os.forkpty", "os.setsid", "os.setpgid", "os.getpgid", "os.killpg", "os.chroot"),
    *("os.getuid", "os.geteuid", "os.getgid", "os.getegid", "os.setuid", "os.setgid", "os.chown"),
    *("os.mkfifo", "os.statvfs", "os.getloadavg", "os.nice", "os.WNOHANG", "os.sched_getaffinity"),
    *("signal.SIGKILL", "signal.SIGHUP", "signal.SIGUSR1", "signal.SIGUSR2", "signal.SIGALRM"),
    *("signal.SIGSTOP", "signal.SIGCONT", "signal.SIGCHLD", "signal.SIGQUIT", "signal.alarm"),
    *("signal.pause", "signal.setitimer", "socket.AF_UNIX", "socket.TCP_QUICKACK"),
    *("socket.SO_REUSEPORT", "signal.pthread_kill"),
}
MACHINE_TIME = {
    *("datetime.now", "datetime.today", "datetime.utcnow", "date.today", "time.time"),
    *("time.time_ns", "time.localtime", "time.gmtime", "time.ctime"),
}


def family(part: str) -> str:
    """Return the name under which a part stands in the tables: seat_folder is part of seat."""
    return next((name for name in ("seat", "client") if part.startswith(name)), part)


@dataclass(frozen=True, kw_only=True)
class Module:
    """One source file."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def part(self) -> str:
        """The part of the layout it belongs to, e.g. 'archive', 'clock' or 'exercises'."""
        first, *rest = self.name.split(".")
        return first if first == "exercises" or not rest else family(rest[0])


def module(path: Path, root: Path = ROOT) -> Module:
    parts = path.relative_to(root).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(name=name, path=path, tree=ast.parse(path.read_text("utf-8")))


def sources() -> list[Module]:
    paths = [path for top in ("simulator", "exercises") for path in (ROOT / top).rglob("*.py")]
    return [module(path) for path in sorted(paths) if "__pycache__" not in path.parts]


def imports(source: Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the full name of everything a module imports, wherever it does so."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = source.name.split(".")
                if source.path.name != "__init__.py":
                    package = package[:-1]
                package = package[: len(package) - node.level + 1]
                base = ".".join([*package, base] if base else package)
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def dotted(node: ast.expr) -> str:
    """Return an attribute as it is written, 'os.path.join'; '' if it is none."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr}" if left else ""
    return ""


def attributes(source: Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each attribute access, and of each `from os import fork`."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute):
            yield node.lineno, dotted(node)
    yield from imports(source)


def part_of(imported: str) -> str:
    first, *rest = imported.split(".")
    if first == "simulator":
        return family(rest[0]) if rest else ""
    return first if first == "exercises" else ""


def upward(source: Module) -> list[str]:
    """Return what a module imports against the direction."""
    found = []
    for line, name in imports(source):
        target = part_of(name)
        if not target or target == source.part:
            continue
        if any((source.part, name.rpartition(".")[0]) == row for row in LET_THROUGH):
            continue
        if source.part in MAY_NOT_IMPORT:
            bad = target in MAY_NOT_IMPORT[source.part]
        else:
            bad = target not in MAY_IMPORT.get(source.part, SERVER)
        if bad:
            found.append(f"{source.path.relative_to(ROOT)}:{line} imports {name}")
    return found


def not_portable(source: Module) -> list[str]:
    """Return the calls that only some systems have, unless they are guarded.

    Guarded is what stands under an `if` that asks for the system: os.name, sys.platform, hasattr.
    """
    guarded = _guarded_lines(source.tree)
    names = [
        (line, name)
        for line, name in attributes(source)
        if name in POSIX_ONLY_NAMES or name.split(".")[0] in POSIX_ONLY_MODULES
    ]
    return [f"{source.path.name}:{line} uses {name}" for line, name in names if line not in guarded]


def _guarded_lines(tree: ast.Module) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.If, ast.IfExp)):
            test = ast.unparse(node.test)
            if any(word in test for word in ("os.name", "sys.platform", "hasattr(")):
                lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


def shown(problems: list[str]) -> str:
    return "\n".join(problems)


# --- the rules --------------------------------------------------------------------------------


def test_imports_point_downwards() -> None:
    found = [problem for source in sources() for problem in upward(source)]
    assert not found, shown(found)


def test_what_is_let_through_imports_the_base_only() -> None:
    found = [
        f"{source.name}:{line} imports {name}"
        for source in sources()
        if source.name in {name for _, name in LET_THROUGH}
        for line, name in imports(source)
        if part_of(name) not in {"", *BASE}
    ]
    assert not found, shown(found)


def test_only_the_console_shows_things() -> None:
    found = [
        f"{source.path.relative_to(ROOT)}:{line} imports {name}"
        for source in sources()
        if source.part != "console"
        for line, name in imports(source)
        if name.split(".")[0] in SCREEN | ({"PIL"} if source.name not in PICTURES else set())
    ]
    assert not found, shown(found)


def test_only_the_clock_asks_the_machine_for_the_time() -> None:
    found = [
        f"{source.path.relative_to(ROOT)}:{line} asks {name}"
        for source in sources()
        if source.name != CLOCK
        for line, name in attributes(source)
        if ".".join(name.split(".")[-2:]) in MACHINE_TIME
    ]
    assert not found, shown(found)


def test_no_module_is_a_box_for_this_and_that() -> None:
    boxes = {"utils", "util", "helpers", "misc", "common"}
    assert not [source.name for source in sources() if source.path.stem in boxes]


def test_what_is_not_portable_stands_in_one_module() -> None:
    found = [
        problem
        for source in sources()
        if source.name not in POSIX_MODULES
        for problem in not_portable(source)
    ]
    assert not found, shown(found)


# --- the rules can fail -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("simulator/archive/x.py", "from simulator.hospital import orders"),
        ("simulator/fleet/x.py", "def f():\n    import simulator.archive.store"),
        ("simulator/hospital/x.py", "from ..fleet import modality"),
        ("simulator/network/x.py", "from simulator import archive"),
        ("simulator/errors.py", "from simulator.journal import Journal"),
        ("simulator/client.py", "from exercises import start"),
        ("exercises/engine/x.py", "from simulator.console import panel"),
        ("exercises/ct-cannot-send/check.py", "from simulator.archive import index"),
    ],
)
def test_an_upward_import_is_found(place: str, text: str) -> None:
    path = ROOT / place
    name = ".".join(Path(place).with_suffix("").parts)
    assert upward(Module(name=name, path=path, tree=ast.parse(text)))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import os\nos.fork()", True),
        ("from os import setsid", True),
        ("import fcntl", True),
        ("import signal\nkill(1, signal.SIGKILL)", True),
        ("import os\nif os.name != 'nt':\n    os.getuid()", False),
        ("import os\nx = os.getuid() if hasattr(os, 'getuid') else 0", False),
        ("import os\nos.path.join('a')", False),
    ],
)
def test_an_unguarded_call_is_found(text: str, found: bool) -> None:
    source = Module(name="simulator.x", path=ROOT / "simulator/x.py", tree=ast.parse(text))
    assert bool(not_portable(source)) is found
