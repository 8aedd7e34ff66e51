"""Lists and reports."""
