"""How it is told: figures as words, the printable invitation sheet."""
