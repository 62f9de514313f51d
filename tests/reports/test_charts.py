"""Charts: what is drawn equals the figures, can be read by everybody, and says the same in words."""

import struct
import unicodedata
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont

from content.phrases import Phrases
from participation.counting import Counts
from participation.figures import RoundFigures
from reports.breakdown import Breakdown, Cell
from reports.chart_bars import MOST_BARS, TRACK, bars_alt, bars_svg
from reports.chart_trend import HEIGHT, trend_alt, trend_svg
from reports.charts import FILL, INK, LINE, PAPER, SMALL, SOFT, WIDTH, faces, fitted, length, png
from reports.trend import Point, Trend

SVG = "{http://www.w3.org/2000/svg}"
OPENS = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
ALPHABET = {unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES} | {"đ"}


def figures(n: int, base: int, number: int = 12, *, week: int = 0, is_final: bool = False) -> RoundFigures:
    """The figures of one unit; with 33 of 39, those of the worked example."""
    finished = 31 if (n, base) == (33, 39) else n
    opens = OPENS + timedelta(weeks=week)
    closes = opens + timedelta(days=2, hours=8)
    counts = Counts(snapshot=base, participants=n, finished=finished)
    return RoundFigures(1, number, opens, closes, 1, "Sở Mẫu", counts, is_final, closes)


def cell(number: int, n: int, base: int, name: str = "", *, is_hidden: bool = False, is_own: bool = False) -> Cell:
    """One unit."""
    counts = Counts(snapshot=base, participants=n, finished=n)
    return Cell(number, name or f"Phòng {number}", counts, is_hidden=is_hidden, is_own=is_own)


def example(*cells: Cell) -> Breakdown:
    """The worked example's figures with these cells below."""
    return Breakdown(figures(33, 39), cells)


def line(*rounds: tuple[int, int, int, bool, int]) -> Trend:
    """A trend of rounds told as n, D, weeks since the first, final, weeks without a round before."""
    return Trend(
        "Sở Mẫu",
        tuple(
            Point(figures(n, base, number, week=week, is_final=is_final), weeks=gap)
            for number, (n, base, week, is_final, gap) in enumerate(rounds, 1)
        ),
    )


def parts(svg: str, tag: str, kind: str) -> list[ElementTree.Element]:
    """The elements of a class, in the order they are drawn."""
    return [one for one in ElementTree.fromstring(svg).iter(SVG + tag) if one.get("class") == kind]  # noqa: S314


def words(svg: str, kind: str) -> list[str]:
    """The texts of a class."""
    return [one.text or "" for one in parts(svg, "text", kind)]


