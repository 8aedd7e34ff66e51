"""The web door over loopback, with a scripted desk behind it."""
