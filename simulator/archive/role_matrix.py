"""The matrix of roles and rights as a table, and the differences from a written policy.

A policy is CSV as it is exported (a row a role, a column a right, an x where it is held), or TOML:
`[roles]` with `viewer = ["study.read"]`.
"""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections.abc import Sequence
from typing import Any

from simulator.archive.roles import RIGHTS
from simulator.errors import UsageError

Matrix = dict[str, set[str]]  # role → rights


def matrix_of(roles: Sequence[dict[str, Any]]) -> Matrix:
    """Return the matrix of what is in force."""
    return {role["name"]: set(role["rights"]) for role in roles}


def as_csv(matrix: Matrix) -> str:
    """Write a matrix as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["role", *RIGHTS])
    for role, rights in sorted(matrix.items()):
        writer.writerow([role, *("x" if right in rights else "" for right in RIGHTS)])
    return out.getvalue()


def as_toml(matrix: Matrix) -> str:
    """Write a matrix as TOML."""
    lines = [
        f"{role} = {json.dumps([right for right in RIGHTS if right in rights])}"
        for role, rights in sorted(matrix.items())
    ]
    return "\n".join(["[roles]", *lines, ""])


def read_policy(text: str) -> Matrix:
    """Read a policy; raises UsageError naming the line or role that is wrong."""
    found = _read_toml(text) if text.lstrip().startswith(("[", "#")) else _read_csv(text)
    if not found:
        raise UsageError("The policy names no role.", "Export the matrix to see the form.")
    for role, rights in found.items():
        if unknown := sorted(rights - set(RIGHTS)):
            raise UsageError(
                f"The policy gives {role} a right there is not: '{unknown[0][:64]}'.",
                f"There are: {', '.join(RIGHTS)}.",
            )
    return found


def differences(now: Matrix, policy: Matrix) -> list[dict[str, str]]:
    """Return where the roles in force and the policy differ, both ways."""
    found = []
    for role in sorted(now.keys() | policy.keys()):
        if role not in policy:
            found.append(_row(role, "", "the policy does not know this role"))
        elif role not in now:
            found.append(_row(role, "", "the policy has a role that is missing here"))
        else:
            more, less = now[role] - policy[role], policy[role] - now[role]
            found += [_row(role, right, "too much: not in the policy") for right in sorted(more)]
            found += [_row(role, right, "missing: the policy gives it") for right in sorted(less)]
    return found


def _row(role: str, right: str, difference: str) -> dict[str, str]:
    return {"role": role, "right": right, "difference": difference}


def _read_toml(text: str) -> Matrix:
    try:
        table = tomllib.loads(text).get("roles", {})
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"The policy is not valid TOML: {error}.", "Mend that line.") from error
    if not isinstance(table, dict):
        raise UsageError("The policy's 'roles' is no table.", "Write [roles], then role = [...].")
    for role, rights in table.items():
        if not isinstance(rights, list) or not all(isinstance(right, str) for right in rights):
            raise UsageError(f"The policy's rights of {role} are no list.", 'Write ["study.read"].')
    return {role: set(rights) for role, rights in table.items()}


def _read_csv(text: str) -> Matrix:
    rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    if not rows or rows[0][0].strip() != "role":
        raise UsageError("The policy has no heading 'role, …'.", "Export the matrix first.")
    heads = [head.strip() for head in rows[0][1:]]
    found: Matrix = {}
    for row in rows[1:]:
        cells = [cell.strip().lower() for cell in row[1:]]
        wrong = next((cell for cell in cells if cell not in ("", "x", "yes", "no", "-")), "")
        if wrong or len(cells) > len(heads):
            raise UsageError(
                f"The policy's row '{row[0][:32]}' cannot be read at '{wrong[:32]}'.",
                "Put x where a right is held, nothing where it is not.",
            )
        held = {
            head for head, cell in zip(heads, cells, strict=False) if cell in ("x", "yes") and head
        }
        found[row[0].strip()] = held
    return found
