"""Text on its way in or out: normal form, and nothing that no store and no JSON can hold."""

import unicodedata


def clean(text: str) -> str:
    """NFC; halves of surrogate pairs become U+FFFD, NUL goes. Any other text stays what it is."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\x00", "")
    return unicodedata.normalize("NFC", whole)
