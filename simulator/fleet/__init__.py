"""The fleet: modalities and workstations, each with its own address, settings and disk."""
