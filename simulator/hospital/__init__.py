"""The RIS: patients, orders, worklist and performed procedure steps (AE RISLAB)."""
