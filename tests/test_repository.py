"""What the repository as a whole promises: the lock file, sizes, notebooks, and what it names."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LINES = 300  # at most in a source file
LONGER: dict[str, str] = {}  # path: why it is longer

# Put together here, so that this file does not name them itself.
NOT_TO_BE_NAMED = (
    "/" + "work/",
    "/" + "root/",
    "pypi" + ".org",
    "python" + "hosted",
    "registry.npm" + "js",
    "npmjs" + ".org",
    "npmjs" + ".com",
    "deb.deb" + "ian",
    "conda.anaconda" + ".org",
)


def tracked() -> list[Path]:
    """Return the files git keeps, and those it would keep."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listing = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        timeout=30,
        check=True,
    )
    paths = [ROOT / name for name in listing.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


# --- the lock file ----------------------------------------------------------------------------


def locked(text: str) -> dict[str, tuple[str, int]]:
    """Return each requirement of a lock file with its version and its number of hashes."""
    found: dict[str, tuple[str, int]] = {}
    for entry in text.replace("\\\n", " ").splitlines():
        if not entry.strip() or entry.startswith("#"):
            continue
        pin = re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)", entry)
        assert pin, f"requirements.lock pins no version here: {entry[:80]}"
        hashes = len(re.findall(r"--hash=sha256:[0-9a-f]{64}", entry))
        found[canonicalize_name(pin[1])] = (pin[2], hashes)
    return found


LOCKED = locked((ROOT / "requirements.lock").read_text("utf-8"))


def asked_for() -> list[Requirement]:
    groups = PROJECT["project"]["optional-dependencies"]
    lines = [*PROJECT["project"]["dependencies"], *groups["test"]]
    return [Requirement(line) for line in lines]


def test_every_locked_requirement_has_hashes() -> None:
    assert [name for name, (_, hashes) in LOCKED.items() if not hashes] == []


def test_the_lock_covers_what_the_project_asks_for() -> None:
    found = []
    for wanted in asked_for():
        version, _ = LOCKED.get(canonicalize_name(wanted.name), ("", 0))
        if not version or not wanted.specifier.contains(version, prereleases=True):
            found.append(f"{wanted} is locked as {version or 'nothing'}; say 'make lock'")
    assert not found, "\n".join(found)


def test_the_lock_holds_what_building_needs() -> None:
    """The package itself is built without fetching anything, also as an editable one."""
    build = [Requirement(line).name for line in PROJECT["build-system"]["requires"]]
    assert {*map(canonicalize_name, build), "editables"} <= LOCKED.keys()


def test_the_lock_names_no_place() -> None:
    text = (ROOT / "requirements.lock").read_text("utf-8")
    assert not re.search(r"https?:|file:|--index-url|--find-links| @ ", text)


def test_a_bad_lock_is_found() -> None:
    assert locked("a==1 \\\n    --hash=sha256:" + "0" * 64) == {"a": ("1", 1)}
    assert locked("a==1")["a"][1] == 0
    with pytest.raises(AssertionError):
        locked("a>=1")


# --- the files --------------------------------------------------------------------------------


def test_no_source_file_is_too_long() -> None:
    sources = [path for top in ("simulator", "exercises") for path in (ROOT / top).rglob("*.py")]
    sizes = {
        str(path.relative_to(ROOT).as_posix()): len(path.read_text("utf-8").splitlines())
        for path in sources
    }
    long = {name: size for name, size in sizes.items() if size > LINES and name not in LONGER}
    assert not long, f"split them by concept, or give a reason in LONGER: {long}"
    assert not [name for name in LONGER if sizes.get(name, 0) <= LINES], "no longer so long"


def test_notebooks_are_kept_without_outputs() -> None:
    found = []
    for path in tracked():
        if path.suffix != ".ipynb":
            continue
        for number, cell in enumerate(json.loads(path.read_text("utf-8"))["cells"]):
            if cell.get("outputs") or cell.get("execution_count"):
                found.append(f"{path.relative_to(ROOT)}, cell {number}")
    assert not found, "clear the outputs: " + ", ".join(found)


def test_nothing_names_a_place_of_one_machine_or_a_registry() -> None:
    found = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", "replace")
        found += [
            f"{path.relative_to(ROOT)} names {name}" for name in NOT_TO_BE_NAMED if name in text
        ]
    assert not found, "\n".join(found)


def test_what_a_wheel_takes_along_is_in_the_repository() -> None:
    """Git keeps no empty folder, and building fails without it."""
    forced = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    kept = tracked()
    for folder in forced:
        assert any(ROOT / folder in path.parents for path in kept), f"{folder} is empty"


# --- the words --------------------------------------------------------------------------------


def test_the_changelog_mentions_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(rf"^## \[{re.escape(PROJECT['project']['version'])}\]", text, re.MULTILINE)


@pytest.mark.parametrize(
    "name", ["README.md", "DESIGN.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"]
)
def test_links_within_the_repository_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert text.strip()
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    local = [link for link in links if link and not re.match(r"[a-z]+:", link)]
    assert [link for link in local if not (ROOT / link).exists()] == []


def test_the_readme_names_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert "make lab" in text
    assert "make test" in text
    assert "not for clinical use" in text.lower()


def test_every_make_target_has_a_sentence() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    told = dict(re.findall(r"^([a-z-]+):.*?## (.+)$", text, re.MULTILINE))
    assert {"lab", "test", "test-all", "check", "bench", "lock", "clean"} <= told.keys()
