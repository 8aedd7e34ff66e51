"""What the subject of a pressed button says. Buttons come from outside, so that anything may stand there."""

_LONGEST_NUMBER = 10  # every number that the cabinet gives, a moment in seconds, and far more than any page


def read_number(written: str) -> int | None:
    """The number that is written there; None for what is none, or for one that nothing here can have."""
    return int(written) if written.isdecimal() and len(written) <= _LONGEST_NUMBER else None
