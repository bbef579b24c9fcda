"""Watching the archive while it runs: metrics, alarms, the morning check, and traces."""
