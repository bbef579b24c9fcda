"""The admin API's handlers, one file for each kind of thing an administrator handles."""
