"""Chats as both sides see them: the messages that stand in them, with their buttons."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Seen:
    """One message as it stands on the person's screen now."""

    message_id: int
    text: str
    buttons: list[list[str]]
    html: str | None
    document: str | None
    photo: str | None
    raw: dict[str, Any]

    @property
    def labels(self) -> list[str]:
        """All button labels, row by row."""
        return [label for row in self.buttons for label in row]


@dataclass
class Chat:
    """A private chat or a group; `messages` by id in order of sending."""

    chat_id: int
    kind: str
    names: dict[str, str]
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    sources: dict[int, str] = field(default_factory=dict)
    keyboard: list[list[str]] = field(default_factory=list)
    changes: int = 0
    touched: dict[int, int] = field(default_factory=dict)

    @property
    def raw(self) -> dict[str, Any]:
        """The chat as it appears inside updates and results."""
        return {"id": self.chat_id, "type": self.kind, **self.names}

    def put(self, message: dict[str, Any], source: str | None = None) -> None:
        """Show a message or its new version; `source` is the HTML it was written in."""
        self.messages[message["message_id"]] = message
        if source is not None:
            self.sources[message["message_id"]] = source
        self.changes += 1
        self.touched[message["message_id"]] = self.changes

    def seen(self, *, of_bot: bool | None = None) -> list[Seen]:
        """The messages now in the chat, of one side or of both."""
        return [
            self._look(message)
            for message in self.messages.values()
            if of_bot is None or bool(message["from"]["is_bot"]) is of_bot
        ]

    def _look(self, message: dict[str, Any]) -> Seen:
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        return Seen(
            message_id=message["message_id"],
            text=message.get("text") or message.get("caption") or "",
            buttons=[[button["text"] for button in row] for row in rows],
            html=self.sources.get(message["message_id"]),
            document=message.get("document", {}).get("file_name"),
            photo=message["photo"][-1]["file_id"] if "photo" in message else None,
            raw=message,
        )
