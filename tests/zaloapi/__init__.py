"""Servers of our own that behave like Zalo's two products."""
