"""Volumes, tiers, retention, holds, compression, forecast."""
