"""Reading of official documents: from a file to its text, from the text to a draft record that a person corrects.

Nothing is stored here, and nothing of a draft holds before a person accepted it.
"""
