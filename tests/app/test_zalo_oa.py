"""What the front door brings to an Official Account: whom it may write to for nothing."""

from datetime import timedelta

from app.opening import OpenHouse
from app.settings import Settings
from app.zalo_oa import _free
from content.phrases import Phrases
from store.database import Database
from tests.conftest import Clock
from tests.scheduler.doors.people import add_person


async def test_a_message_is_free_within_48_hours_of_a_word(database: Database, phrases: Phrases, clock: Clock) -> None:
    with database.transaction() as session:
        accounts = [
            add_person(session, {"zalo-oa": clock() - timedelta(hours=hours)}, f"NV{hours}")[1]["zalo-oa"]
            for hours in (47, 49)
        ]
    is_free = _free(OpenHouse(Settings.model_construct(), database, phrases, clock))
    assert [await is_free(one) for one in (*accounts, 999)] == [True, False, False]
