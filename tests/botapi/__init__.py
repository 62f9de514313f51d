"""A Telegram Bot API server of our own that behaves like the real one, with the person's side and faults on order."""
