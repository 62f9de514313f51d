"""One form for a mobile number, however it was written: ten digits beginning with 0."""

import re

SEPARATORS = re.compile(r"[\s.\-()/]+")
MOBILE = re.compile(r"0[35789]\d{8}")

# Eleven-digit mobile numbers were shortened to ten digits in 2018; old lists still hold them.
SHORTENED = {
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078",
    "0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082",
    "0162": "032", "0163": "033", "0164": "034", "0165": "035", "0166": "036", "0167": "037", "0168": "038",
    "0169": "039", "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip


def canonical_phone(written: str) -> str | None:
    """``+84 912.345.678``, ``84912345678``, ``0912 345 678`` → ``0912345678``; None when it is no mobile number.

    Nine digits are taken as a number whose leading zero a spreadsheet dropped.
    """
    digits = SEPARATORS.sub("", written)
    if not re.fullmatch(r"\+?[0-9]+", digits):
        return None
    national = _national(digits)
    if len(national) == 11:
        national = SHORTENED.get(national[:4], "?") + national[4:]
    return national if MOBILE.fullmatch(national) else None


def _national(digits: str) -> str:
    if digits.startswith("+"):
        return "0" + digits[3:].removeprefix("0") if digits.startswith("+84") else ""
    if digits.startswith("84") and len(digits) in (11, 12):
        return "0" + digits[2:].removeprefix("0")
    return digits if digits.startswith("0") else "0" + digits
