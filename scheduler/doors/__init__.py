"""Doors: what may go out through each channel, to whom, and where it goes when it may not."""
