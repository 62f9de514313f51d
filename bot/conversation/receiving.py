"""Receiving: on which of a person's accounts scheduled messages arrive first."""

from bot.conversation.talk import Talk
from content.message import Choice, Message
from scheduler.doors.obstacles import Obstacles
from scheduler.doors.preference import active_accounts, ranked
from store.tables import Account

KINDS = ("telegram", "web", "zalo_bot", "zalo_oa")


def ask(talk: Talk) -> Message:
    """``kênh nhận tin``: the accounts in their order; each can be put first, or the one used last comes first again."""
    accounts = _accounts(talk)
    obstacles = Obstacles(talk.session, talk.now)
    names = [(_name(talk, account), obstacles.of(account)) for account in accounts]
    lines = [(name, talk.words(why) if why else "") for name, why in names]
    text = talk.words("door.receiving", lines=lines, is_chosen=accounts[0].chosen_at is not None)
    choices = [
        Choice(talk.words("door.first", door=name), f"first:{account.id}")
        for account, (name, _) in zip(accounts[1:], names[1:], strict=True)
    ]
    if accounts[0].chosen_at is not None:
        choices.append(talk.choice("door.used_last", "first:0"))
    return Message(text, (*choices, talk.choice("menu.back", "say:menu")), inline=True)


def choose(talk: Talk, account_id: int) -> Message:
    """Put one of the speaker's own accounts first; 0 forgets the choice."""
    for account in _accounts(talk):
        if account.id == account_id:
            account.chosen_at = talk.now
        elif not account_id:
            account.chosen_at = None
        talk.session.add(account)
    talk.session.flush()
    return ask(talk)


def _accounts(talk: Talk) -> list[Account]:
    return ranked(active_accounts(talk.session, [talk.person_id])[talk.person_id])


def _name(talk: Talk, account: Account) -> str:
    kind = account.channel.split(":")[0].replace("-", "_")
    return talk.words(f"door.name.{kind}") if kind in KINDS else account.channel
