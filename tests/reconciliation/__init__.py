"""A generated year held against an independent recomputation in SQL, and an attack on what it shows of small groups."""
