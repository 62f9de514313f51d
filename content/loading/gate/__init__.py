"""The gate: what a file from outside is, whether it is fit to be read, and the confined process that reads it."""
