"""A real PostgreSQL for the tests: its own folder and port, its own language, killed at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.net import free_port
from tests.peers import end, peer

_USER = "tester"


@dataclass(kw_only=True)
class Postgres:
    """A running server."""

    port: int

    def url(self) -> str:
        """Return the URL of its database."""
        return f"postgresql://{_USER}@127.0.0.1:{self.port}/postgres"

    def emptied(self) -> str:
        """Empty the one database there is, whoever still uses it; returns its URL."""
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        self.run("DROP SCHEMA public CASCADE")
        self.run("CREATE SCHEMA public")
        return self.url()

    @contextmanager
    def database(self) -> Iterator[str]:
        """Give the URL of an empty database for the length of a block."""
        yield self.emptied()

    def run(self, statement: str) -> None:
        """Run a statement outside of any transaction."""
        import psycopg

        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Run a server that sorts text as English does, which the archive must not mind."""
    initdb, program = peer("initdb"), peer("postgres")
    folder = Path(tempfile.mkdtemp(prefix="pacslab-postgres-"))
    options = _as_somebody(folder)
    data, port = folder / "data", free_port()
    try:
        make = [initdb, "-N", "-A", "trust", "-U", _USER, "-E", "UTF8", *_language(program), data]
        subprocess.run(make, check=True, capture_output=True, timeout=60, cwd=folder, **options)
        command = [program, "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", ""]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=folder, start_new_session=True, **options
            )
        try:
            made = Postgres(port=port)
            _wait(made)
            yield made
        finally:
            end(process, 0)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_somebody(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return {}
    import pwd

    somebody = next(
        entry
        for name in ("postgres", "nobody")
        for entry in pwd.getpwall()
        if entry.pw_name == name
    )
    os.chown(folder, somebody.pw_uid, somebody.pw_gid)
    return {"user": somebody.pw_uid, "group": somebody.pw_gid, "extra_groups": []}


def _language(program: Path) -> list[str]:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    version = int(said.split()[2].split(".")[0])
    return ["--locale-provider=icu", "--icu-locale=en-US"] if version >= 15 else []


def _wait(server: Postgres) -> None:
    import psycopg

    deadline = time.monotonic() + 30
    while True:
        try:
            return server.run("SELECT 1")
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
