"""What is remembered: tables, transactions, inbox and outbox rows, migrations. Nothing here knows a rule."""
