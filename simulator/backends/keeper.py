"""Runs a foreign program and ends it when its parent dies, however that dies.

Started as a script of its own, with the parent holding the other end of standard input: when that
closes, nobody is left who wants the program. Standard library only, so that it starts at once.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading

_PATIENCE = 7.0  # seconds it has to end by itself


def main(arguments: list[str]) -> int:
    """Run the program `arguments` until it ends or standard input does; returns its exit status."""
    program = subprocess.Popen(arguments, stdin=subprocess.DEVNULL)
    threading.Thread(target=_watch, args=[program], daemon=True).start()
    return program.wait()


def _watch(program: subprocess.Popen[bytes]) -> None:
    """Wait for a line ('stop': kindly) or the end of the input (the parent is gone: at once)."""
    asked = sys.stdin.buffer.readline()
    if asked:
        program.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(_PATIENCE)
    program.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
