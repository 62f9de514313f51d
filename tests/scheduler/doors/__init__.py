"""Doors: quotas, interaction windows, preference, outages, and what the operator sees of them."""
