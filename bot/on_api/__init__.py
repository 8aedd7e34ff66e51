"""The door for other programs: read-only JSON for keys scoped to units, and hooks that tell of changed verdicts."""
