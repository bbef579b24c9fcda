from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from simulator.config import SeatConfig, build, load_seat_config, read_toml
from simulator.errors import CannotError, UsageError


@dataclass(frozen=True, kw_only=True)
class Tube:
    kv: int
    name: str = "tube"


@dataclass(frozen=True, kw_only=True)
class Scanner:
    ae: str
    tube: Tube
    weights: dict[str, float] = field(default_factory=dict)
    sites: tuple[str, ...] = ()
    tubes: tuple[Tube, ...] = ()
    note: str | None = None
    extra: Any = None
    on: bool = True


def test_a_table_becomes_a_dataclass() -> None:
    table = {
        "ae": "CT1",
        "tube": {"kv": 120},
        "weights": {"a": 1},
        "sites": ["x", "y"],
        "tubes": [{"kv": 80, "name": "low"}],
        "note": "hello",
        "extra": [1, "two"],
    }
    assert build(Scanner, table, "ct1.toml") == Scanner(
        ae="CT1",
        tube=Tube(kv=120),
        weights={"a": 1.0},
        sites=("x", "y"),
        tubes=(Tube(kv=80, name="low"),),
        note="hello",
        extra=[1, "two"],
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"aet": "CT1"}, "ct1.toml has an unknown key 'aet'"),
        ({"tube": {"kv": 1, "mas": 2}}, "key 'tube' has an unknown key 'mas'"),
        ({"tube": {}}, "key 'tube' lacks the key 'kv'"),
        ({"tube": 120}, "key 'tube' must be of type Tube"),
        ({"tube": {"kv": "120"}}, "key 'kv' must be of type int, not '120'"),
        ({"tube": {"kv": True}}, "key 'kv' must be of type int, not True"),
        ({"tube": {"kv": 1.5}}, "key 'kv' must be of type int, not 1.5"),
        ({"on": 1}, "key 'on' must be of type bool, not 1"),
        ({"weights": {"a": "x"}}, "key 'weights'.a must be of type float"),
        ({"sites": ["x", 1]}, "key 'sites' must be of type str, not 1"),
        ({"sites": "x"}, "key 'sites' must be"),
        ({"tubes": [{"kv": 1}, {"kw": 1}]}, "unknown key 'kw'"),
        ({"note": 1}, "key 'note' must be of type str"),
    ],
)
def test_what_does_not_fit_is_named_with_its_file(change: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        build(Scanner, {"ae": "CT1", "tube": {"kv": 1}, **change}, "ct1.toml")
    assert words in caught.value.sentence
    assert "ct1.toml" in caught.value.sentence


def test_toml_that_cannot_be_read_is_told_from_toml_that_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(CannotError, match="cannot be read"):
        read_toml(tmp_path / "none.toml")
    path = tmp_path / "bad.toml"
    path.write_text("a = = 1\n")
    with pytest.raises(UsageError, match=r"bad\.toml is not valid TOML: .*line 1"):
        read_toml(path)
    path.write_bytes(b"a = '\xff'")
    with pytest.raises(CannotError, match="cannot be read"):
        read_toml(path)


def test_a_seat_without_a_file_has_the_defaults(tmp_path: Path) -> None:
    assert load_seat_config(tmp_path / "config.toml") == SeatConfig()


def test_a_person_may_set_some_of_it(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('seed = 7\nspeed = 10\npixels = "full"\n')
    assert load_seat_config(path) == SeatConfig(seed=7, speed=10.0, pixels="full")


def test_the_archives_database_is_a_table_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[archive]\ndatabase = "postgresql://pacs@db/seat1"\n')
    assert load_seat_config(path).archive.database == "postgresql://pacs@db/seat1"
    path.write_text('[archive]\ndatabse = ""\n')
    with pytest.raises(UsageError, match="unknown key 'databse'"):
        load_seat_config(path)


@pytest.mark.parametrize(
    "line",
    [
        "speed = 0",
        "speed = nan",
        "speed = inf",
        "seed = -1",
        "baseline_studies = 501",
        'pixels = "huge"',
        "pace_minutes = 0",
        'start = "tomorrow"',
        'start = "2026-03-02T07:00:00+01:00"',
        "start = 2026-03-02T07:00:00",
        "sed = 1",
    ],
)
def test_a_bad_value_is_refused_by_name(tmp_path: Path, line: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(line)
    with pytest.raises(UsageError, match=line.partition(" ")[0]):
        load_seat_config(path)
