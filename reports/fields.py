"""Fields: what may stand in a Word template of a report, under the names a clerk sees in double braces."""

from content.fold import nfc
from content.phrases import Phrases
from participation.units import office_day
from reports import report_words as words
from reports.annex import Row
from reports.gathering import Gathered, RoundLine
from reports.letterhead import Letterhead

REQUIRED = frozenset(
    ("don_vi", "ky", "so_lieu_den", "tham_gia", "hoan_thanh", "dien_tham_gia", "cac_dot", "cac_don_vi", "cach_tinh")
)  # a report without one of these says less than an inspection asks for

PARTS = {
    "cac_dot": frozenset(
        ("ten", "thoi_gian", "tham_gia", "hoan_thanh", "ket_noi", "gui_thanh_cong", "mien", "ghi_chu")
    ),
    "cac_don_vi": frozenset(("stt", "ten", "so_dot", "tham_gia", "hoan_thanh")),
    "chu_de": frozenset(("ten", "ty_le")),
}  # the fields a row of each list has


def fields(phrases: Phrases, found: Gathered, letterhead: Letterhead) -> dict[str, object]:
    """Every field with its value: texts, and lists of texts or of rows."""
    return {**_head(phrases, found, letterhead), **_counts(phrases, found), **_lists(phrases, found)}


def _head(phrases: Phrases, found: Gathered, letterhead: Letterhead) -> dict[str, object]:
    span, kind = words.span_name(phrases, found.span), letterhead.organisation
    title = phrases("report.title", span=span)
    number = phrases(f"report.number.{kind}", code=letterhead.abbreviation)
    year = office_day(found.as_of).year
    return {
        "co_quan_chu_quan": nfc(letterhead.superior),
        "co_quan": nfc(letterhead.agency or found.unit_name),
        "tieu_de": phrases("report.heading.party") if kind == "party" else "",
        "so_ky_hieu": number,
        "so_kem_theo": number[:1].lower() + number[1:],
        "dia_danh_ngay": phrases("report.place_and_day", place=letterhead.place, year=year),
        "trich_yeu": title,
        "trich_yeu_thuong": title[:1].lower() + title[1:],
        "chuc_vu_ky": letterhead.signer or phrases("report.signer"),
        "noi_nhan": _recipients(phrases, letterhead),
        "don_vi": nfc(found.unit_name),
        "ky": span,
    }


def _recipients(phrases: Phrases, letterhead: Letterhead) -> list[str]:
    """Each ends with a semicolon, the last one with a full stop."""
    named = [*(letterhead.recipients or phrases("report.recipients").split(";"))]
    ends = [";"] * (len(named) - 1) + ["."]
    return [nfc(one).strip().rstrip(";.") + end for one, end in zip(named, ends, strict=True)]


def _counts(phrases: Phrases, found: Gathered) -> dict[str, object]:
    total, over = found.total, found.over
    return {
        "so_dot": str(found.summed),
        "don_vi_tinh": words.counted_in(phrases, found),
        "so_lieu_den": words.as_of(phrases, found),
        "si_so": str(total.snapshot),
        "mien": str(total.exempt),
        "dien_tham_gia": str(total.base),
        "tham_gia": words.share_words(phrases, found.participation),
        "hoan_thanh": words.share_words(phrases, found.completion),
        "ket_noi": words.share_words(phrases, found.connected),
        "gui_thanh_cong": words.share_words(phrases, found.accepted),
        "chua_tham_gia": str(total.absent),
        "chua_ket_noi": str(total.absent_unconnected),
        "ngoai_danh_sach": str(total.outside),
        "rut_dong_y": str(total.withdrawn) if total.withdrawn else "",
        "do_bao_phu": words.share_words(phrases, over.coverage),
        "tham_gia_deu": words.share_words(phrases, over.regular),
        "don_vi_tham_gia": words.share_words(phrases, over.units),
        "ghi_nho": words.share_words(phrases, over.retention) if over.retention else phrases("report.too_few"),
    }


def _lists(phrases: Phrases, found: Gathered) -> dict[str, object]:
    whole = {
        "stt": "",
        "ten": phrases("report.whole"),
        "so_dot": str(found.summed),
        "tham_gia": words.share_words(phrases, found.participation),
        "hoan_thanh": words.share_words(phrases, found.completion),
    }
    return {
        "cac_dot": [_round(phrases, line) for line in found.rounds],
        "cac_don_vi": [whole, *(_unit(phrases, number, row) for number, row in enumerate(found.rows, 1))],
        "chu_de": [{"ten": name, "ty_le": str(share)} for name, share in found.weakest],
        "truoc_day": words.history(phrases, found),
        "dinh_chinh": words.amendments(phrases, found),
        "cach_tinh": words.method(phrases, found),
    }


def _round(phrases: Phrases, line: RoundLine) -> dict[str, str]:
    figures = line.figures
    return {
        "ten": words.round_name(phrases, line),
        "thoi_gian": words.round_days(phrases, line),
        "tham_gia": words.share_words(phrases, figures.participation),
        "hoan_thanh": words.share_words(phrases, figures.completion),
        "ket_noi": words.share_words(phrases, figures.connected),
        "gui_thanh_cong": words.share_words(phrases, figures.accepted),
        "mien": str(figures.counts.exempt),
        "ghi_chu": words.round_note(phrases, line),
    }


def _unit(phrases: Phrases, number: int, row: Row) -> dict[str, str]:
    unseen = phrases("report.not_apart")
    name = words.row_name(phrases, row, is_below=True)
    return {
        "stt": str(number),
        "ten": "\u2003" * (row.depth - 1) + nfc(name),
        "so_dot": str(row.rounds),
        "tham_gia": unseen if row.is_hidden else words.share_words(phrases, row.participation),
        "hoan_thanh": unseen if row.is_hidden else words.share_words(phrases, row.completion),
    }
