"""The rules of the house that no other tool keeps: phrases used exist and are used, Vietnamese lives in content."""

import ast
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from content.phrases import Phrases

ROOT = Path(__file__).parent.parent
ROOMS = ("app", "bot", "scheduler", "reports", "participation", "content", "store")
KEY = re.compile(r"[a-z_]+(\.[a-z_0-9]+)+")
BUILT = re.compile(r"[a-z_]+\.[a-z_.]*\*[a-z_.*]*")  # a key put together at run time, its variable part as *
PRODUCT = "Nếp công sở"  # a name, not a sentence
ALLOWED = {"fold.py": {"đ"}}  # the letter that folding has to name
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
TOP_LEVEL = {*ROOMS, "tests", "docs", "deploy", "bench", "var"}


def sources() -> Iterator[Path]:
    """Every Python file and page template of the product."""
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))
        yield from sorted((ROOT / room).rglob("*.html"))


def texts(path: Path) -> Iterator[str]:
    """The string literals of a Python file; the phrase keys of a template."""
    if path.suffix == ".html":
        yield from re.findall(r"phrases\(\s*[\"']([^\"']+)[\"']", path.read_text())
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "*" for part in node.values)  # type: ignore[misc]


def test_every_phrase_named_in_code_exists(phrases: Phrases) -> None:
    keys = phrases.keys()
    areas = {key.split(".")[0] for key in keys}
    missing = {
        f"{path.relative_to(ROOT)}: {text}"
        for path in sources()
        if "store" not in path.parts  # column names look like keys, and the store knows no phrase
        for text in texts(path)
        if KEY.fullmatch(text)
        and text.split(".")[0] in areas
        and text not in keys
        and not any(key.startswith(text + ".") for key in keys)
        and not text.endswith((".py", ".yaml", ".toml", ".html", ".css", ".js", ".db", ".xlsx", ".secret"))
    }
    assert missing == set()


def test_every_phrase_is_used(phrases: Phrases) -> None:
    keys = phrases.keys()
    said = {text for path in sources() for text in texts(path)}
    patterns = [
        re.compile(text.replace(".", r"\.").replace("*", "[a-z_0-9.]+")) for text in said if BUILT.fullmatch(text)
    ]
    prefixes = tuple(text for text in said if text.endswith(".") and KEY.fullmatch(text + "x"))
    unused = {
        key
        for key in keys
        if key not in said
        and not key.startswith(prefixes or ("\0",))
        and not any(pattern.fullmatch(key) for pattern in patterns)
        and not any(key.startswith(text + ".") for text in said if KEY.fullmatch(text))
    }
    assert unused == set()


@pytest.mark.parametrize("path", list(sources()), ids=lambda path: str(path.relative_to(ROOT)))
def test_vietnamese_is_said_in_content_alone(path: Path) -> None:
    """A docstring may quote a Vietnamese word to say what it means; what the code does holds none."""
    if path.suffix == ".html":
        spoken = re.sub(r"{[{%#].*?[}%#]}", "", path.read_text(), flags=re.DOTALL)
    else:
        spoken = " ".join(set(texts(path)) - docstrings(ast.parse(path.read_text())))
    letters = set(spoken.replace(PRODUCT, "")) - ALLOWED.get(path.name, set())
    assert {letter for letter in letters if is_vietnamese(letter)} == set()


def docstrings(tree: ast.Module) -> set[str]:
    """The docstrings in a file."""
    nodes = (node for node in ast.walk(tree) if isinstance(node, DOCUMENTED))
    return {node.body[0].value.value for node in nodes if ast.get_docstring(node)}  # type: ignore[attr-defined]


def is_vietnamese(letter: str) -> bool:
    """Whether a letter is one that English does without."""
    return letter in "đĐ" or (ord(letter) < 0x2000 and unicodedata.normalize("NFD", letter) != letter)


def test_every_text_the_product_holds_is_nfc() -> None:
    for path in [*sources(), *(ROOT / "content").rglob("*.yaml")]:
        text = path.read_text()
        assert unicodedata.is_normalized("NFC", text), path


def test_every_top_level_folder_is_a_known_room() -> None:
    rooms = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith((".", "__"))}
    assert rooms <= TOP_LEVEL


@pytest.mark.parametrize("room", ROOMS)
def test_every_module_says_what_it_is_for(room: str) -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in (ROOT / room).rglob("*.py")
        if "versions" not in path.parts and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_nothing_below_the_front_door_reads_the_clock() -> None:
    clocks = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(\)")
    readers = [
        str(path.relative_to(ROOT))
        for path in sources()
        if path.parts[len(ROOT.parts)] != "app" and clocks.search(path.read_text())
    ]
    assert readers == []
