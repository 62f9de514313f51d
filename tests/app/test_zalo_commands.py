"""The Official Account on the command line: its settings, `check`, and the walk through consent."""

from collections.abc import Iterator

import pytest

from tests.app.command_line import CommandLine
from tests.zaloapi.oa.remote import Remote, separate_process
from tests.zaloapi.oa.world import APP_ID, APP_SECRET, CALLBACK, SECRET_KEY

WEBHOOK = "https://nep.example/zalo/oa"


@pytest.fixture(scope="module")
def zalo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    """Zalo's side as a process."""
    with separate_process(tmp_path_factory.mktemp("zalo") / "deliveries.jsonl") as remote:
        yield remote


@pytest.fixture
def oa(nep: CommandLine, zalo: Remote) -> CommandLine:
    """Commands of an office with an Official Account."""
    nep.settings |= {
        "zalo_oa_app_id": APP_ID,
        "zalo_oa_app_secret": APP_SECRET,
        "zalo_oa_secret_key": SECRET_KEY,
        "zalo_oa_webhook": WEBHOOK,
        "zalo_oa_callback": CALLBACK,
        "zalo_oa_api": zalo.url,
        "zalo_oa_oauth": zalo.url,
    }
    return nep


def test_an_operator_walks_through_consent_and_check_says_good(oa: CommandLine, zalo: Remote) -> None:
    assert "zalo-oa: WRONG: the account has not agreed yet: run ./nep zalo login" in oa("check").said
    ended = oa("zalo", "login")
    ended.refuses("the account has not agreed yet", "code_challenge=", "Code challenge, if the console asks for one: ")
    link = next(word for word in ended.said.split() if "/v4/oa/permission?" in word)
    agreed = oa("zalo", "login", "--url", zalo.ask("agree", link=link))
    assert agreed.code == 0, agreed.said
    assert "the account has agreed; permission until 20" in agreed.said
    assert "zalo-oa: good, Sở Mẫu, permission until 20" in oa("check").said
    assert oa("zalo", "login", "--url", "").code == 0


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://nep.example/zalo/callback", "that address holds no code"),
        ("nonsense", "that address holds no code"),
        (f"{CALLBACK}?code=never-issued&oa_id=1", "Zalo refused the code"),
    ],
)
def test_a_login_that_fails_says_why(oa: CommandLine, url: str, words: str) -> None:
    oa("zalo", "login", "--url", url).refuses(words)


def test_zalo_out_of_reach_is_told(oa: CommandLine, free_port: int) -> None:
    nowhere = f"http://127.0.0.1:{free_port}"
    url = f"{CALLBACK}?code=abc&oa_id=1"
    oa("zalo", "login", "--url", url, zalo_oa_oauth=nowhere).refuses("Zalo could not be reached")


def test_settings_that_lack_a_part_are_refused(nep: CommandLine) -> None:
    nep("zalo", "login").refuses("settings zalo_oa_app_id and zalo_oa_callback are needed")
    assert "zalo-oa: off (no zalo_oa_app_id)" in nep("check").said
    lacking = "zalo_oa_app_id is set, so zalo_oa_app_secret, zalo_oa_secret_key, zalo_oa_webhook must be set too"
    assert lacking in nep("check", zalo_oa_app_id="12").said
    assert "zalo_oa_app_id" in nep("check", zalo_oa_app_id="my app").said


def test_an_address_zalo_cannot_post_to_is_refused(oa: CommandLine) -> None:
    oa("run", zalo_oa_webhook="nep.example").refuses("zalo_oa_webhook and zalo_oa_callback must be https addresses")
    assert "WRONG: zalo_oa_webhook" in oa("check", zalo_oa_webhook="http://nep.example/x").said
