"""Two forms of Vietnamese text: NFC for storing and showing, folded for comparing and searching."""

import unicodedata


def nfc(text: str) -> str:
    """The text with each accented letter as one code point, the only form the product stores and sends."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Lower case, no diacritics, đ as d, single spaces: two spellings of the same words become equal."""
    # đ is a letter of its own, not a d with a mark, so decomposing alone would keep it
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())
