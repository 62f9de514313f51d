"""Starting the process that renews tokens: what goes wrong there is told, and nothing waits for it for ever."""

import os
import signal
import subprocess
import sys

import pytest

from app import zalo_renewal
from tests.conftest import ROOT


async def test_a_process_that_cannot_be_started_or_ends_badly_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for command, told in ((("/nowhere/python",), "No such file"), ((sys.executable, "-c", "raise SystemExit(3)"), "3")):
        monkeypatch.setattr(zalo_renewal, "COMMAND", command)
        await zalo_renewal.renew_apart(1)
        assert told in caplog.text


def test_settings_that_cannot_be_used_end_it_before_it_has_done_anything() -> None:
    environment = {**os.environ, "NEP_ZALO_OA_APP_ID": "not a number"}
    ended = subprocess.run([*zalo_renewal.COMMAND, "1"], cwd=ROOT, env=environment, capture_output=True, check=False)
    assert ended.returncode == 1
    assert b"zalo_oa_app_id" in ended.stderr


def test_a_process_that_hangs_is_ended_by_the_kernel() -> None:
    hanging = "from app.zalo_renewal import *; import time; end_after(timedelta(seconds=0.01)); time.sleep(600)"
    assert subprocess.run([sys.executable, "-c", hanging], cwd=ROOT, check=False).returncode == -signal.SIGALRM
