"""What came of checking one file: a refusal in one sentence, or the reading and all there is to say about it."""

from dataclasses import dataclass

from content.loading.drafts import Reading


@dataclass(frozen=True, slots=True)
class Checked:
    """A file after its dry run; nothing has been written. Sentences are Vietnamese and ready to be shown.

    Either `refused` holds one sentence and everything else is empty, or `reading` is there. `faults` and `warnings`
    follow the order of `reading.flaws` and `reading.warnings`; `marked` is the same workbook with the faults marked,
    for Excel files that have any.
    """

    refused: str = ""
    reading: Reading | None = None
    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    marked: bytes | None = None
