"""Tests of the doors of Zalo: real HTTP on loopback, the strict stand-ins."""
