"""Zalo's doors: the Official Account with its tokens and template messages. One client module for each interface."""
