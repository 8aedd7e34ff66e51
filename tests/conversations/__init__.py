"""Conversations as people have them, run through every door."""
