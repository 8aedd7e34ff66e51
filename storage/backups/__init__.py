"""Copies of the whole cabinet: taken, sealed, verified by restoring, and put back."""
