"""Keys as people write them."""

import pytest

from content.loading.checks.key import key_numbers


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("B", [2]),
        ("b", [2]),
        ("b.", [2]),
        ("(B)", [2]),
        ("2", [2]),
        ("2.0", [2]),
        ("B, D", [2, 4]),
        ("d;b", [2, 4]),
        ("2;3", [2, 3]),
        ("1.3", [1, 3]),
        ("B/D", [2, 4]),
        ("B D", [2, 4]),
        ("BD", [2, 4]),
        ("abc", [1, 2, 3]),
        ("B, B", [2]),
        ("1 - A", [1]),
        ("E", [5]),
        ("0", [0]),
        ("24", [24]),
        ("Đ", [4]),
        ("ba", None),
        ("đáp án B", None),
        ("BE", None),
        ("-", None),
        ("?", None),
        ("Ω", None),
    ],
)
def test_a_key_is_understood_or_not_taken_for_one(written: str, numbers: list[int] | None) -> None:
    assert key_numbers(written) == numbers
