"""What people call a topic, a track, a source or a card, and the code it stands for; codes for what came without."""

import hashlib
from collections.abc import Iterable, Mapping

from content.fold import fold


class Names:
    """Codes by code and by name, whatever case and diacritics; a code goes before an equal name."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._by_code: dict[str, set[str]] = {}
        self._by_name: dict[str, set[str]] = {}
        for code, name in names.items():
            self.add(code, [name])

    def add(self, code: str, names: Iterable[str]) -> None:
        """One more thing: its code and its names."""
        self._by_code.setdefault(fold(code), set()).add(code)
        for name in names:
            if folded := fold(name):
                self._by_name.setdefault(folded, set()).add(code)

    def find(self, written: str) -> set[str]:
        """The codes a text may mean: none, one, or several that share a name."""
        folded = fold(written)
        return self._by_code.get(folded) or self._by_name.get(folded) or set()

    def named(self, name: str) -> set[str]:
        """The codes of everything called exactly that."""
        return self._by_name.get(fold(name), set())

    def spelt(self, code: str) -> str:
        """The code as it is spelt already where it differs in case alone; otherwise as given."""
        known = self._by_code.get(fold(code), {code})
        return code if code in known else min(known)


def derived(prefix: str, text: str) -> str:
    """A code that the same words always get, e.g. ``CH-3FA2B1C0``."""
    return f"{prefix}-{hashlib.sha256(fold(text).encode()).hexdigest()[:8].upper()}"
