"""The sending schedule for admins: what is due next, what is held back and why, and what the coming rounds ask."""

from bot.conversation.menu import is_admin
from bot.conversation.talk import Talk
from content.message import Choice, Message
from scheduler.agenda import upcoming
from scheduler.calendar import load_calendar
from scheduler.outlook import Foreseen, outlook
from scheduler.plans import active_plans
from store import outbox

SHOWN = 6


def ask(talk: Talk) -> Message:
    """``lịch gửi``: the next occurrences and what a cap holds back; each plan's coming content is a choice."""
    if not is_admin(talk):
        return talk.say("menu.unclear")
    coming = [
        (talk.words(f"schedule.{occurrence.kind}"), occurrence.fires_at) for occurrence in upcoming(talk.session, SHOWN)
    ]
    held = [(talk.words(reason), count) for reason, count in outbox.held(talk.session)]
    plans = active_plans(talk.session)
    choices = [
        talk.choice("schedule.content", f"ahead:{plan.id}:1", plan=plan.name if len(plans) > 1 else "")
        for plan in plans
    ]
    return Message(
        talk.words("schedule.coming", coming=coming, held=held), (*choices, talk.choice("menu.back", "say:menu"))
    )


def ahead(talk: Talk, plan_id: int, page: int) -> Message:
    """What the coming rounds of a plan would ask, as the content stands now; a screen at a time."""
    plan = next((plan for plan in active_plans(talk.session) if plan.id == plan_id), None)
    if not is_admin(talk) or plan is None:
        return talk.say("menu.unclear")
    foreseen = outlook(talk.session, load_calendar(talk.session), plan, talk.now, page * SHOWN + 1)
    shown = foreseen[(page - 1) * SHOWN : page * SHOWN]
    choices: list[Choice] = []
    if len(foreseen) > page * SHOWN:
        choices.append(talk.choice("schedule.more", f"ahead:{plan_id}:{page + 1}"))
    choices.append(talk.choice("menu.back", "say:menu"))
    return Message(
        talk.words("schedule.ahead", plan=plan.name, rounds=[_told(talk, each) for each in shown]), tuple(choices)
    )


def _told(talk: Talk, each: Foreseen) -> dict[str, object]:
    chosen = each.chosen
    return {
        "number": each.number,
        "opens_at": each.opens_at,
        "topic": talk.house.topics.get(chosen.questions[0].topic, "") if chosen else "",
        "card": chosen.card.title if chosen and chosen.card else "",
        "questions": [question.code for question in chosen.questions] if chosen else [],
        "repeats": each.repeats,
    }
