"""Reading any file an admin may send: what it is comes from its content, never from its name alone.

Each format's reader is imported when a file needs it: the child that reads one file starts the sooner.
"""

from content.loading.drafts import FileRefused, Known, Reading
from content.loading.gate.archive import check_archive
from content.loading.gate.bounds import check_size
from content.loading.gate.signatures import EXCEL, check_signature, decoded_text
from content.loading.text.shapes import AIKEN, YAML, shape_of
from content.phrases import Phrases

LINES = 100_000  # of a text file
LINE = 20_000  # characters; the longest question of a real export with its markup stays far below


def read_file(name: str, body: bytes, known: Known, phrases: Phrases) -> Reading:
    """The file read and checked against what the house holds. Raises FileRefused when it cannot be taken as a whole.

    `name` as the sender gave it: only its extension is looked at, and only to tell text formats apart.
    """
    check_size(body)
    if check_signature(body) == EXCEL:
        return _workbook(body, known, phrases)
    text = decoded_text(body)
    _check_lines(text)
    shape = shape_of(name, text)
    if shape == YAML:
        from content.loading.gate.yaml_bounds import check_yaml
        from content.loading.text.yaml_file import read_yaml_file

        check_yaml(text)
        return read_yaml_file(text, known)
    if shape == AIKEN:
        from content.loading.text.aiken import read_aiken

        return read_aiken(text, known)
    from content.loading.text.gift import read_gift

    return read_gift(text, known, phrases)


def _workbook(body: bytes, known: Known, phrases: Phrases) -> Reading:
    check_archive(body)
    from content.loading.excel.workbook import read_workbook  # only for Excel files: a tenth of a second to load

    return read_workbook(body, known, phrases)


def _check_lines(text: str) -> None:
    """Raises FileRefused for a text no person wrote: too many lines, or one that does not end."""
    if text.count("\n") > LINES:
        raise FileRefused("refused.too_many_lines", limit=LINES)
    for row, line in enumerate(text.split("\n"), 1):
        if len(line) > LINE:
            raise FileRefused("refused.long_line", row=row, limit=LINE)
