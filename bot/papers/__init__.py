"""Papers to print and file, made as Word documents of what the desk gives; nothing is decided here."""
