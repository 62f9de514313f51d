"""Names of files as strangers send them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.loading.gate.naming import LONGEST, clean_name, extension_of


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        pytest.param("CauHoi_T12.xlsx", "CauHoi_T12.xlsx", id="an ordinary one"),
        pytest.param("Câu hỏi tháng 12.xlsx", "Câu hỏi tháng 12.xlsx", id="Vietnamese"),
        pytest.param("Câu hỏi.xlsx", "Câu hỏi.xlsx", id="decomposed"),
        pytest.param("../../../etc/passwd", "passwd", id="climbing"),
        pytest.param("C:\\Users\\x\\q.xlsx", "q.xlsx", id="a path of Windows"),
        pytest.param("q.xlsx:hidden", "q.xlsx_hidden", id="a stream of Windows"),
        pytest.param("\u202egnp.xslx", "gnp.xslx", id="written backwards"),
        pytest.param("q\u200b\u2066.xlsx\0.exe", "q.xlsx.exe", id="invisible letters"),
        pytest.param("CON.xlsx", "_CON.xlsx", id="a device"),
        pytest.param("nul", "_nul", id="a device alone"),
        pytest.param("com1.a.xlsx", "_com1.a.xlsx", id="a device before a dot"),
        pytest.param("", "file", id="nothing"),
        pytest.param("../..", "file", id="only dots"),
        pytest.param(" .. ", "file", id="dots and spaces"),
        pytest.param(".xlsx", "xlsx", id="only an extension"),
        pytest.param('a<b>"c|?*.gift', "a_b__c___.gift", id="signs no system takes"),
        pytest.param("a" * 4096 + ".xlsx", "a" * 75 + ".xlsx", id="four thousand letters"),
        pytest.param("a." + "b" * 2000, "a." + "b" * 78, id="an endless extension"),
        pytest.param("a\nb\tc.xlsx", "abc.xlsx", id="lines"),
    ],
)
def test_a_name_is_made_fit_to_show(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


@given(st.text(max_size=200))
def test_any_name_becomes_a_plain_one(sent: str) -> None:
    kept = clean_name(sent)
    assert 0 < len(kept) <= LONGEST
    assert clean_name(kept) == kept
    assert not set(kept) & set('/\\:\0<>"|?*')
    assert not kept.startswith((".", " "))
    assert all(unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for letter in kept)


def test_the_extension_decides_nothing_but_can_be_asked() -> None:
    assert extension_of("a/B.GIFT") == ".gift"
    assert extension_of("gift") == ""
