"""When: calendar, plans, rounds, reminders, reviews, digests, caps and the tick."""
