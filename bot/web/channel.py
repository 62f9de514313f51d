"""The web page as a channel: a parcel becomes a line of the transcript, and open pages are told to look."""

import json
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from bot.web.bells import Bells
from content.message import Message
from scheduler.channel import Later, Outcome, Parcel, Sent
from store import transcript
from store.database import Database

RETRY_SECONDS = 5.0


class WebChannel:
    """Delivers into our own store, so nothing is ever unknown: a repeated parcel finds its line already there."""

    name = "web"
    rate = 1000.0
    chat_gap = 0.0
    repeats_safely = True

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self.bells = Bells()

    async def send(self, parcel: Parcel) -> Outcome:
        """Write the line, ring the bells of its address."""
        body = line_body(parcel.message, parcel.token)
        try:
            line_id = await self._database.run(
                transcript.said, parcel.account_id, parcel.delivery_id, body, self._clock()
            )
        except SQLAlchemyError as reason:
            return Later(RETRY_SECONDS, type(reason).__name__)
        self.bells.ring(parcel.address)
        return Sent(str(line_id))

    def hang_up(self) -> None:
        """End the open streams at once. To be called when the server is told to stop, before it waits for requests."""
        self.bells.hang_up()


def line_body(message: Message, token: str) -> str:
    """What the page gets of a message: labels only, since an action may say more than its reader should know.

    The link to its file is relative to the page, wherever that stands.
    """
    body: dict[str, object] = {"text": message.text, "closing": message.closing}
    if message.choices:
        body |= {
            "choices": [choice.label for choice in message.choices],
            "token": token,
            "inline": message.inline,
        }
    if message.file:
        picture = {"alt": message.file.alt} if message.file.alt else {}
        body["file"] = {"name": message.file.name, "href": f"file/{message.file.token}", **picture}
    return json.dumps(body, ensure_ascii=False)
