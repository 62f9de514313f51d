"""Zalo played by servers of our own, one for each of its two products."""
