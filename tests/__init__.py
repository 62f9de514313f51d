"""Tests mirror the rooms; botapi/ is Telegram as others describe it, journeys/ are transcripts."""
