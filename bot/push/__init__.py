"""What is sent unasked: planned by the day, paced, and never sent twice."""
