from __future__ import annotations

from simulator.console import prose


def test_marks_become_html() -> None:
    made = prose.html("# The room\n\n**What it was.** A port\nof `CT1`.\n\n|a|b|\n|-|-|\n|1|2|\n")
    assert "<h3>The room</h3>" in made and "<strong>What it was.</strong>" in made
    assert "A port\nof <code>CT1</code>." in made  # one paragraph, without a break of line
    assert "<table class='pl-table'>" in made and "<td>2</td>" in made


def test_what_is_no_mark_is_shown_as_it_stands() -> None:
    made = prose.html("<script>alert(1)</script> [x](javascript:alert(1)) ![p](http://a.b/c.png)")
    assert "<script" not in made and "&lt;script&gt;" in made
    assert "<img" not in made and "href='javascript" not in made and 'href="javascript' not in made
