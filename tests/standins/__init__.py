"""Stand-ins: servers of our own that behave like the platforms, strictly, on loopback."""
