"""The Telegram door. aiogram is imported here alone, and only when the channel starts."""
