"""One file from bytes to everything there is to say about it. Runs in the confined child; no limits of its own."""

from content.loading.checked import Checked
from content.loading.checks.telling import told
from content.loading.drafts import FileRefused, Known
from content.loading.reading import read_file
from content.phrases import Phrases


def inspect_file(name: str, body: bytes, known: Known, phrases: Phrases) -> Checked:
    """Read, check and mark a file. `name` as the sender gave it. A refusal is a value here, never an exception."""
    try:
        reading = read_file(name, body, known, phrases)
    except FileRefused as refusal:
        return Checked(refused=phrases(refusal.key, **refusal.values))
    faults = tuple(told(flaw, phrases, reading.format) for flaw in reading.flaws)
    warnings = tuple(told(flaw, phrases, reading.format) for flaw in reading.warnings)
    marked = None
    if reading.format == "excel" and (faults or warnings):
        from content.loading.excel.marking import mark  # only now: writing workbooks costs a tenth of a second to load

        marked = mark(body, reading, phrases)
    return Checked(reading=reading, faults=faults, warnings=warnings, marked=marked)
