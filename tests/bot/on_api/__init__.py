"""The door for other programs over loopback, in front of the invented province."""
