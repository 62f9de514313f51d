"""The peers: the same quiz as a good programmer writes it from the documentation of each library."""
