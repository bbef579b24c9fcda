"""The `pacslab` command's verbs, one file a group."""
