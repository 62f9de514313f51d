"""How much of anything a file may hold. Sizes in bytes; checked before a file is understood."""

from dataclasses import dataclass

from content.loading.drafts import FileRefused

MEGABYTE = 1024 * 1024
CONTENT_MEGABYTES = 5


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of one kind of workbook. `elements` counts XML elements of all its parts, `cell` characters.

    `above`: rows that titles and headings may take besides. `dense`: cells of all sheets, empty ones up to the last
    row and column included, since that is what a table in memory holds.
    `hidden` names the sheets that may be hidden, folded; any other hidden sheet refuses the file.
    """

    file_megabytes: int = CONTENT_MEGABYTES
    inflated_megabytes: int = 40
    entries: int = 300
    sheets: int = 20
    rows: int = 5_000
    above: int = 0
    columns: int = 40
    cell: int = 5_000
    elements: int = 600_000
    dense: int = 400_000
    hidden: frozenset[str] = frozenset()


CONTENT = Bounds(above=20)


def check_size(body: bytes, megabytes: int = CONTENT_MEGABYTES) -> None:
    """Raises FileRefused for an empty file and for one above so many megabytes."""
    if not body:
        raise FileRefused("refused.empty")
    if len(body) > megabytes * MEGABYTE:
        raise FileRefused("refused.too_many_bytes", megabytes=megabytes)
