"""The law library, tested."""
