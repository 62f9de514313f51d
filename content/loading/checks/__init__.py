"""Checks: raw entries of any format become drafts; flaws, warnings, near-duplicates, and how they are told."""
