"""What stands behind the name "the archive": ours, a real Orthanc, or any DICOM peer."""
