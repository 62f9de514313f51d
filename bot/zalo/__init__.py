"""Zalo: the Bot Platform and Official Accounts, two products with rules of their own."""
