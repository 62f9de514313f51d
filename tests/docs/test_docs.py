"""The documents say what the code has: every setting, command, metric and chat word, and links that lead somewhere."""

import configparser
import re
import tomllib
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import typer
import yaml

from app import health
from app.__main__ import application
from app.settings import Settings, load_settings
from app.wiring import Assistant
from bot.conversation import typed
from bot.conversation.commands import COMMANDS
from bot.conversation.talking import command, with_words

ROOT = Path(__file__).parent.parent.parent
DOCS, DEPLOY = ROOT / "docs", ROOT / "deploy"
PAGES = sorted([ROOT / "README.md", *DOCS.rglob("*.md")])
ROOMS = ("app", "bot", "content", "deploy", "docs", "participation", "reports", "scheduler", "store", "tests")
GUIDES = sorted(DOCS.glob("huong-dan-*.md"))
OPERATIONS = (DOCS / "operations.md").read_text(encoding="utf-8")

LINK = re.compile(r"(?:\]\(|src=\")([^)\"\s]+)[)\"]")
CODE = re.compile(r"`([^`\n]+)`")
SETTING_ROW = re.compile(r"^\| `(\w+)` \| `(NEP_\w+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)


def name(page: Path) -> str:
    """A page as a test is named after it."""
    return str(page.relative_to(ROOT))


def read(page: Path) -> str:
    """The text of a page."""
    return page.read_text(encoding="utf-8")


def anchor(heading: str) -> str:
    """What GitHub calls a heading in a link."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def in_words(default: object) -> str:
    """A default value as the table of settings writes it."""
    if default is None:
        return "none"
    return f"`{default}`" if default != "" else "empty"


def leaves(group: Any, path: str = "") -> dict[str, list[str]]:
    """Every command of the command line with its options."""
    found: dict[str, list[str]] = {}
    for word, inner in group.commands.items():
        if hasattr(inner, "commands"):
            found |= leaves(inner, f"{path}{word} ")
        if not hasattr(inner, "commands") or inner.invoke_without_command:
            options = [option for given in inner.params for option in given.opts if option.startswith("--")]
            found[f"{path}{word}"] = [option for option in options if option != "--help"]
    return found


COMMAND_LINE = leaves(typer.main.get_command(application))


def chat_words(guide: Path) -> list[str]:
    """What a guide tells people to type in chat: the code in the first column of its tables of words."""
    return [word for line in read(guide).splitlines() if line.startswith("| `") for word in CODE.findall(first(line))]


def first(row: str) -> str:
    """The first cell of a table row."""
    return row.split("|")[1]


def test_every_setting_is_documented_with_its_variable_and_default() -> None:
    documented = {row[0]: (row[1], row[2]) for row in SETTING_ROW.findall(OPERATIONS)}
    expected = {key: (f"NEP_{key.upper()}", in_words(field.default)) for key, field in Settings.model_fields.items()}
    assert documented == expected


def test_every_metric_is_documented() -> None:
    running = SimpleNamespace(alarm=SimpleNamespace(rings=0, failures=0), reception=SimpleNamespace(handled=0))
    counts: dict[str, dict[str, int]] = {"inbox": {}, "outbox": {}}
    shown = health._exposition(cast(Assistant, running), counts, datetime(2026, 11, 24, tzinfo=UTC)).decode()
    metrics = re.findall(r"^# HELP (\w+)", shown, re.MULTILINE)
    assert len(metrics) >= 5
    assert [metric for metric in metrics if f"`{metric}" not in OPERATIONS] == []


@pytest.mark.parametrize("words", COMMAND_LINE)
def test_every_command_and_option_is_documented(words: str) -> None:
    rows = [line for line in OPERATIONS.splitlines() if re.match(rf"\| `\./nep {words}(?:`| [^a-z])", line)]
    assert len(rows) == 1
    assert [option for option in COMMAND_LINE[words] if option not in rows[0]] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_that_are_written_down_exist(page: Path) -> None:
    written = re.findall(r"(?:\./nep|python -m app) ([a-z]+)(?: ([a-z]+))?", read(page))
    known = COMMAND_LINE.keys() | {"test", "bench"}
    assert [words for words in written if words[0] not in known and " ".join(words) not in known] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(read(page)):
        if link.startswith(("http://", "https://")):
            continue
        target, _, section = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), link
        assert file.is_relative_to(ROOT), link
        if section:
            assert section in map(anchor, re.findall(r"^#+ (.+)$", read(file), re.MULTILINE)), link


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_files_that_are_named_exist(page: Path) -> None:
    named = [path for path in CODE.findall(read(page)) if re.fullmatch(rf"(?:{'|'.join(ROOMS)})/[\w/*.-]*", path)]
    assert [path for path in named if not list(ROOT.glob(path.rstrip("/")))] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_pages_are_composed_unicode_and_readable_width(page: Path) -> None:
    text = read(page)
    assert unicodedata.is_normalized("NFC", text)
    fenced = False
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        assert fenced or len(line) <= 120 or line.startswith(("|", "<img", "![")), line


@pytest.mark.parametrize("guide", GUIDES, ids=name)
def test_words_of_the_guides_are_understood_in_chat(guide: Path) -> None:
    for word in chat_words(guide):
        if not word.startswith("./nep"):
            assert command(word) or with_words(word)[0], word


def test_every_chat_command_is_in_a_guide() -> None:
    told = {command(word) for guide in GUIDES for word in chat_words(guide)}
    assert set(COMMANDS.values()) - told == set()


def test_ways_to_answer_in_the_guide_are_understood() -> None:
    guide = read(DOCS / "huong-dan-nhan-vien.md")
    section = guide.split("## Trả lời")[1].split("## ")[0]
    ways = CODE.findall(section.replace("\n", " "))
    assert len(ways) >= 7
    assert [way for way in ways if typed.chosen(way) != 2] == []


def test_example_settings_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NEP_SECRETS_DIR", raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    for key in Settings.model_fields:
        monkeypatch.delenv(f"NEP_{key.upper()}", raising=False)
    monkeypatch.setenv("NEP_CONFIG", str(DEPLOY / "nep.toml.example"))
    settings = load_settings()
    assert settings.agency
    assert settings.telegram_token is None


def test_secret_files_win_over_variables_and_those_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "nep.toml").write_text('agency = "file"\nbot_username = "file"\ndatabase = "file"', encoding="utf-8")
    (tmp_path / "database").write_text("secret\n", encoding="utf-8")
    (tmp_path / "postgres_password").write_text("not a setting", encoding="utf-8")
    monkeypatch.setenv("NEP_CONFIG", str(tmp_path / "nep.toml"))
    monkeypatch.setenv("NEP_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("NEP_DATABASE", "variable")
    monkeypatch.setenv("NEP_BOT_USERNAME", "variable")
    settings = load_settings()
    assert (settings.agency, settings.bot_username, settings.database) == ("file", "variable", "secret")


def test_example_settings_name_no_secret() -> None:
    example = tomllib.loads((DEPLOY / "nep.toml.example").read_text(encoding="utf-8"))
    assert "telegram_token" not in example
    assert "telegram_webhook_secret" not in example


def test_unit_file_waits_longer_than_a_stop_takes() -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(read(DEPLOY / "nep.service"))
    service = unit["Service"]
    assert int(service["TimeoutStopSec"]) > 100
    assert service["Restart"] == "always"
    assert service["ProtectSystem"] == "strict"
    credentials = re.findall(r"^#?LoadCredential=(\w+):", read(DEPLOY / "nep.service"), re.MULTILINE)
    assert set(credentials) <= Settings.model_fields.keys()
    variables = re.findall(r"NEP_\w+", read(DEPLOY / "nep.service"))
    assert set(variables) <= {f"NEP_{key.upper()}" for key in Settings.model_fields} | {"NEP_CONFIG"}


def test_compose_file_gives_the_application_only_secrets_that_are_settings() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    app = compose["services"]["app"]
    assert set(app["secrets"]) <= Settings.model_fields.keys()
    assert set(app["secrets"]) <= compose["secrets"].keys()
    assert int(app["stop_grace_period"].removesuffix("s")) > 100
    assert (DEPLOY.parent / app["build"]["dockerfile"]).is_file()


def test_image_holds_every_room_the_application_imports() -> None:
    copied = set(re.findall(r"^COPY (\w+) \w+$", read(DEPLOY / "Dockerfile"), re.MULTILINE))
    rooms = tomllib.loads(read(ROOT / "pyproject.toml"))["tool"]["importlinter"]["root_packages"]
    assert set(rooms) <= copied