def size(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def test_bars_are_as_long_as_the_figures_and_say_both_numbers(phrases: Phrases) -> None:
    found = example(cell(1, 20, 60), cell(2, 9, 17), cell(3, 5, 5), cell(4, 0, 6))
    svg = bars_svg(phrases, found)
    assert words(svg, "share") == ["20/60 (33,3%)", "9/17 (52,9%)", "5/5 (100%)", "0/6 (0%)"]
    drawn = [float(one.get("width") or 0) for one in parts(svg, "rect", "bar")]
    assert drawn == pytest.approx([TRACK * tenths / 1000 for tenths in (333, 529, 1000, 0)], abs=0.06)
    assert words(svg, "band") == ["Trên 50 người", "Từ 16 đến 50 người", "Từ 5 đến 15 người"]


def test_hidden_cells_are_not_drawn_but_counted(phrases: Phrases) -> None:
    found = example(cell(1, 20, 29), cell(2, 2, 4, "Tổ Ẩn", is_hidden=True), cell(3, 2, 6, "Tổ Kề", is_hidden=True))
    svg = bars_svg(phrases, found)
    for told in (svg, bars_alt(phrases, found)):
        assert "2 nhóm ít người không hiển thị riêng" in told
        assert "Ẩn" not in told
        assert "Kề" not in told
    assert words(svg, "share") == ["20/29 (69,0%)"]


def test_the_worked_example_stands_in_the_words_for_both_pictures(phrases: Phrases) -> None:
    bars = bars_alt(phrases, example(cell(1, 28, 33), cell(2, 5, 6, is_own=True)))
    assert "tham gia 33/39 (84,6%), hoàn thành 31/39 (79,5%)" in bars
    assert "Thuộc trực tiếp 5/6 (83,3%)" in bars
    trend = trend_alt(phrases, line((26, 32, 0, True, 0), (33, 39, 1, False, 0)))
    assert "Đợt 2 (03/12): 33/39 (84,6%), tạm tính." in trend
    assert "Đợt 1 (26/11): 26/32 (81,3%), đã chốt." in trend


def test_sixty_units_are_twelve_bars_and_the_rest_counted(phrases: Phrases) -> None:
    found = example(*(cell(number, number, 60) for number in range(60)))
    svg = bars_svg(phrases, found)
    assert len(parts(svg, "rect", "bar")) == MOST_BARS
    assert "và 48 đơn vị khác" in words(svg, "note")
    assert "Và 48 đơn vị khác." in bars_alt(phrases, found)
    width, height = size(png(svg))
    assert width == WIDTH
    assert height < 2 * WIDTH


def test_names_are_text_whatever_is_in_them(phrases: Phrases) -> None:
    strange = 'Phòng <script>&amp; "Hai" \x00\x1b\u202e]]> Ta\u0302\u0300ng'
    svg = bars_svg(phrases, example(cell(1, 5, 9, strange), cell(2, 5, 9)))
    assert words(svg, "name")[0] == 'Phòng <script>&amp; "Hai" ]]> Tầng'
    assert "<script>" not in svg
    assert size(png(svg))[0] == WIDTH


def test_long_names_take_two_lines_and_end_in_an_ellipsis(phrases: Phrases) -> None:
    svg = bars_svg(
        phrases, example(cell(1, 5, 9, "Chi nhánh Văn phòng đăng ký đất đai " * 6), cell(2, 5, 9, "W" * 500))
    )
    names = words(svg, "name")
    assert [len(one) > 1 for one in names] == [True] * 3
    assert [one.endswith("…") for one in names] == [False, True, True]
    assert all(length(one) <= WIDTH - 80 for one in names)
    assert fitted("Phòng Một", 500) == ["Phòng Một"]


def test_the_line_breaks_where_weeks_had_no_round_and_at_rounds_without_anybody(phrases: Phrases) -> None:
    found = line(
        (5, 10, 0, True, 0), (6, 10, 1, True, 0), (7, 10, 4, True, 2), (0, 0, 5, True, 0), (10, 10, 6, False, 0)
    )
    svg = trend_svg(phrases, found)
    points = [one.get("points") or "" for one in ElementTree.fromstring(svg).iter(SVG + "polyline")]  # noqa: S314
    assert [len(one.split()) for one in points] == [2, 1, 1]
    assert len(parts(svg, "line", "gap")) == 1
    assert words(svg, "percent") == ["50,0%", "60,0%", "70,0%", "100%"]
    assert words(svg, "count") == ["5/10", "6/10", "7/10", "–", "10/10"]
    assert words(svg, "legend") == ["đã chốt", "tạm tính", "tuần không có đợt"]
    assert "(2 tuần không có đợt.)\nĐợt 3" in trend_alt(phrases, found)
    assert "không có đối tượng" in trend_alt(phrases, found)


def test_points_stand_as_high_as_their_share_and_their_shape_says_whether_it_is_final(phrases: Phrases) -> None:
    svg = trend_svg(phrases, line((33, 39, 0, True, 0), (0, 39, 1, True, 0), (33, 39, 2, False, 0)))
    finals = [float(one.get("cy") or 0) for one in parts(svg, "circle", "final")]
    assert finals[1] - finals[0] == pytest.approx(HEIGHT * 0.846, abs=0.1)
    assert len(finals) == 3  # two points and the legend
    assert len(parts(svg, "rect", "provisional")) == 2


def test_rounds_from_before_a_merger_are_marked_and_say_whose_they_are(phrases: Phrases) -> None:
    found = line((5, 10, 0, True, 0), (6, 10, 1, True, 0))
    before = Point(found.points[0].figures, ("Tổ Một", "Tổ Hai"))
    svg = trend_svg(phrases, Trend("Sở Mẫu", (before, *found.points[1:])))
    assert words(svg, "number") == ["1*", "2"]
    told = " ".join(words(svg, "note"))
    assert told.startswith("(*) Số liệu của Tổ Hai, Tổ Một trước khi sáp nhập, đổi tên hoặc chia tách Số liệu đến")


def test_large_numbers_in_close_rounds_stand_on_two_lines(phrases: Phrases) -> None:
    svg = trend_svg(phrases, line(*((1280 + week, 4100, 2 * week, True, week and 1) for week in range(8))))
    assert words(svg, "count")[:4] == ["1280/", "4100", "1281/", "4100"]
    assert size(png(svg))[0] == WIDTH


def test_letters_are_large_enough_for_a_phone_at_arms_length(phrases: Phrases) -> None:
    for svg in (bars_svg(phrases, example(cell(1, 5, 9))), trend_svg(phrases, line((5, 9, 0, True, 0)))):
        root = ElementTree.fromstring(svg)  # noqa: S314
        sizes = {int(one.get("font-size") or SMALL) for one in root.iter() if one.tag in (SVG + "text", SVG + "svg")}
        assert min(sizes) >= 32
        assert (root.get("width"), SMALL) == ("1080", 32)


@pytest.mark.parametrize(("colour", "least"), [(INK, 7.0), (SOFT, 7.0), (FILL, 7.0), (LINE, 3.0)])
def test_in_grey_everything_stands_out_from_the_paper(colour: str, least: float) -> None:
    """WCAG 2.2: contrast of luminance, so that it holds in greyscale too; 7 for text, 3 for lines."""
    lighter, darker = sorted((luminance(PAPER), luminance(colour)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= least


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts_ = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts_)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_typeface_has_every_letter_of_vietnamese() -> None:
    needed = {*ALPHABET, *(letter.upper() for letter in ALPHABET), *"0123456789/%(),.:;–…·’“”&<>-"}
    assert len(ALPHABET) == 73
    for face in faces():
        with TTFont(face) as font:
            assert {letter for letter in needed if ord(letter) not in font.getBestCmap()} == set()


def test_what_is_no_drawing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"."):
        png("no drawing")
