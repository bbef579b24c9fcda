"""The archive's DICOM conformance statement, written from the code's own tables."""
