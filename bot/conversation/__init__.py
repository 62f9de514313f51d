"""The conversation, the same on every channel: what was heard in, messages out. One file per exchange."""
