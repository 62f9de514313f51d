"""The cells of a column as texts and codes, looked over together: nearly always each is clean as it stands."""

import unicodedata
from collections.abc import Sequence

from content.cells import cell_text
from content.fold import nfc

SPACED_ILL = "  ", "\n ", " \n"  # in lines


def column_texts(cells: Sequence[object]) -> Sequence[str]:
    """What `cell_text` gives for each."""
    try:
        together = "\n".join(cells)  # type: ignore[arg-type]
    except TypeError:  # numbers or days among them
        return [cell_text(cell) for cell in cells]
    printable = together.count("\n") == max(len(cells) - 1, 0) and together.replace("\n", "").isprintable()
    spaced_well = not any(ill in f"\n{together}\n" for ill in SPACED_ILL)
    if printable and spaced_well and unicodedata.is_normalized("NFC", together):
        return cells  # type: ignore[return-value]
    return [cell_text(cell) for cell in cells]


def column_codes(texts: Sequence[str]) -> Sequence[str]:
    """What `cell_code` gives for each of these clean texts."""
    return nfc("\n".join(texts).upper()).split("\n") if texts else texts
