"""The steps by which a database becomes the one that the tables describe, and back."""
