"""Operating, for operators: how the doors are, what is left of quotas, what was not delivered, and stopping it all."""

from bot.conversation.talk import Talk
from content.message import Message
from participation import units
from scheduler import outbox
from scheduler.doors import stopping
from scheduler.doors.overview import overview
from scheduler.doors.quota import month_ends_at

SHOWN = 6  # doors, or reasons, in one message


def is_operator(talk: Talk) -> bool:
    """Whether the person keeps the machine today."""
    return "operator" in units.roles(talk.session, talk.person_id, talk.today)


def health(talk: Talk) -> Message:
    """``sức khỏe``: every door in a few lines, those that need somebody first."""
    if not is_operator(talk):
        return talk.say("menu.unclear")
    doors = overview(talk.session, talk.now)
    text = talk.words(
        "door.health",
        doors=[(one, talk.words(f"door.state.{one.state}")) for one in doors[:SHOWN]],
        more=max(0, len(doors) - SHOWN),
        stopped_at=stopping.stopped_since(talk.session),
        now=talk.now,
    )
    choices = (talk.choice("door.menu_quota", "say:hanmuc"), talk.choice("door.menu_lost", "say:loigui"))
    return Message(
        text, (*choices, talk.choice("door.menu_stop", "say:tamngung"), talk.choice("menu.back", "say:menu"))
    )


def quotas(talk: Talk) -> Message:
    """``hạn mức``: what every door has sent and received this month, and whose window is closed."""
    if not is_operator(talk):
        return talk.say("menu.unclear")
    doors = overview(talk.session, talk.now)[:SHOWN]
    return Message(
        talk.words("door.quotas", doors=doors, until=month_ends_at(talk.now), now=talk.now),
        (talk.choice("door.see_health", "say:suckhoe"), talk.choice("menu.back", "say:menu")),
    )


def lost(talk: Talk) -> Message:
    """``lỗi gửi``: what the platforms refused in the last week and what nobody knows about, by reason; no names."""
    if not is_operator(talk):
        return talk.say("menu.unclear")
    found = outbox.failures(talk.session, talk.now)
    text = talk.words("door.lost", rows=found[:SHOWN], more=sum(row.count for row in found[SHOWN:]))
    return Message(text, (talk.choice("door.see_health", "say:suckhoe"), talk.choice("menu.back", "say:menu")))


def stop(talk: Talk, step: str = "ask") -> Message:
    """``tạm ngừng``: ask once, then stop all scheduled sending; or let it go on."""
    if not is_operator(talk):
        return talk.say("menu.unclear")
    actor = f"person {talk.person_id}"
    if step == "yes":
        stopping.stop(talk.session, actor, talk.now)
    elif step == "no":
        stopping.go_on(talk.session, actor, talk.now)
    since = stopping.stopped_since(talk.session)
    change = talk.choice("door.go_on", "stopall:no") if since else talk.choice("door.stop_yes", "stopall:yes")
    return Message(
        talk.words("door.stopping", since=since, is_done=step != "ask"), (change, talk.choice("menu.back", "say:menu"))
    )
