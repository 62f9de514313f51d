"""Faults on order: which call goes wrong, how, and how often."""

from dataclasses import dataclass, field

ACCEPTED = frozenset({"cut_after", "short_body", "truncated", "empty", "wrong_shape", "bad_utf8", "hang", "slow"})
REFUSED = frozenset({"refuse", "flood", "html_502", "html_413", "bare_502", "reset_before"})


@dataclass
class Fault:
    """One fault. Kinds in ACCEPTED execute the call first, so the person does get the message.

    `every` hits each n-th matching call only; `times` is how often in all (None: until removed).
    """

    kind: str
    method: str = "*"
    chat_id: int | str | None = None
    times: int | None = 1
    every: int = 1
    status: int = 400
    description: str = ""
    seconds: float = 0.0
    parameters: dict[str, int] | None = None
    seen: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        if self.kind not in ACCEPTED | REFUSED:
            raise ValueError(f"no such fault: {self.kind}")

    @property
    def accepts(self) -> bool:
        """Whether the call is executed before it goes wrong."""
        return self.kind in ACCEPTED

    def fits(self, method: str, chat_id: int | str | None) -> bool:
        """Whether this fault is meant for such a call."""
        return self.method in ("*", method) and self.chat_id in (None, chat_id)


class Faults:
    """Faults in the order they were planned; the first that fits a call is used up by it."""

    def __init__(self) -> None:
        self.planned: list[Fault] = []
        self.struck: list[Fault] = []

    def add(
        self,
        kind: str,
        method: str = "sendMessage",
        *,
        chat_id: int | str | None = None,
        times: int | None = 1,
        every: int = 1,
        status: int = 400,
        description: str = "",
        seconds: float = 0.0,
        parameters: dict[str, int] | None = None,
    ) -> Fault:
        """Plan a fault, e.g. add("refuse", status=403, description="Forbidden: user is deactivated").

        `method` "*" means any; the other fields are those of `Fault`.
        """
        fault = Fault(kind, method, chat_id, times, every, status, description, seconds, parameters)
        self.planned.append(fault)
        return fault

    def clear(self) -> None:
        """Everything works again."""
        self.planned.clear()

    def take(self, method: str, chat_id: int | str | None) -> Fault | None:
        """The fault this call runs into, if any."""
        for fault in [one for one in self.planned if one.fits(method, chat_id)]:
            fault.seen += 1
            if fault.seen % fault.every:
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.planned.remove(fault)
            self.struck.append(fault)
            return fault
        return None
