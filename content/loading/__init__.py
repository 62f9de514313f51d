"""Loading: files that admins send become drafts; what is wrong is said by row and column, and nothing is written."""
