"""The fix-up desk: corrections of stored studies, each previewed, recorded and undone."""
