"""Label volumes are built once an installation, and a damaged or older file is built anew."""

import pytest

from simulator.imaging import anatomy, kept


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "cache_from_source", lambda path: str(tmp_path / "any.pyc"))
    anatomy.forget()
    yield tmp_path
    anatomy.forget()


def test_a_kept_volume_is_the_one_that_was_built(folder, monkeypatch):
    built = anatomy.volume_of("head", "")
    assert len(list(folder.glob("head-*.labels"))) == 1
    anatomy.forget()
    monkeypatch.setitem(anatomy.BUILDERS, "head", None)  # it could not be built again
    found = anatomy.volume_of("head", "")
    assert found is not built
    assert found.labels.tobytes() == built.labels.tobytes()
    assert (found.spacing, found.origin) == (built.spacing, built.origin)


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"no json"])
def test_a_damaged_file_is_built_anew(folder, damage):
    whole = anatomy.volume_of("head", "").labels.tobytes()
    place = next(folder.glob("head-*.labels"))
    good = place.read_bytes()
    place.write_bytes(damage or good[:-3])
    anatomy.forget()
    assert anatomy.volume_of("head", "").labels.tobytes() == whole
    assert place.read_bytes() == good


def test_a_changed_phantom_has_another_file_and_the_old_one_goes(folder, monkeypatch):
    anatomy.volume_of("head", "")
    (old,) = folder.glob("head-*.labels")
    monkeypatch.setattr(kept, "_digest", lambda: "0" * 16)
    anatomy.forget()
    anatomy.volume_of("head", "")
    assert [path.name for path in folder.glob("head-*.labels")] == [f"head-{'0' * 16}.labels"]
    assert not old.exists()


def test_every_module_that_paints_counts(folder):
    """Whatever the builders import from this package must change the file's name."""
    import sys

    anatomy.volume_of("body", "F")
    painters = {"abdomen", "face", "head", "hindbrain", "muscles", "skeleton", "thorax", "torso"}
    assert painters | {"canvas", "noise", "tissues", "whole_body"} == set(kept.SOURCES)
    for name in kept.SOURCES:
        module = sys.modules[f"simulator.imaging.{name}"]
        for other in vars(module).values():
            origin = getattr(other, "__module__", None) or getattr(other, "__name__", "")
            if origin.startswith("simulator.imaging."):
                assert origin.rpartition(".")[2] in {*kept.SOURCES, "uids"}, (name, origin)


def test_nowhere_to_keep_it_is_no_failure(folder, monkeypatch):
    (folder / "file").write_text("in the way")
    monkeypatch.setattr(kept, "cache_from_source", lambda path: str(folder / "file" / "any.pyc"))
    assert anatomy.volume_of("head", "").labels.any()
