"""What really reached people, flushed line by line: the only truth when somebody asks about duplicates."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Delivery:
    """One message or edit that a person can see; `fault` names what then happened to the answer."""

    at: float
    chat_id: int | str
    message_id: int | str
    method: str
    text: str
    fault: str | None = None

    @property
    def is_send(self) -> bool:
        """Whether it made a new message (an edit does not)."""
        return self.method.startswith("send")


class DeliveryLog:
    """Entries in memory and, with a path, one JSON line each that outlives the process."""

    def __init__(self, path: Path | None = None) -> None:
        self.entries: list[Delivery] = []
        self._lines = path.open("a", encoding="utf-8", buffering=1) if path else None

    def record(self, delivery: Delivery) -> None:
        """Keep it and flush it before anybody is answered."""
        self.entries.append(delivery)
        if self._lines is not None:
            self._lines.write(json.dumps(asdict(delivery), ensure_ascii=False) + "\n")
            self._lines.flush()

    def duplicates(self) -> dict[tuple[int | str, str], int]:
        """Sends of the same text to the same chat, where there is more than one."""
        return duplicates(self.entries)

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._lines is not None:
            self._lines.close()


def read_log(path: Path) -> list[Delivery]:
    """A log written by another process; a last line cut short is left out."""
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    return [Delivery(**json.loads(line)) for line in lines]


def duplicates(entries: Iterable[Delivery]) -> dict[tuple[int | str, str], int]:
    """(chat, text) pairs that were sent more than once, with their number of copies."""
    copies = Counter((entry.chat_id, entry.text) for entry in entries if entry.is_send)
    return {key: count for key, count in copies.items() if count > 1}
