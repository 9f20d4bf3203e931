"""Jobs are rows: killed at any instant and run again, nothing is lost and nothing is doubled (design, rule 6)."""

import collections
import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from repository.actors import SYSTEM
from repository.clock import clock_at
from repository.codes import ItemState, JobState
from repository.events import body_of, record
from repository.jobs import engine, leases
from repository.jobs.engine import enqueue, finish_if_done, work
from repository.jobs.outcomes import Again, ItemFailed, ItemHeld, ItemRefused
from repository.jobs.run import run_to_end
from repository.jobs.sweeper import sweep
from repository.jobs.whole import progress
from repository.models import Event, Job, JobItem
from repository.registry import JobKind, registry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_profiles]


def save(label: str):
    def write():
        event = record("test.made", SYSTEM, note=label)
        return {"event": str(event.pk)}

    return write


@pytest.fixture
def kind(monkeypatch):
    """Registers a kind of job for one test: `kind(work_item=...)`."""

    def register(**options) -> str:
        monkeypatch.setitem(registry.kinds, "test", JobKind(name="test", title="Test", **options))
        return "test"

    return register


def count_made() -> collections.Counter:
    """How often the work on each item was saved: an event is what a real job would write."""
    return collections.Counter(body_of(event)["details"]["note"] for event in Event.objects.filter(kind="test.made"))


def items(count: int):
    return [(f"item {n}", {"n": n}) for n in range(count)]


def good(job, item):
    return save(item.label)


def figures(job: Job) -> tuple[str, int, int, int]:
    job.refresh_from_db()
    return job.state, job.total, job.done, job.failed


def test_two_workers_do_each_of_fifty_items_once(kind):
    name = kind(work_item=good)
    job = enqueue(name, None, items=items(50))
    gate = threading.Barrier(2)
    errors = []

    def worker():
        try:
            gate.wait()
            work(job.pk)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not errors
    assert count_made() == {f"item {n}": 1 for n in range(50)}
    assert figures(job) == (JobState.DONE, 50, 50, 0)
    assert len(set(JobItem.objects.values_list("owner", flat=True))) == 2, "both of them worked"


def test_outcomes_are_told_apart_and_the_others_go_on(kind):
    def work_item(job, item):
        n = item.payload["n"]
        if n == 1:
            raise ItemFailed("broken", "Send it again.")
        if n == 2:
            raise ItemHeld("It is here.", {"document": "x"})
        if n == 3:
            raise ItemRefused("forbidden", "It may not be here.", save=save("refusal"))
        if n == 4:
            raise RuntimeError("a bug with a secret in it")
        if n == 5:
            return lambda: 1 / 0
        return save(item.label)

    job = enqueue(kind(work_item=work_item), None, items=items(7))
    run_to_end(job.pk)

    assert list(JobItem.objects.order_by("pk").values_list("state", "reason")) == [
        (ItemState.DONE, ""),
        (ItemState.FAILED, "broken"),
        (ItemState.HELD, "held"),
        (ItemState.REFUSED, "forbidden"),
        (ItemState.FAILED, "unexpected"),
        (ItemState.FAILED, "unexpected"),
        (ItemState.DONE, ""),
    ]
    assert "secret" not in str(list(JobItem.objects.values("message")))
    assert figures(job) == (JobState.DONE, 7, 3, 4)
    assert count_made() == {"item 0": 1, "refusal": 1, "item 6": 1}


def test_what_a_dead_worker_left_is_done_once_when_its_lease_is_over(kind, frozen_clock):
    name = kind(work_item=good, lease_seconds=60)
    job = enqueue(name, None, items=items(2))
    taken = engine.claim_item(job, registry.kinds[name])
    work(job.pk)
    assert figures(job) == (JobState.QUEUED, 2, 1, 0) or figures(job) == (JobState.RUNNING, 2, 1, 0)

    with clock_at(frozen_clock.now + timedelta(seconds=59)):
        assert sweep(wake=False)["requeued"] == 0, "it may still be alive"
        work(job.pk)
    assert count_made() == {"item 1": 1}
    with clock_at(frozen_clock.now + timedelta(seconds=61)):
        assert sweep(wake=False)["requeued"] == 1
        work(job.pk)
    assert count_made() == {"item 0": 1, "item 1": 1}
    assert figures(job) == (JobState.DONE, 2, 2, 0)
    taken.refresh_from_db()
    assert taken.attempt == 2


