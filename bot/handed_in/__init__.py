"""Pictures and PDFs that people hand in: told by their content, and made anew in a process of its own."""
