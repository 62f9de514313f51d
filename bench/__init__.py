"""Benchmarks: numbers the documents quote, made by programs anybody can run again."""
