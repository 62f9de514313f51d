"""The main menu, at most five lines, by role; greeting and help."""

from bot.conversation.talk import Talk
from content import reviewing
from content.message import Choice, Message
from participation import answering, units
from scheduler.doors.preference import active_accounts


def menu(talk: Talk, before: str = "") -> Message:
    """What this person can do now: a head sees the unit's figures first, an admin content or the schedule."""
    text = talk.words("menu.choose")
    return Message(f"{before}\n\n{text}" if before else text, tuple(_lines(talk)))


def greeting(talk: Talk) -> Message:
    """A linked person said start again."""
    return menu(talk, talk.words("menu.welcome_back"))


def help_(talk: Talk) -> Message:
    """What can be typed."""
    is_head = bool(units.head_units(talk.session, talk.person_id, talk.today))
    roles = units.roles(talk.session, talk.person_id, talk.today)
    return talk.say(
        "menu.help",
        is_head=is_head,
        is_admin=bool(roles),
        keeps_content="content_admin" in roles,
        operates="operator" in roles,
    )


def thanks(talk: Talk) -> Message:
    """A courtesy is answered with one."""
    return talk.say("menu.thanks")


def settings(talk: Talk) -> Message:
    """Settings and help."""
    return Message(
        talk.words("menu.settings"),
        (
            talk.choice("menu.pause", "say:tamdung"),
            talk.choice("menu.leave", "say:nghiphep"),
            talk.choice("menu.my_data", "say:dulieu"),
            *_receiving(talk),
            talk.choice("menu.help_line", "say:trogiup"),
            talk.choice("menu.back", "say:menu"),
        ),
    )


def _receiving(talk: Talk) -> list[Choice]:
    """Whoever has one account alone has nothing to choose."""
    accounts = active_accounts(talk.session, [talk.person_id]).get(talk.person_id, [])
    return [talk.choice("menu.receiving", "say:kenhnhantin")] if len(accounts) > 1 else []


def is_admin(talk: Talk) -> bool:
    """Whether the person keeps content, roster or the machine."""
    return bool(units.roles(talk.session, talk.person_id, talk.today))


def is_content_admin(talk: Talk) -> bool:
    """Whether the person keeps content today."""
    return "content_admin" in units.roles(talk.session, talk.person_id, talk.today)


def content(talk: Talk) -> Message:
    """``nội dung``: what a content admin can do."""
    if not is_content_admin(talk):
        return talk.say("menu.unclear")
    waiting = sum(file.count() for file in reviewing.waiting(talk.session) if file.person_id != talk.person_id)
    return Message(
        talk.words("menu.content_choose"),
        (
            talk.choice("menu.load", "say:napcauhoi"),
            talk.choice("menu.review", "say:duyet", waiting=waiting),
            talk.choice("menu.lapsing", "say:hethan"),
            talk.choice("menu.schedule", "say:lichgui"),
            talk.choice("menu.back", "say:menu"),
        ),
    )


def _lines(talk: Talk) -> list[Choice]:
    waiting = answering.remaining(talk.session, talk.person_id, talk.now)
    lines = [
        talk.choice("menu.quiz", "say:tracnghiem", waiting=waiting),
        talk.choice("menu.regulations", "topics:1"),
        talk.choice("menu.results", "say:ketqua"),
        talk.choice("menu.settings_line", "say:caidat"),
    ]
    if units.head_units(talk.session, talk.person_id, talk.today):
        lines.insert(0, talk.choice("menu.figures", "say:thongke"))
    elif is_content_admin(talk):
        lines.insert(0, talk.choice("menu.content", "say:noidung"))
    elif is_admin(talk):
        lines.insert(0, talk.choice("menu.schedule", "say:lichgui"))
    return lines
