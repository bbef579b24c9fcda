"""How long and where images are kept: volumes, tiers, retention, holds, compression, forecast."""
