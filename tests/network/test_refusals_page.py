"""docs/refusals.md explains every refusal the code can speak of, in the code's own words."""

from __future__ import annotations

from pathlib import Path

from simulator.network import rejections, tls, wire

PAGE = (Path(__file__).parent.parent.parent / "docs" / "refusals.md").read_text("utf-8")


def test_every_rejection_is_explained() -> None:
    for (source, reason), words in rejections._REASONS.items():
        rows = [row for row in PAGE.splitlines() if f"/{source}/{reason} | {words}" in row]
        assert rows, f"{source}/{reason} {words}"


def test_every_abort_is_explained() -> None:
    for reason, words in wire._ABORT_REASONS.items():
        assert f"| 2/{reason} | {words} |" in PAGE


def test_every_objection_to_a_certificate_is_explained() -> None:
    for what, _ in tls._VERIFY.values():
        assert f"the peer's certificate {what} |" in PAGE, what
    for name in ("CERTIFICATE_REQUIRED", "UNKNOWN_CA", "CERTIFICATE_EXPIRED", "BAD_CERTIFICATE"):
        assert f"| {tls._ALERTS[name][0]} |" in PAGE, name
