"""The history of the index's tables: alembic's revisions, run by `simulator.database.schema`.

A change of the tables is a new file `versions/rNNNN_what.py`; tests/archive/test_migrations.py
prints what is still missing in it.
"""

from pathlib import Path

from sqlalchemy import BigInteger, Integer, String

FOLDER = Path(__file__).parent
# Text in the order of its code points, in SQLite by itself; numbers of 64 bits, a row's own too.
TEXT = String().with_variant(String(collation="C"), "postgresql")
LARGE = BigInteger().with_variant(Integer(), "sqlite")
