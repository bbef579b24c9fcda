from __future__ import annotations

from typing import Any

import ipywidgets as w
import pytest

from simulator.console import look
from simulator.errors import RefusedError
from simulator.results import Outcome

EVIL = "<script>alert(1)</script>"


def pressed(act: Any) -> str:
    message = look.Message()
    look.button("Press", act, message, "press").click()
    return str(message.widget.value)


def test_what_a_button_returns_becomes_a_sentence() -> None:
    assert "✔ done" in pressed(lambda: "done")
    assert "peer refused" in pressed(
        lambda: Outcome(ok=False, what="echo", kind="the peer refused", error="no")
    )
    assert pressed(lambda: None) == ""


def test_every_error_becomes_one_visible_sentence() -> None:
    def refuse() -> None:
        raise RefusedError("The door is shut.", "Knock.")

    def stumble() -> None:
        raise KeyError(EVIL)

    assert "✘ The door is shut. Knock." in pressed(refuse)
    assert "mistake of its own: KeyError" in pressed(stumble)
    assert EVIL not in pressed(stumble)


def test_each_kind_of_failure_says_where_to_look() -> None:
    for kind in ("we erred", "the peer refused", "nobody answered"):
        shown = look.told(Outcome(ok=False, what="C-ECHO", kind=kind, error=EVIL, remedy=EVIL))
        assert f"<b>{kind}</b>" in shown
        assert "pl-soft" in shown
        assert "<script>" not in shown


def test_tables_escape_headings_and_cells() -> None:
    shown = look.table([{"a": EVIL, "b": True}], {"a": EVIL, "b": "b"})
    assert "<script>" not in shown
    assert "<td>yes</td>" in shown
    assert "nothing" in look.table([], {"a": "a"})


def test_values_are_shown_in_one_line_of_printable_characters() -> None:
    assert look.shown("a\x1b[31m\nb") == "a�[31m�b"
    assert look.shown("x" * 500).endswith("…")
    assert look.shown(["a", 1]) == "a, 1"
    assert look.moment("2026-03-02T07:00:05") == "Mon 02 Mar 07:00:05"
    assert look.moment("no time") == "no time"


def test_a_new_list_keeps_the_choice_and_is_told() -> None:
    field, seen = w.Dropdown(options=["a", "b"], value="b"), []
    field.observe(lambda change: seen.append(change.new), names="value")
    look.offer(field, ["b", "c"])
    assert (field.value, seen[-1]) == ("b", "b")
    look.offer(field, ["c"])
    assert field.value == "c"
    look.offer(field, [])
    assert field.value is None


def test_widgets_are_found_by_their_css_class() -> None:
    message = look.Message()
    made = look.panel("T", message, look.row(look.text("x", "deep")), name="p")
    assert look.find(made, "deep").description == "x"
    with pytest.raises(LookupError):
        look.find(made, "nothing")


def test_numbers_are_counted_in_english() -> None:
    said = [look.count(n, what) for n, what in ((1, "study"), (2, "study"), (0, "image"))]
    assert said == ["1 study", "2 studies", "0 images"]
    assert [look.size(n) for n in (0, 999, 1000, 2.5e9)] == ["0 B", "999 B", "1 kB", "2.5 GB"]
