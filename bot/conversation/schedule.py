"""The sending schedule for admins: what is due next, and what is held back and why."""

from bot.conversation.menu import is_admin
from bot.conversation.talk import Talk
from content.message import Message
from scheduler.agenda import upcoming
from store import outbox

SHOWN = 6


def ask(talk: Talk) -> Message:
    """``lịch gửi``: the next occurrences and what a cap holds back."""
    if not is_admin(talk):
        return talk.say("menu.unclear")
    coming = [
        (talk.words(f"schedule.{occurrence.kind}"), occurrence.fires_at) for occurrence in upcoming(talk.session, SHOWN)
    ]
    held = [(talk.words(reason), count) for reason, count in outbox.held(talk.session)]
    return talk.say("schedule.coming", coming=coming, held=held)
