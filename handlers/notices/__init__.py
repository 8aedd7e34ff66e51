"""The words of what is sent unasked, written at the moment of sending from what is true then."""
