"""`python -m simulator` is the `pacslab` command."""

import sys

if sys.version_info < (3, 11):  # before anything that an older Python cannot read
    sys.exit("PACS Lab needs Python 3.11 or newer; this is Python %d.%d." % sys.version_info[:2])

from simulator.cli import main

main()
