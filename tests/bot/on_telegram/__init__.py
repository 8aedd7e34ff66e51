"""Tests of the Telegram door: the real dispatcher, real HTTP on loopback, the strict stand-in."""