def test_a_worker_that_was_paused_past_its_lease_cannot_write_late(kind, frozen_clock):
    name = kind(work_item=good, lease_seconds=60)
    job = enqueue(name, None, items=items(1))
    paused = engine.claim_item(job, registry.kinds[name])
    with clock_at(frozen_clock.now + timedelta(seconds=61)):
        sweep(wake=False)
        work(job.pk)
        with pytest.raises(engine.LeaseLost):
            engine._write_item(job, paused, save("late"), ItemState.DONE, "", "", None)
        engine._work_item(job, paused, registry.kinds[name])
    assert count_made() == {"item 0": 1}
    assert figures(job) == (JobState.DONE, 1, 1, 0)


def test_a_paused_worker_cannot_write_while_the_other_is_at_it(kind, frozen_clock):
    name = kind(work_item=good, lease_seconds=60)
    job = enqueue(name, None, items=items(1))
    paused = engine.claim_item(job, registry.kinds[name])
    with clock_at(frozen_clock.now + timedelta(seconds=61)):
        sweep(wake=False)
        other = engine.claim_item(job, registry.kinds[name])
        engine._work_item(job, paused, registry.kinds[name])
        assert not count_made()
        engine._work_item(job, other, registry.kinds[name])
    assert count_made() == {"item 0": 1}


def test_the_heartbeat_keeps_the_lease_while_the_work_goes_on(kind):
    extended = threading.Event()
    leases_seen = set()

    def work_item(job, item):
        for _ in range(100):
            leases_seen.add(JobItem.objects.get(pk=item.pk).lease_until)
            if len(leases_seen) > 2:
                extended.set()
                break
            threading.Event().wait(0.05)
        return save(item.label)

    job = enqueue(kind(work_item=work_item, lease_seconds=1), None, items=items(1))
    work(job.pk)
    assert extended.is_set()
    assert figures(job) == (JobState.DONE, 1, 1, 0)


def test_a_lost_message_is_sent_again_by_the_sweeper(kind, monkeypatch):
    sent = []
    monkeypatch.setattr("repository.jobs.sweeper.send", sent.append)
    job = enqueue(kind(work_item=good), None, items=items(1))
    whole = enqueue("whole", None) if "whole" in registry.kinds else None
    sweep()
    assert job.pk in sent
    assert whole is None or whole.pk in sent
    work(job.pk)
    sent.clear()
    sweep()
    assert sent == []


def test_a_doubled_message_finds_nothing_to_do(kind):
    job = enqueue(kind(work_item=good), None, items=items(3))
    for _ in range(3):
        work(job.pk)
    assert count_made() == {"item 0": 1, "item 1": 1, "item 2": 1}
    assert figures(job) == (JobState.DONE, 3, 3, 0)


def test_an_item_that_kills_each_worker_is_given_up_and_the_others_go_on(kind, frozen_clock):
    name = kind(work_item=good, lease_seconds=60, attempts=3)
    job = enqueue(name, None, items=items(2))
    deadly = None
    for attempt in range(3):
        with clock_at(frozen_clock.now + timedelta(seconds=100 * attempt)):
            deadly = engine.claim_item(job, registry.kinds[name])
            assert deadly.label == "item 0"
        with clock_at(frozen_clock.now + timedelta(seconds=100 * attempt + 61)):
            figures_of_sweep = sweep(wake=False)
    assert figures_of_sweep["given_up"] == 1
    with clock_at(frozen_clock.now + timedelta(seconds=400)):
        work(job.pk)
    deadly.refresh_from_db()
    assert (deadly.state, deadly.reason) == (ItemState.FAILED, "gave-up")
    assert deadly.message
    assert figures(job) == (JobState.DONE, 2, 1, 1)


def test_a_service_that_is_down_costs_no_attempt_and_is_asked_again_ever_more_slowly(kind, frozen_clock):
    down = True

    def work_item(job, item):
        if down:
            raise Again("down", "The service is down.", seconds=10)
        return save(item.label)

    name = kind(work_item=work_item, attempts=2)
    job = enqueue(name, None, items=items(1))
    moment, waits = frozen_clock.now, []
    for _ in range(10):
        with clock_at(moment):
            work(job.pk)
            item = JobItem.objects.get()
            assert (item.state, item.reason) == (ItemState.QUEUED, "down")
            waits.append((item.lease_until - moment).total_seconds())
            work(job.pk)
            assert JobItem.objects.get().attempt == item.attempt, "not before its time"
            moment = item.lease_until
    assert waits == sorted(waits)
    assert waits[0] == 10
    assert waits[-1] <= 300
    down = False
    with clock_at(moment):
        engine.claim_item(job, registry.kinds[name])
    with clock_at(moment + timedelta(seconds=500)):
        assert sweep(wake=False) == {"requeued": 1, "given_up": 0, "woken": 0}, "one death is not two"
        work(job.pk)
    assert figures(job) == (JobState.DONE, 1, 1, 0)


