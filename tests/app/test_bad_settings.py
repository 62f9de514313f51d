"""Settings that cannot be used: one message names them all, says what to do, and shows no value."""

from pathlib import Path

import pytest

from app.settings import Settings, SettingsFault, load_settings
from tests.app.command_line import CommandLine

TOKEN = "4242424242:PlantedTokenPlantedTokenPlanted"


def toml(nep: CommandLine, text: str) -> None:
    Path(str(nep.settings["config"])).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("command", ["check", "run", "migrate", "figures"])
def test_an_unknown_name_in_the_file_is_refused(nep: CommandLine, command: str) -> None:
    toml(nep, "prot = 8081\n")
    nep(command).refuses("unknown setting prot", "docs/operations.md")


def test_an_unknown_variable_is_refused(nep: CommandLine) -> None:
    nep("run", telegram_tokn=TOKEN).refuses("unknown setting NEP_TELEGRAM_TOKN", "docs/operations.md")
    assert TOKEN not in nep("run", telegram_tokn=TOKEN).said


def test_every_fault_is_told_at_once(nep: CommandLine) -> None:
    toml(nep, 'port = "many"\nlog_level = "LOUD"\nspeed = 3\n')
    nep("check", port=70000).refuses("setting port", "setting log_level", "'INFO'", "unknown setting speed")


@pytest.mark.parametrize(
    ("name", "value"),
    [("port", "-1"), ("port", "x"), ("telegram_rate", "0"), ("telegram_in_flight", "1000"), ("log_level", "loud")],
)
def test_a_bad_value_is_refused_by_name(nep: CommandLine, name: str, value: str) -> None:
    nep("run", **{name: value}).refuses(f"setting {name}: ")


def test_toml_that_cannot_be_read_is_told_with_its_line_and_without_its_words(nep: CommandLine) -> None:
    toml(nep, f'telegram_token = "{TOKEN}"\nagency =\n')
    ended = nep("run")
    ended.refuses("nep.toml", "line 2")
    assert TOKEN not in ended.said


def test_toml_that_is_no_text_is_told(nep: CommandLine) -> None:
    Path(str(nep.settings["config"])).write_bytes(b"agency = \xff\xfe\n")
    nep("run").refuses("nep.toml")


def test_a_missing_settings_file_is_told(nep: CommandLine, tmp_path: Path) -> None:
    nep("run", config=tmp_path / "no.toml").refuses("no.toml", "not a file")


def test_a_webhook_without_a_secret_is_refused(nep: CommandLine) -> None:
    nep("run", telegram_webhook="https://nep.example/hook").refuses("telegram_webhook_secret must be set")


def test_a_zalo_webhook_without_a_secret_and_two_tokens_of_one_bot_are_refused(nep: CommandLine) -> None:
    nep("run", zalo_bot_webhook="https://nep.example/zalo").refuses("zalo_bot_webhook_secret must be set")
    twice = nep("run", zalo_bot_tokens="10000001:planted-one 10000001:planted-two")
    twice.refuses("zalo_bot_tokens", "two tokens belong to the same bot")
    assert "planted" not in twice.said


def test_tokens_stand_one_a_line_in_a_file_and_as_a_list_in_toml(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "nep.toml").write_text('zalo_bot_tokens = ["1:a", "2:b"]\n')
    monkeypatch.setenv("NEP_CONFIG", str(tmp_path / "nep.toml"))
    assert [token.get_secret_value() for token in load_settings().zalo_bot_tokens] == ["1:a", "2:b"]
    (tmp_path / "zalo_bot_tokens").write_text("3:c\n4:d\n")
    monkeypatch.setenv("NEP_SECRETS_DIR", str(tmp_path))
    settings = load_settings()
    assert [token.get_secret_value() for token in settings.zalo_bot_tokens] == ["3:c", "4:d"]
    assert "3:c" not in repr(settings)


def test_a_running_office_needs_a_name(nep: CommandLine) -> None:
    nep("run", agency="").refuses("agency is empty", "NEP_AGENCY")
    nep("check", agency="").refuses("agency is empty", "NEP_AGENCY")


def test_a_key_file_that_cannot_be_made_is_told(nep: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    nep("run", code_secret_file=tmp_path / "file" / "key").refuses("setting code_secret_file", "check the path")


def test_a_later_source_wins_and_secret_files_win_over_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "nep.toml").write_text('agency = "file"\nhost = "::1"\ntelegram_token = "file"\n')
    (tmp_path / "telegram_token").write_text("secret file\n")
    monkeypatch.setenv("NEP_CONFIG", str(tmp_path / "nep.toml"))
    monkeypatch.setenv("NEP_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("NEP_AGENCY", "variable")
    monkeypatch.setenv("NEP_TELEGRAM_TOKEN", "variable")
    settings = load_settings()
    assert (settings.agency, settings.host) == ("variable", "::1")
    assert settings.telegram_token is not None
    assert settings.telegram_token.get_secret_value() == "secret file"
    assert "secret file" not in repr(settings)


def test_no_message_of_a_fault_holds_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(f"NEP_{name.upper()}", "\x1fplanted")
    with pytest.raises(SettingsFault) as refused:
        load_settings()
    assert "planted" not in str(refused.value)
