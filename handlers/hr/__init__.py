"""What HR comes to do."""
