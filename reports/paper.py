"""Paper: A4 pages, lines of text, ruled lines and tables as Decree 30/2020/NĐ-CP measures them, by python-docx."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from docx.document import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

FONT = "Times New Roman"
BODY = 14  # points
WIDTH = 165  # millimetres of text between the margins
HANGING = 9  # millimetres the second line of a name is drawn in
INDENT = 12.7  # millimetres the first line of a paragraph is drawn in
ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "both": WD_ALIGN_PARAGRAPH.JUSTIFY,
    "hanging": WD_ALIGN_PARAGRAPH.LEFT,
}
MADE_AT = datetime(2026, 1, 1)  # noqa: DTZ001 - Word keeps no zone
Column = tuple[str, int, str, str]  # heading, millimetres, what stands in a row, how it is set


class Paper:
    """A document being written from top to bottom. Sizes are in points, lengths in millimetres."""

    def __init__(self, document: Document) -> None:
        self.document = document
        style = document.styles["Normal"]
        style.font.name, style.font.size = FONT, Pt(BODY)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(script), FONT)
        _language(style.element.get_or_add_rPr())
        properties = document.core_properties
        properties.author, properties.comments, properties.title = "", "", ""
        properties.created = properties.modified = MADE_AT

    def page(self) -> None:
        """A4 with margins 20, 20, 30 and 15; the number in the middle of the upper margin, not on the first page."""
        section = self.document.sections[-1]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin = section.bottom_margin = Mm(20)
        section.left_margin, section.right_margin = Mm(30), Mm(15)
        section.header_distance = section.footer_distance = Mm(10)
        section.different_first_page_header_footer = True
        number = section.header.paragraphs[0]
        number.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _field(number.add_run(), "PAGE")

    def new_section(self) -> None:
        """A new page, numbered from 1 again as each annex is."""
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        form = self.document.paragraphs[-1].paragraph_format  # it ends the section before; no page for it alone
        form.space_before, form.space_after, form.line_spacing = Pt(0), Pt(0), Pt(1)
        numbering = OxmlElement("w:pgNumType")
        numbering.set(qn("w:start"), "1")
        section._sectPr.append(numbering)

    def line(
        self,
        text: str,
        size: float,
        look: str = "",
        *,
        align: str = "left",
        before: float = 0,
        after: float = 0,
        into: Any = None,
    ) -> Any:
        """One paragraph. `look` are words of bold, italic, indent and keep: on the page of what follows."""
        paragraph = _paragraph(into or self.document)
        form, looks = paragraph.paragraph_format, look.split()
        form.alignment, form.keep_with_next = ALIGN[align], "keep" in looks or None
        form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), 1.0
        form.first_line_indent = Mm(INDENT) if "indent" in looks else None
        if align == "hanging":  # a long name goes on further in than any that stands below it
            form.left_indent, form.first_line_indent = Mm(HANGING), Mm(-HANGING)
        run = paragraph.add_run(text)
        run.font.size, run.bold, run.italic = Pt(size), "bold" in looks, "italic" in looks
        return paragraph

    def rule(self, into: Any, width: float, length: float) -> None:
        """A ruled line of that length in the middle of a column of that width."""
        paragraph = self.line("", 2, before=2, into=into)
        form = paragraph.paragraph_format
        form.left_indent = form.right_indent = Mm((width - length) / 2)
        form.line_spacing = Pt(4)
        _border(paragraph._p.get_or_add_pPr(), "w:pBdr", ("top",))

    def dots(self) -> None:
        """A dotted line to be written on."""
        paragraph = self.line("\t", BODY, "indent", before=6)
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)

    def columns(self, widths: Sequence[float], rows: int) -> list[list[Any]]:
        """Cells side by side without borders, which no page break divides; their rows from top to bottom."""
        if rows == 1:
            self.line("", 6)
        table = self._table(rows, widths, bordered=False)
        return [list(row.cells) for row in table.rows]

    def table(self, loop: str, columns: Sequence[Column]) -> None:
        """A ruled table with one row for each turn of the loop; its heading comes again on every page."""
        table = self._table(4, [width for _, width, _, _ in columns], bordered=True)
        heading, first, row, last = table.rows
        _flag(heading, "w:tblHeader")
        for at, (title, _, written, align) in enumerate(columns):
            self.line(title, 12, "bold", align="center", into=heading.cells[at])
            self.line(written, 12, align=align, into=row.cells[at])
        self.line("{%tr for " + loop + " %}", 12, into=first.cells[0])
        self.line("{%tr endfor %}", 12, into=last.cells[0])

    def _table(self, rows: int, widths: Sequence[float], *, bordered: bool) -> Any:
        table = self.document.add_table(rows, len(widths))
        table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
        properties = table._tbl.tblPr
        if bordered:
            _border(properties, "w:tblBorders", ("top", "left", "bottom", "right", "insideH", "insideV"))
        _cell_margins(properties, 60 if bordered else 0)
        for row in table.rows:
            _flag(row, "w:cantSplit")
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = Mm(width)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        return table


def _paragraph(into: Any) -> Any:
    """A new paragraph, or the empty one that every cell begins with."""
    paragraphs = into.paragraphs if hasattr(into, "_tc") else []
    fresh = len(paragraphs) == 1 and not paragraphs[0].runs and paragraphs[0]._p.pPr is None
    return paragraphs[0] if fresh else into.add_paragraph()


def _border(properties: Any, name: str, sides: Sequence[str]) -> None:
    borders = OxmlElement(name)
    for side in sides:
        line = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "6"), ("space", "0"), ("color", "000000")):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    properties.append(borders)


def _cell_margins(properties: Any, twentieths: int) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(twentieths))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties.append(margins)


def _flag(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _language(properties: Any) -> None:
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    properties.append(language)


def _field(run: Any, instruction: str) -> None:
    for kind, text in (("begin", ""), ("", instruction), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)
