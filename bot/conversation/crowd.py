"""A crowd: whoever does nothing but answer the question shown is answered in one go with all others who do.

The same words, rules and rows as for one alone (`talking`, `quiz`): only what each would have the store do by itself is
done once for all. Whoever says anything else in the same batch, on whatever channel, is no part of the crowd.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from bot.conversation import quiz
from bot.conversation.talk import House, Talk
from bot.conversation.talking import is_older, plain_choice
from bot.heard import CHOICE, TEXT, Heard
from content.message import Message
from participation import accounts, answering
from participation.accounts import Seat
from participation.answering import Reply
from participation.refusals import Refusal
from store import outbox
from store.inbox import Waiting
from store.tables import Account


class Utterance(NamedTuple):
    """A row of the inbox, and what was heard with it."""

    row: Waiting
    heard: Heard


class Answer(NamedTuple):
    """An utterance that is nothing but an answer, by whom it was made."""

    utterance: Utterance
    seat: Seat
    reply: Reply


def gather(session: Session, utterances: Sequence[Utterance]) -> list[Answer]:
    """The crowd among those who spoke, in order."""
    seats = accounts.seats(session, {(one.heard.channel, one.heard.address) for one in utterances})
    shown = _Shown(session, utterances, seats.values())
    answers: list[Answer] = []
    say_more: set[int | None] = set()
    for one in utterances:
        seat = seats.get((one.heard.channel, one.heard.address))
        reply = _reply(one, seat, shown) if seat else None
        if seat and reply:
            answers.append(Answer(one, seat, reply))
        elif seat:
            say_more.add(seat.person_id)
    return [answer for answer in answers if answer.reply.person_id not in say_more]


def respond(session: Session, house: House, crowd: Sequence[Answer]) -> Iterator[tuple[Answer, str]]:
    """What the assistant says to each, as the body of an outbox row; most of a crowd are told one of a few things."""
    accounts.heard(session, {answer.seat.id: answer.utterance.row.received_at for answer in crowd})
    bodies: dict[object, str] = {}
    for answer, outcome in zip(crowd, answering.answer_all(session, [one.reply for one in crowd]), strict=True):
        if isinstance(outcome, Refusal):
            account = session.get_one(Account, answer.seat.id)
            yield answer, quiz.refused(Talk(session, house, account, answer.utterance.row.received_at), outcome).dumps()
            continue
        key = outcome.alike
        if key not in bodies:
            bodies[key] = quiz.told(session, house.phrases, outcome).dumps()
        yield answer, bodies[key]


class _Shown:
    """What the choices mean that were shown to those who spoke: by token of a button, and by account."""

    def __init__(self, session: Session, utterances: Sequence[Utterance], seats: Collection[Seat]) -> None:
        self._known: dict[str, list[str]] = {}
        pressed = {one.heard.token for one in utterances if one.heard.kind == CHOICE}
        prompts = {seat.prompt_id: seat.id for seat in seats if seat.prompt_id is not None}
        self._by_button: dict[tuple[int, str], list[str]] = {}
        self._by_account: dict[int, tuple[list[str], datetime | None]] = {}
        for row in outbox.shown(session, pressed, prompts):
            actions = self._actions(row.body)
            self._by_button[row.account_id, row.token] = actions
            if row.id in prompts:
                self._by_account[prompts[row.id]] = (actions, row.claimed_at)

    def action(self, seat: Seat, heard: Heard) -> str:
        """What an utterance chooses of what was shown; empty when it chooses nothing, or may mean something else."""
        if heard.kind == CHOICE:
            actions, number = self._by_button.get((seat.id, heard.token), []), heard.number
        else:
            actions, shown_at = self._by_account.get(seat.id, ([], None))
            number = 0 if is_older(heard, shown_at) else plain_choice(heard.text) or 0
        return actions[number - 1] if 1 <= number <= len(actions) else ""

    def _actions(self, body: str) -> list[str]:
        """The actions of a body; a round's openings are all alike."""
        if body not in self._known:
            choices = Message.loads(body).choices if '"choices"' in body else ()
            self._known[body] = [choice.action for choice in choices]
        return self._known[body]


def _reply(utterance: Utterance, seat: Seat, shown: _Shown) -> Reply | None:
    heard = utterance.heard
    if (
        seat.state != "active"
        or seat.person_id is None
        or seat.closed_at is not None
        or heard.kind not in (CHOICE, TEXT)
    ):
        return None
    name, *numbers = shown.action(seat, heard).split(":")
    if name != "answer":
        return None
    round_id, question_id, option = map(int, numbers)
    return Reply(seat.person_id, round_id, question_id, option, seat.id, utterance.row.received_at)
