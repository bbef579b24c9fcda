"""The matrix names tests that exist, and the page says what the matrix does."""

from __future__ import annotations

import ast

from tests.interop.matrix import MATRIX, PAGE, ROOT, page

TOOLS = (
    *("echoscu", "storescu", "findscu", "movescu", "getscu", "storescp", "dcmqrscp", "wlmscpfs"),
    "termscu",
)


def test_every_test_named_exists() -> None:
    missing = []
    for cell in MATRIX:
        for one in cell.tests:
            path, _, name = one.partition("::")
            tree = ast.parse((ROOT / "tests" / path).read_text("utf-8"))
            names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
            missing += [] if name in names else [one]
    assert not missing, f"renamed or gone: {missing}"


def test_every_tool_has_its_lines_and_a_word_about_tls() -> None:
    for tool in TOOLS:
        does = [cell.does for cell in MATRIX if cell.peer == f"DCMTK {tool}"]
        assert len(does) >= 2 and any("TLS" in words for words in does), tool


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "run 'python -m tests.interop.matrix'"
