"""One form for a mobile number, however it was written."""

import pytest

from participation.phones import canonical_phone


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("0912345678", "0912345678"),
        ("+84912345678", "0912345678"),
        ("84912345678", "0912345678"),
        ("+840912345678", "0912345678"),
        ("0912 345 678", "0912345678"),
        ("0912.345-678", "0912345678"),
        ("(091) 234 5678", "0912345678"),
        ("912345678", "0912345678"),
        ("845678912", "0845678912"),
        ("01652345678", "0352345678"),
        ("+841201234567", "0701234567"),
        ("0242345678", None),
        ("02438223344", None),
        ("+85512345678", None),
        ("09123456789", None),
        ("091234567", None),
        ("không có", None),
        ("+", None),
        ("０９１２３４５６７８", None),
        ("", None),
    ],
)
def test_a_number_has_one_form(written: str, canonical: str | None) -> None:
    assert canonical_phone(written) == canonical
