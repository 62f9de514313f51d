"""Questions of the house found again by their stem, for formats that carry no code."""

from collections.abc import Callable

from content.fold import fold
from content.loading.drafts import Known


def codes_by_stem(known: Known) -> Callable[[str], str]:
    """From a stem, whatever its case, spaces and diacritics, to the code of the question that has it; empty for none.

    Where two questions of the house share it, the one whose stem is written exactly so counts, if any.
    """
    exact = {stem: code for code, stem in known.stems.items()}
    folded: dict[str, set[str]] = {}
    for code, stem in known.stems.items():
        folded.setdefault(fold(stem), set()).add(code)

    def find(stem: str) -> str:
        codes = folded.get(fold(stem), set())
        return exact.get(stem) or (next(iter(codes)) if len(codes) == 1 else "")

    return find
