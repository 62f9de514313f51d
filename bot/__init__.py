"""Chat: doors that hear and send, and one conversation that knows none of them by name."""
