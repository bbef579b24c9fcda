"""Synthetic studies: anatomy, pictures per modality, and the DICOM objects around them."""
