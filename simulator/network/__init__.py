"""DICOM on the wire: PDUs, associations, DIMSE messages."""
