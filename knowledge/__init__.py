"""The law library: dated, cited data and the pure functions that read it. It knows nothing of visitors or databases."""
