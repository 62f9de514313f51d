"""Charts: SVG from templates, the same for chat, pages and paper; PNG of it for what shows no SVG.

Everything about a drawing is decided here and in `chart_*.py`, in pixels of a picture 1,080 wide, with letters no
smaller than 32, of which a phone shows a third: they are read at arm's length. Ink on white alone carries the meaning,
in print too.
"""

import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from content.fold import nfc

WIDTH = 1080
MARGIN = 40
SMALL, PLAIN, LARGE = 32, 36, 44  # sizes of letters
PAPER, INK, SOFT, LINE, FILL = "#ffffff", "#1f1b18", "#57504a", "#8a8177", "#7a1f1d"
FAMILY = "Be Vietnam Pro"
FACES = ("BeVietnamPro-Regular.ttf", "BeVietnamPro-SemiBold.ttf")
ELLIPSIS = "…"
NARROW, BROAD = frozenset("iIjlrtf.,:;'|!()[]/ -·"), frozenset("mwMW@%")  # letters unlike the others


def drawn(name: str, alt: str, **values: object) -> str:
    """The SVG of a template beside this module; every value is escaped, `alt` may hold anything people type."""
    look = {"width": WIDTH, "margin": MARGIN, "small": SMALL, "plain": PLAIN, "large": LARGE, "family": FAMILY}
    colours = {"paper": PAPER, "ink": INK, "soft": SOFT, "line": LINE, "fill": FILL}
    return _template(name).render(alt=_legible(alt), **look, **colours, **values)


@lru_cache(maxsize=16)
def png(svg: str) -> bytes:
    """The picture as PNG, some 80 ms of one core; the same drawing asked for again, as for each deputy, costs none.

    Only our own fonts are looked at, so that it looks alike on every machine. ValueError for what is no SVG.
    """
    import resvg_py  # 1.4 MB of renderer, for those who draw

    return resvg_py.svg_to_bytes(
        svg_string=svg, skip_system_fonts=True, font_files=[str(path) for path in faces()], font_family=FAMILY
    )


def faces() -> tuple[Path, ...]:
    """The font files; they come with a package."""
    import fontpkg_be_vietnam_pro as font

    return tuple(Path(font.ROOT) / "files" / name for name in FACES)


def fitted(text: str, room: float, lines: int = 1, size: int = SMALL) -> list[str]:
    """A name in at most so many lines of so many pixels, broken between words; what does not fit becomes …"""
    words = _legible(text).split()
    made: list[str] = []
    while words and len(made) < lines:
        count = len(words)
        while count > 1 and length(" ".join(words[:count]), size) > room:
            count -= 1
        is_last = len(made) == lines - 1
        made.append(_cut(" ".join(words if is_last else words[:count]), room, size))
        words = words[count:]
    return made


def length(text: str, size: int = SMALL) -> float:
    """About how many pixels a text takes; on the safe side for ordinary names."""
    letters = (unicodedata.normalize("NFD", sign)[0] for sign in text)
    return size * sum(0.36 if letter in NARROW else 0.92 if letter in BROAD else 0.62 for letter in letters)


def _legible(text: str) -> str:
    """NFC, and nothing that has no shape of its own: control characters are no XML."""
    return "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in nfc(text))


def _cut(text: str, room: float, size: int) -> str:
    if length(text, size) <= room:
        return text
    while text and length(text + ELLIPSIS, size) > room:
        text = text[:-1]
    return text.rstrip() + ELLIPSIS


@cache
def _template(name: str) -> Template:
    folder = FileSystemLoader(Path(__file__).parent)
    environment = Environment(
        loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(f"{name}.svg.jinja")
