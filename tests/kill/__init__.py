"""The kill loop: the real process is killed again and again, and afterwards everything is counted."""
