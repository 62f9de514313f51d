"""A fault in a file that people write: which file, which line, what to put right. All are reported at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing to put right. `line` counts from 1; `text` is English, for the operator.

    `reason` says the same to programs, in one word, and `named` what it is about; only some readers give them.
    """

    file: str
    line: int
    text: str
    reason: str = field(default="", compare=False)
    named: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class Faults(Exception):
    """Everything wrong with a folder of files, in order of file and line; `str()` gives one line per fault."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class LibraryFaults(Faults):
    """The content library cannot be used as it stands."""


class PhraseFaults(Faults):
    """The phrase files cannot be used as they stand."""
