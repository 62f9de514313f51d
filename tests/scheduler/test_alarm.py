"""The alarm clock rings on, whatever happens to what it wakes."""

import asyncio

from apscheduler.events import EVENT_JOB_MAX_INSTANCES

from scheduler.alarm import Alarm


async def test_a_ring_that_fails_is_counted_and_the_next_one_comes_all_the_same() -> None:
    rang = asyncio.Event()
    rings: list[int] = []

    async def wake() -> None:
        rings.append(1)
        if len(rings) == 1:
            raise OSError("the disk is full")
        rang.set()

    alarm = Alarm(wake, every_seconds=0.01)
    alarm.start()
    await asyncio.wait_for(rang.wait(), 30)
    alarm.stop()
    assert alarm.failures == 1
    assert alarm.rings >= 2


async def test_a_ring_still_at_work_is_not_joined_by_a_second_and_is_waited_for_at_the_end() -> None:
    finish, refused = asyncio.Event(), asyncio.Event()
    steps: list[str] = []

    async def wake() -> None:
        steps.append("begun")
        await finish.wait()
        steps.append("finished")

    alarm = Alarm(wake, every_seconds=0.01)
    alarm._scheduler.add_listener(lambda event: refused.set(), EVENT_JOB_MAX_INSTANCES)
    alarm.start()
    await asyncio.wait_for(refused.wait(), 30)
    assert steps == ["begun"]
    alarm.stop()
    finishing = asyncio.create_task(alarm.finished())
    await asyncio.sleep(0)
    assert not finishing.done()
    finish.set()
    await asyncio.wait_for(finishing, 30)
    assert steps == ["begun", "finished"]


async def test_the_alarm_is_set_as_the_store_needs_it() -> None:
    async def wake() -> None:
        """Nothing to do."""

    alarm = Alarm(wake)
    alarm.start()
    (job,) = alarm._scheduler.get_jobs()
    assert job.trigger.interval.total_seconds() == 30
    assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)
    assert str(job.next_run_time.tzinfo) == "UTC"
    alarm.stop()
    alarm.stop()


async def test_an_alarm_never_started_may_be_stopped() -> None:
    async def wake() -> None:
        """Nothing to do."""

    Alarm(wake).stop()
