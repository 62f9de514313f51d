"""Workbooks of questions as admins make them, and what the house knows when they arrive."""

from collections.abc import Callable, Sequence
from typing import Any

from content.library import citation, load_library
from content.loading.checks.telling import told
from content.loading.drafts import Known, QuestionDraft, Reading
from content.phrases import Phrases
from tests.conftest import ROOT
from tests.participation.workbooks import sheets

LIBRARY = load_library(ROOT / "content" / "library")
KNOWN = Known(
    topics={topic.code: topic.name for topic in LIBRARY.topics.values()},
    tracks={track.code: track.name for track in LIBRARY.tracks.values()},
    sources={source.code: citation(source) for source in LIBRARY.sources.values()},
    cards={card.code: card.title for card in LIBRARY.cards.values()},
)
HEADINGS = [
    "Mã", "Chủ đề", "Loại", "Độ khó", "Câu hỏi", "A", "B", "C", "D", "Đáp án", "Giải thích", "Căn cứ", "Điều, khoản",
    "Mức kiểm chứng", "Thẻ", "Đối tượng",
]  # fmt: skip
CARD_HEADINGS = ["Mã", "Chủ đề", "Tiêu đề", "Nội dung", "Căn cứ", "Điều, khoản", "Mức kiểm chứng", "Đối tượng"]
SOURCE_HEADINGS = [
    "Mã", "Loại văn bản", "Số hiệu", "Tên văn bản", "Cơ quan ban hành", "Ngày ban hành", "Hiệu lực từ",
    "Hiệu lực đến hết", "Thay thế bởi", "Mức kiểm chứng",
]  # fmt: skip
PLAIN: dict[str, Any] = {
    "Mã": "VH-1",
    "Chủ đề": "Giờ giấc làm việc",
    "Loại": "Tình huống",
    "Độ khó": 2,
    "Câu hỏi": "Sáng thứ Hai Anh/Chị đến cơ quan muộn mười phút vì mưa lớn. Nên làm gì trước tiên?",
    "A": "Báo cho người phụ trách",
    "B": "Lặng lẽ vào chỗ ngồi",
    "C": "Nhờ người khác điểm danh",
    "D": "Xin nghỉ cả buổi sáng",
    "Đáp án": "A",
    "Giải thích": "Báo sớm thì công việc được sắp xếp lại kịp thời.",
    "Căn cứ": "Quyết định 129/2007/QĐ-TTg",
    "Mức kiểm chứng": "Theo báo chí",
}
WORDS = {"situation": "Tình huống", "knowledge": "Kiến thức"}
GRADES = {"text": "Đã đọc văn bản gốc", "press": "Theo báo chí, cổng thông tin", "secondary": "Theo tài liệu khác"}
PLANTED = (
    'Dòng 8, cột "Đáp án": ghi E nhưng chỉ có phương án A–D.',
    'Dòng 15, cột "C": để trống trong khi đáp án là C.',
    'Dòng 22, cột "Câu hỏi": 318 ký tự, tối đa 200.',
)

Cells = list[Any]


def plain(**changes: Any) -> Cells:
    """A row without fault, in the order of the headings; `changes` by heading, ``Đáp_án`` for one with a space."""
    return in_order(PLAIN | {name.replace("_", " "): cell for name, cell in changes.items()})


def in_order(cells: dict[str, Any], headings: Sequence[str] = HEADINGS) -> Cells:
    """Cells by heading as a row."""
    return [cells.get(heading, "") for heading in headings]


def book(*rows: Cells, name: str = "Câu hỏi", headings: Sequence[str] = HEADINGS) -> bytes:
    """A workbook with these rows under its headings."""
    return sheets({name: [list(headings), *rows]})


def forty() -> list[Cells]:
    """Headings and forty questions of the library, in rows 2–41, with three faults planted in rows 8, 15 and 22."""
    questions = [question for question in LIBRARY.questions.values() if len(question.right) == 1][:40]
    rows = [list(HEADINGS)]
    for question in questions:
        cells: dict[str, Any] = {
            "Mã": question.code,
            "Chủ đề": LIBRARY.topics[question.topic].name,
            "Loại": WORDS[question.kind],
        }
        cells |= {"Độ khó": question.difficulty, "Câu hỏi": question.stem, "Đáp án": "ABCD"[question.right[0] - 1]}
        cells |= dict(zip("ABCD", question.options, strict=False))
        cells |= {"Giải thích": question.explanation, "Căn cứ": KNOWN.sources[question.source]}
        cells |= {"Điều, khoản": question.article, "Mức kiểm chứng": GRADES[question.verified]}
        rows.append(in_order(cells))
    _put(rows, 8, {"D": rows[7][HEADINGS.index("D")] or "Không làm gì cả", "Đáp án": "E"})
    _put(rows, 15, {"C": "", "D": "", "Đáp án": "C"})
    _put(rows, 22, {"Câu hỏi": ("Một câu hỏi dài hơn mức cho phép. " * 10)[:317] + "?"})
    return rows


def mended(rows: Sequence[Cells]) -> list[Cells]:
    """The same rows with the three planted faults put right."""
    copied = [list(cells) for cells in rows]
    _put(copied, 8, {"Đáp án": "A"})
    _put(copied, 15, {"Đáp án": 1})
    _put(copied, 22, {"Câu hỏi": "Một câu hỏi nay đã ngắn gọn?"})
    return copied


def _put(rows: list[Cells], row: int, cells: dict[str, Any]) -> None:
    for heading, cell in cells.items():
        rows[row - 1][HEADINGS.index(heading)] = cell


def turned(rows: Sequence[Cells], change: Callable[[str], str]) -> list[Cells]:
    """The rows with every text changed."""
    return [[change(cell) if isinstance(cell, str) else cell for cell in cells] for cells in rows]


def flaws(reading: Reading, phrases: Phrases) -> list[str]:
    """What the sender is told to put right."""
    return [told(flaw, phrases, reading.format) for flaw in reading.flaws]


def warnings(reading: Reading, phrases: Phrases) -> list[str]:
    """What the sender is told to look at."""
    return [told(flaw, phrases, reading.format) for flaw in reading.warnings]


def library_drafts() -> tuple[QuestionDraft, ...]:
    """The questions of the library as drafts."""
    return tuple(
        QuestionDraft(
            code=question.code,
            topic=question.topic,
            kind=str(question.kind),
            difficulty=question.difficulty,
            stem=question.stem,
            options=question.options,
            right=question.right,
            explanation=question.explanation,
            source=question.source,
            article=question.article,
            card=question.card or "",
            track=question.track,
            verified=str(question.verified),
        )
        for question in LIBRARY.questions.values()
    )
