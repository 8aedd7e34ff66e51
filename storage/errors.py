"""What can go wrong with the cabinet as a whole, said in one sentence that tells what to do."""


class DatabaseUnavailableError(RuntimeError):
    """The database cannot be reached, cannot be started, or is not one that the product can work with."""
