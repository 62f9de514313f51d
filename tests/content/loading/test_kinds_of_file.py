"""What a file is comes from its content: the right reader or a sentence that says what was sent."""

import codecs

import pytest

from content.loading.drafts import FileRefused, Known
from content.loading.reading import read_file
from content.phrases import Phrases
from tests.content.loading import makers

GIFT = "Trang phục\nkhi làm việc?{=chỉnh tề ~tùy ý}"
AIKEN = "Trang phục khi làm việc?\nA. chỉnh tề\nB. tùy ý\nANSWER: A\n"
YAML = "questions:\n  - stem: Trang phục khi làm việc?\n    options: [chỉnh tề, tùy ý]\n    right: [1]\n"


@pytest.mark.parametrize(
    ("name", "text", "format"),
    [
        pytest.param("q.gift", GIFT, "gift", id="gift"),
        pytest.param("q.txt", GIFT, "gift", id="gift as Moodle names it"),
        pytest.param("q.yaml", GIFT, "gift", id="gift named yaml"),
        pytest.param("q.txt", "::T::" + GIFT, "gift", id="gift with titles"),
        pytest.param("q.txt", "$CATEGORY: a\n\n" + GIFT, "gift", id="gift with a category"),
        pytest.param("q.txt", AIKEN, "aiken", id="aiken"),
        pytest.param("q.gift", AIKEN, "aiken", id="aiken named gift"),
        pytest.param("q.txt", AIKEN.replace("tùy ý", "tùy {ý}"), "aiken", id="aiken with braces"),
        pytest.param("q.gift", AIKEN.replace("tùy ý", "tùy {ý}"), "gift", id="the name breaks the tie"),
        pytest.param("q.txt", YAML, "yaml", id="yaml"),
        pytest.param("", YAML, "yaml", id="yaml without a name"),
        pytest.param("q.yml", "a: b", "yaml", id="other yaml named so"),
    ],
)
def test_a_text_is_read_by_its_shape(phrases: Phrases, name: str, text: str, format: str) -> None:
    reading = read_file(name, text.encode(), Known(), phrases)
    assert (reading.format, reading.rows) == (format, 1)


@pytest.mark.parametrize("text", [GIFT, AIKEN])
@pytest.mark.parametrize("line", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
    ],
)
def test_texts_of_all_systems_are_read(phrases: Phrases, text: str, line: str, encoding: str, mark: bytes) -> None:
    body = mark + text.replace("\n", line).encode(encoding)
    (question,) = read_file("q.txt", body, Known(), phrases).questions
    assert (question.stem, question.options) == ("Trang phục khi làm việc?", ("chỉnh tề", "tùy ý"))


@pytest.mark.parametrize(
    ("body", "key"),
    [
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(b" \n\t\n", "empty", id="white space"),
        pytest.param(codecs.BOM_UTF8, "empty", id="a mark alone"),
        pytest.param(b"\x89PNG\r\n", "picture", id="png"),
        pytest.param(b"\xff\xd8\xff\xe0", "picture", id="jpeg"),
        pytest.param(b"GIF89a", "picture", id="gif"),
        pytest.param(b"RIFF\0\0\0\0WEBPVP8 ", "picture", id="webp"),
        pytest.param(b"BM\0\0\0\0", "picture", id="bmp"),
        pytest.param(b"\0\0\0\x18ftypheic", "picture", id="heic"),
        pytest.param(makers.SVG, "picture", id="svg"),
        pytest.param(b'<?xml version="1.0"?>\n<!-- x -->\n<svg>', "picture", id="svg declared"),
        pytest.param(b"RIFF\0\0\0\0WAVE", "recording", id="wav"),
        pytest.param(b"\0\0\0\x18ftypmp42", "recording", id="mp4"),
        pytest.param(b"ID3\x03\0", "recording", id="mp3"),
        pytest.param(b"%PDF-1.7", "pdf", id="pdf"),
        pytest.param(b"{=a ~b}\n%PDF-1.7", "pdf", id="pdf begun late"),
        pytest.param(makers.ole("WordDocument"), "word", id="old word"),
        pytest.param(b"{\\rtf1", "word", id="rtf"),
        pytest.param(makers.nested(1), "packed", id="zip"),
        pytest.param(b"Rar!\x1a\x07", "packed", id="rar"),
        pytest.param(b"7z\xbc\xaf\x27\x1c", "packed", id="7z"),
        pytest.param(b"\x1f\x8b\x08", "packed", id="gz"),
        pytest.param(b"MZ\x90\0", "program", id="exe"),
        pytest.param(b"#!/bin/sh\n", "program", id="script"),
        pytest.param(b"<!DOCTYPE html><p>", "page", id="page"),
        pytest.param(b'<?xml version="1.0"?><quiz></quiz>', "xml", id="moodle xml"),
        pytest.param("Câu hỏi,A,B,C\nx,1,2,3\n".encode(), "table_text", id="csv"),
        pytest.param("Câu hỏi\tA\tB\nx\t1\t2\n".encode(), "table_text", id="tabs"),
        pytest.param("Xin chào các anh chị.".encode(), "prose", id="prose"),
        pytest.param("Trang phục?{=chỉnh tề ~b}".encode("utf-16-le"), "not_text", id="utf-16 without mark"),
        pytest.param("Câu nào?{=chỉnh tề ~b}".encode("cp1258", "replace"), "encoding", id="windows"),
        pytest.param(codecs.BOM_UTF32_LE + "a".encode("utf-32-le"), "not_text", id="utf-32"),
        pytest.param(b"Q?{=a ~b}\0", "not_text", id="a zero"),
        pytest.param(b"PK\x03\x04", "not_xlsx", id="the beginning of a zip"),
        pytest.param(b"SQLite format 3\0", "not_text", id="a database"),
        pytest.param(b"x{=a ~b}\n" * 120_000, "too_many_lines", id="lines"),
        pytest.param(b"x" * 30_000, "long_line", id="a line"),
    ],
)
def test_other_files_are_refused_by_what_they_are(phrases: Phrases, body: bytes, key: str) -> None:
    for name in ("q.xlsx", "q.gift", "q.txt"):
        with pytest.raises(FileRefused) as caught:
            read_file(name, body, Known(), phrases)
        assert caught.value.key == f"refused.{key}"
        assert phrases(caught.value.key, **caught.value.values)


@pytest.mark.parametrize(
    ("part", "key"),
    [
        ("word/document.xml", "word"),
        ("ppt/presentation.xml", "slides"),
        ("xl/workbook.bin", "other_sheet"),
        ("content.xml", "other_sheet"),
        ("readme.txt", "packed"),
    ],
)
def test_other_documents_in_archives_are_told_apart(phrases: Phrases, part: str, key: str) -> None:
    with pytest.raises(FileRefused) as caught:
        read_file("q.xlsx", makers.archive_of(part), Known(), phrases)
    assert caught.value.key == f"refused.{key}"


def test_letters_that_also_begin_pictures_may_begin_a_question(phrases: Phrases) -> None:
    for begin in ("BM", "MZ", "ID3", "BZh"):
        assert read_file("q.gift", f"{begin} là gì?{{=a ~b}}".encode(), Known(), phrases).rows == 1
