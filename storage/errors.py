"""What can go wrong with the cabinet as a whole, said in one sentence that tells what to do."""


class DatabaseUnavailableError(RuntimeError):
    """The database cannot be reached, cannot be started, or is not one that the product can work with."""


class DatabaseAwayError(DatabaseUnavailableError):
    """There is no connection now, or no room; there may be in a moment. `was_there`: a connection was made before."""

    def __init__(self, *words: object, was_there: bool = False) -> None:
        super().__init__(*words)
        self.was_there = was_there
