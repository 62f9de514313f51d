"""When: the working calendar, plans and rounds, the tick, and the outbox drain at its pace."""
