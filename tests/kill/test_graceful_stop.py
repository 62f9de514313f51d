"""A stop by signal in the middle of a broadcast: what is in flight lands, nothing is unknown, the rest waits."""

import random
import signal
from pathlib import Path

import pytest
from sqlmodel import select

from scheduler import outbox
from store.tables import Delivery
from tests.botapi.delivery_log import read_log
from tests.kill.moments import Moments, wait_until
from tests.kill.scene import on_telegram
from tests.verdict import judge


@pytest.mark.kill
def test_a_stop_during_a_broadcast_leaves_nothing_unknown(tmp_path: Path) -> None:
    with on_telegram(tmp_path, 60, 1) as (stage, remote, cast):
        remote.turn(latency=0.4)
        moments = Moments(stage.deliveries, stage.store, random.Random())
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
            stage.life.start()
            for _ in range(5):
                moments.change(stage.deliveries)
            stage.life.end(number, expected=0)
            with stage.database.transaction() as session:
                counts = outbox.counts(session)
            assert counts["waiting"] > 0
            assert counts["sent"] > 0
            assert counts.keys() <= {"waiting", "sent"}
        stage.life.start()
        wait_until(stage.is_quiet, 60, stage.life.told)
        stage.life.stop()
        with stage.database.transaction() as session:
            verdict = judge(session, cast.round_id, {}, read_log(stage.deliveries), "telegram")
            assert set(session.exec(select(Delivery.state))) == {"sent"}
    assert (verdict.duplicates, verdict.false_sent, verdict.unknown) == (0, 0, 0)
