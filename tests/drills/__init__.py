"""Drills: things that go wrong on purpose, each printing its figures."""
