"""A study case at the desk: what officials, heads and HR share of it."""
