"""Continuity: backup and restore, rebuild, media, migration, downtime."""