def test_a_service_that_stays_down_fails_the_item_with_its_reason(kind, monkeypatch):
    monkeypatch.setattr(engine, "MOST_PUT_OFFS", 1)

    def work_item(job, item):
        raise Again("down", "The service is down.", seconds=0)

    job = enqueue(kind(work_item=work_item), None, items=items(1))
    run_to_end(job.pk)
    item = JobItem.objects.get()
    assert (item.state, item.reason, item.message) == (ItemState.FAILED, "down", "The service is down.")
    assert figures(job) == (JobState.DONE, 1, 0, 1)


def test_a_clock_set_forward_lets_another_worker_in_and_still_nothing_is_doubled(kind, frozen_clock):
    name = kind(work_item=good, lease_seconds=60)
    job = enqueue(name, None, items=items(1))
    first = engine.claim_item(job, registry.kinds[name])
    with clock_at(frozen_clock.now + timedelta(days=1)):
        sweep(wake=False)
        work(job.pk)
    engine._work_item(job, first, registry.kinds[name])
    assert count_made() == {"item 0": 1}


def test_a_clock_set_back_does_not_keep_a_dead_workers_item_until_then(kind, frozen_clock):
    name = kind(work_item=good, lease_seconds=60)
    job = enqueue(name, None, items=items(1))
    engine.claim_item(job, registry.kinds[name])
    with clock_at(frozen_clock.now - timedelta(days=1)):
        assert sweep(wake=False)["requeued"] == 1
        work(job.pk)
    assert figures(job) == (JobState.DONE, 1, 1, 0)


def test_a_clock_set_back_does_not_hold_up_what_was_put_off(kind, frozen_clock):
    name = kind(work_item=good)
    job = enqueue(name, None, items=items(1))
    JobItem.objects.update(lease_until=frozen_clock.now + timedelta(days=300))
    sweep(wake=False)
    work(job.pk)
    assert figures(job) == (JobState.DONE, 1, 1, 0)


def test_a_busy_database_is_asked_again_and_fails_no_item(kind, monkeypatch):
    monkeypatch.setattr(leases, "BUSY_PAUSE", 0)
    busy = iter([OperationalError("database is locked")] * 3)
    calls = []

    def save_once_it_is_free():
        calls.append(1)
        for error in busy:
            raise error
        return save("saved")()

    real, once = engine.claim_item, iter([1])

    def claim(job, kind):
        for _ in once:
            raise OperationalError("database is locked")
        return real(job, kind)

    monkeypatch.setattr(engine, "claim_item", claim)
    job = enqueue(kind(work_item=lambda job, item: save_once_it_is_free), None, items=items(1))
    work(job.pk)
    assert len(calls) == 4
    assert count_made() == {"saved": 1}
    assert figures(job) == (JobState.DONE, 1, 1, 0)


def test_a_database_that_stays_busy_leaves_the_item_to_the_sweeper(kind, monkeypatch, frozen_clock):
    monkeypatch.setattr(leases, "BUSY_PAUSE", 0)
    broken = True

    def write():
        if broken:
            raise OperationalError("database is locked")
        return save("saved")()

    job = enqueue(kind(work_item=lambda job, item: write, lease_seconds=60), None, items=items(1))
    work(job.pk)
    assert JobItem.objects.get().state == ItemState.RUNNING
    broken = False
    with clock_at(frozen_clock.now + timedelta(seconds=61)):
        sweep(wake=False)
        work(job.pk)
    assert count_made() == {"saved": 1}


def test_a_job_without_items_ends(kind):
    name = kind(work_item=good)
    assert run_to_end(enqueue(name, None).pk).state == JobState.DONE
    assert run_to_end(enqueue(name, None, items=[]).pk).state == JobState.DONE


