"""PACS Lab: a simulated radiology department to learn PACS administration on."""
