"""`python -m simulator` is the `pacslab` command."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  an older Python must meet one clear sentence
    sys.exit("PACS Lab needs Python 3.11 or newer; this is Python " + sys.version.split()[0] + ".")

from simulator.cli import main

main()
