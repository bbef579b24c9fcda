"""One database behind one owner: SQLite in the seat's folder, or PostgreSQL by URL."""

from simulator.database.database import Database

__all__ = ["Database"]
