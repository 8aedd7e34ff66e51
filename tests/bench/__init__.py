"""Benchmarks and the generators of their data."""
