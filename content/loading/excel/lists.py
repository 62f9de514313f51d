"""The visible sheet of lists that the drop-downs of the template draw on."""

from collections.abc import Iterable
from typing import Any

from content.loading.drafts import Known
from content.loading.excel.columns import DIFFICULTIES, GRADES, KINDS, QUESTIONS
from content.loading.excel.looks import Looks
from content.phrases import Phrases


class Lists:
    """Names to choose from, and the codes they stand for."""

    def __init__(self, known: Known, phrases: Phrases) -> None:
        self._name = phrases("loading.sheet.lists")
        self._code = phrases("loading.template.list_code")
        coded = {"topic": known.topics, "source": known.sources, "track": known.tracks}
        words = {"kind": KINDS, "difficulty": DIFFICULTIES, "verified": GRADES}
        self._lists = {name: [(text, code) for code, text in names.items()] for name, names in coded.items()}
        self._lists |= {name: [(phrases(word.key), word.value) for word in given] for name, given in words.items()}
        self._titles = {column.name: phrases(column.key) for column in QUESTIONS.columns}

    def source(self, name: str) -> str:
        """The cells of a column's list as a formula; empty for a column without one."""
        entries = self._lists.get(name)
        letter = chr(ord("A") + 2 * list(self._lists).index(name)) if entries else ""
        return f"='{self._name}'!${letter}$2:${letter}${len(entries) + 1}" if entries else ""

    def write(self, workbook: Any, looks: Looks) -> None:
        """The sheet itself."""
        page = workbook.add_worksheet(self._name)
        page.freeze_panes(1, 0)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        for place, (name, entries) in enumerate(self._lists.items()):
            page.set_column(2 * place, 2 * place, _width(text for text, _ in entries), looks.text)
            page.set_column(2 * place + 1, 2 * place + 1, _width(code for _, code in entries), looks.text)
            page.write_string(0, 2 * place, self._titles[name], looks.needed)
            page.write_string(0, 2 * place + 1, self._code, looks.optional)
            for row, (text, code) in enumerate(entries, 1):
                page.write_string(row, 2 * place, text, looks.text)
                page.write_string(row, 2 * place + 1, code, looks.text)


def _width(texts: Iterable[str]) -> int:
    return max(14, *(len(text) + 4 for text in texts), 14)
