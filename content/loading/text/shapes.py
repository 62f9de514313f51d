"""Which of the text formats a text is written in, by its shape; the extension of its name decides between equals."""

import re

from content.loading.drafts import FileRefused
from content.loading.gate.naming import extension_of

YAML, GIFT, AIKEN = "yaml", "gift", "aiken"
EXTENSIONS = {".yaml": YAML, ".yml": YAML, ".gift": GIFT}

SECTION = re.compile(r"^(sources|topics|tracks|cards|questions)[ \t]{0,8}:", re.MULTILINE)
KEY = re.compile(r"^[A-Za-z_]{1,40}[ \t]{0,8}:", re.MULTILINE)
ANSWER = re.compile(r"^[ \t]{0,8}ANSWER[ \t]{0,8}:", re.MULTILINE | re.IGNORECASE)
BRACES = re.compile(r"(?<!\\)\{[^{}]{0,20000}\}")
GIFT_SIGNS = re.compile(r"^[ \t]{0,8}(\$CATEGORY:|::)", re.MULTILINE)
DECLARED = r"(<\?xml[^>]{0,200}>\s{0,9})?(<!--[^>]{0,2000}-->\s{0,9})?(<!doctype svg[^>]{0,400}>\s{0,9})?"
MARKUP = (
    (re.compile(DECLARED + r"<svg\b", re.IGNORECASE), "refused.picture"),
    (re.compile(r"<!doctype html|<(html|head|body|table|script)\b", re.IGNORECASE), "refused.page"),
    (re.compile(r"<\?xml|<quiz\b", re.IGNORECASE), "refused.xml"),
)
DELIMITERS = (",", ";", "\t")
LOOKED_AT = 20  # lines


def shape_of(name: str, text: str) -> str:
    """YAML, GIFT or AIKEN. Raises FileRefused for a page, a picture in XML, a table as text, and for prose."""
    start = text.lstrip()
    for pattern, key in MARKUP:
        if pattern.match(start):
            raise FileRefused(key)
    shapes = _shapes(text)
    wished = EXTENSIONS.get(extension_of(name), "")
    if wished in shapes or (wished == YAML and not shapes and KEY.search(text)):
        return wished  # also with sections that are none: they are told by line
    if shapes:
        return shapes[0]
    raise FileRefused("refused.table_text" if _is_table(text) else "refused.prose")


def _shapes(text: str) -> list[str]:
    """The formats this text may be in, the likeliest first."""
    found = []
    if SECTION.search(text):
        found.append(YAML)
    if ANSWER.search(text):
        found.append(AIKEN)
    if GIFT_SIGNS.search(text) or BRACES.search(text):
        found.append(GIFT)
    return found


def _is_table(text: str) -> bool:
    """Whether most of the first lines have the same number of commas, semicolons or tabs."""
    lines = [line for line in text.split("\n", LOOKED_AT)[:LOOKED_AT] if line.strip()]
    counts = [[line.count(delimiter) for line in lines] for delimiter in DELIMITERS]
    return any(min(count) > 1 or (min(count) == 1 and len(lines) > 1) for count in counts)
