"""The archive: the test PACS that trainees administer."""
