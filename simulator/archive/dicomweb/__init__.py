"""DICOMweb (PS3.18): QIDO-RS, WADO-RS, WADO-URI and STOW-RS over the archive's index and files."""
