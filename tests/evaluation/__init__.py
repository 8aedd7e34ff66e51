"""The exam: questions as people type them, what a right answer holds, and how ours and simple baselines fare."""