def test_a_job_that_never_got_an_item_is_ended_by_the_sweeper_but_not_at_once(kind, frozen_clock):
    job = enqueue(kind(work_item=good), None)
    sweep(wake=False)
    assert figures(job)[0] == JobState.QUEUED, "its sender may still be about to add one"
    with clock_at(frozen_clock.now + timedelta(hours=1)):
        sweep(wake=False)
    assert figures(job)[0] == JobState.DONE


def test_the_end_is_told_once(kind):
    ended = []
    job = enqueue(kind(work_item=good, finish=ended.append), None, items=items(2))
    work(job.pk)
    assert not finish_if_done(job.pk)
    work(job.pk)
    assert [row.pk for row in ended] == [job.pk]


@pytest.mark.parametrize("way", ["put off", "killed"])
def test_an_item_of_a_stopped_job_does_not_wait_for_ever(kind, frozen_clock, way):
    def work_item(job, item):
        Job.objects.filter(pk=job.pk).update(state=JobState.CANCELLED)
        raise Again("down", "The service is down.")

    name = kind(work_item=work_item, lease_seconds=60)
    job = enqueue(name, None, items=items(1))
    if way == "put off":
        work(job.pk)
    else:
        engine.claim_item(job, registry.kinds[name])
        Job.objects.filter(pk=job.pk).update(state=JobState.CANCELLED)
        with clock_at(frozen_clock.now + timedelta(seconds=61)):
            sweep(wake=False)
    assert JobItem.objects.get().state == ItemState.CANCELLED
    assert figures(job) == (JobState.CANCELLED, 1, 0, 1)
    assert run_to_end(job.pk).state == JobState.CANCELLED


def test_a_whole_job_is_done_by_one_worker(kind):
    job = enqueue(kind(work_job=lambda job: save("whole")), None)
    work(job.pk)
    work(job.pk)
    assert count_made() == {"whole": 1}
    assert figures(job)[0] == JobState.DONE
    assert job.result["event"]


def test_a_whole_job_left_by_a_dead_worker_is_done_once_and_the_late_one_is_refused(kind, frozen_clock):
    late = {}

    def work_job(job):
        if not late:
            late["job"] = job
            with clock_at(frozen_clock.now + timedelta(seconds=61)):
                sweep(wake=False)
                work(job.pk)
        return save(f"attempt {job.attempt}")

    job = enqueue(kind(work_job=work_job, lease_seconds=60), None)
    work(job.pk)
    assert count_made() == {"attempt 2": 1}
    with pytest.raises(engine.LeaseLost):
        progress(late["job"], done=1)


def test_a_whole_job_is_put_off_and_given_up_like_an_item(kind, frozen_clock):
    state = {"down": True}

    def work_job(job):
        if state["down"]:
            raise Again("down", "The service is down.", seconds=10)
        return save("whole")

    job = enqueue(kind(work_job=work_job, lease_seconds=60, attempts=2), None)
    for minute in range(5):
        with clock_at(frozen_clock.now + timedelta(minutes=10 * minute)):
            work(job.pk)
    assert figures(job)[0] == JobState.QUEUED
    state["down"] = False
    with clock_at(frozen_clock.now + timedelta(hours=2)):
        work(job.pk)
    assert figures(job)[0] == JobState.DONE

    dying = enqueue("test", None)
    for attempt in range(2):
        Job.objects.filter(pk=dying.pk).update(
            state=JobState.RUNNING, attempt=attempt + 1, lease_until=frozen_clock.now - timedelta(seconds=1)
        )
        sweep(wake=False)
    assert figures(dying)[0] == JobState.FAILED
    dying.refresh_from_db()
    assert (dying.reason, bool(dying.message)) == ("gave-up", True)


def test_a_kind_keeps_what_passes_only_until_the_work_has_ended(kind):
    seen = []

    def work_item(job, item):
        seen.append(item.payload.get("password"))
        raise ItemFailed("locked", "Wrong.")

    job = enqueue(kind(work_item=work_item), None, items=[("a", {"password": "x", "name": "a"})])
    work(job.pk)
    assert seen == ["x"]
    assert JobItem.objects.get().payload == {"name": "a"}


def test_a_broker_that_is_down_fails_nothing(kind, monkeypatch):
    from repository.jobs import tasks

    def broken(**options):
        raise ConnectionError("no broker")

    monkeypatch.setattr(tasks.work_on, "apply_async", broken)
    tasks.send(enqueue(kind(work_item=good), None).pk)
    assert Job.objects.count() == 1


def test_an_unknown_kind_cannot_be_enqueued():
    with pytest.raises(KeyError):
        enqueue("no such kind", None)
