"""Running a PostgreSQL of our own. Standard library only: the keeper process starts from here in no time."""
