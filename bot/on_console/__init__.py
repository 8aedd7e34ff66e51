"""The console of HR, heads and administrators at `/console`: pages over what the desk and the cabinet know."""
