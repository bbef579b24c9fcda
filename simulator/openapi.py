"""A table of routes, described: an OpenAPI document for programs, a page for people."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, Protocol


class Row(Protocol):
    """What is said of a route."""

    @property
    def method(self) -> str:
        """GET, POST, …."""

    @property
    def path(self) -> str:
        """The path, with names in braces."""

    @property
    def right(self) -> str:
        """The right it needs; '' for anyone."""

    @property
    def summary(self) -> str:
        """What it does."""

    @property
    def basic(self) -> bool:
        """Whether user and password may come with each request."""


def document(title: str, routes: Sequence[Row]) -> dict[str, Any]:
    """Describe the table as an OpenAPI 3.1 document."""
    paths: dict[str, dict[str, Any]] = {}
    for row in routes:
        names = [part[1:-1].partition(":")[0] for part in row.path.split("/") if part[:1] == "{"]
        paths.setdefault(row.path.replace(":path}", "}"), {})[row.method.lower()] = {
            "summary": row.summary,
            "x-right": row.right,
            "security": _security(row),
            "parameters": [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                for name in names
            ],
            "responses": {"200": {"description": "done"}, "4XX": {"description": "refused"}},
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "password": {"type": "http", "scheme": "basic"},
            }
        },
    }


def _security(row: Row) -> list[dict[str, list[str]]]:
    if not row.right:
        return []
    return [{"token": []}, {"password": []}] if row.basic else [{"token": []}]


def page(title: str, routes: Sequence[Row]) -> str:
    """Describe the table as a page for people."""
    rows = "".join(
        f"<tr><td><code>{row.method}</code><td><code>{escape(row.path)}</code>"
        f"<td>{escape(row.right or 'anyone')}<td>{escape(row.summary)}"
        for row in routes
    )
    return (
        f"<!doctype html><meta charset=utf-8><title>{escape(title)}</title>"
        "<style>body{font:16px sans-serif;margin:2em}td,th{padding:.3em 1em;text-align:left;"
        f"border-bottom:1px solid #ccc}}</style><h1>{escape(title)}</h1>"
        f"<table><tr><th>Method<th>Path<th>Right<th>What it does{rows}</table>"
    )
