"""Parsers in worker processes: whatever a hostile file makes of one, the caller gets a typed error and goes on."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from repository.isolation import CouldNotStart, Crashed, Isolated, ParserFailed, TooLarge, TooLate, pool
from repository.isolation.process import WorkerProcess

TARGETS = "tests.repository.isolation_targets"


@pytest.fixture
def isolate() -> Iterator[Callable[..., Isolated]]:
    made: list[Isolated] = []

    def make(name: str, **options: object) -> Isolated:
        made.append(Isolated(f"{TARGETS}:{name}", **{"seconds": 20, "memory_mb": 200, **options}))
        return made[-1]

    yield make
    for each in made:
        each.close()


def is_gone(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        psutil.wait_procs([process], timeout=5)
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_call_runs_in_another_process_that_stays_for_the_next_call(isolate):
    add = isolate("add")
    first, second = add.run(1, 2), add.run(3, second=4)
    assert (first["sum"], second["sum"]) == (3, 7)
    assert first["process"] == second["process"] != os.getpid()


def test_a_call_that_never_ends_is_ended_in_time_and_the_next_one_works(isolate):
    wait = isolate("wait_for_ever")
    for _ in range(2):
        with pytest.raises(TooLate, match=r"0\.5 s"):
            wait.run(seconds=0.5)


@pytest.mark.parametrize(("starting", "left"), [(1.0, 20.0), (15.0, 15.0), (29.0, 5.0), (55.0, 5.0)])
def test_a_worker_that_starts_slowly_leaves_the_call_less_of_the_whole_time(isolate, monkeypatch, starting, left):
    add, clock, given = isolate("add", seconds=20, whole_seconds=30), [0.0], []
    ready, call = WorkerProcess.wait_until_ready, WorkerProcess.call

    def slowly(worker: WorkerProcess) -> None:
        ready(worker)
        clock[0] += starting

    def noted(worker: WorkerProcess, request: bytes, seconds: float) -> object:
        given.append(seconds)
        return call(worker, request, 20)

    monkeypatch.setattr(WorkerProcess, "wait_until_ready", slowly)
    monkeypatch.setattr(WorkerProcess, "call", noted)
    monkeypatch.setattr(pool, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    assert add.run(1, 2)["sum"] == add.run(second=1, first=2)["sum"] == 3
    assert given == [left, 20.0], "the second call finds its worker there"


def test_its_children_end_with_it(isolate, tmp_path):
    note = tmp_path / "child"
    with pytest.raises(TooLate):
        isolate("wait_for_ever_with_a_child").run(str(note), seconds=1)
    assert is_gone(int(note.read_text()))


@pytest.mark.parametrize("greedy", ["grow_slowly", "grow_at_once"])
def test_a_call_that_eats_memory_is_too_large(isolate, greedy):
    with pytest.raises(TooLarge, match="200 MB"):
        isolate(greedy).run()


def test_a_worker_that_dies_is_reported_with_its_status(isolate):
    leave = isolate("leave")
    for status in (3, 4):
        with pytest.raises(Crashed, match=f"status {status}"):
            leave.run(status)


def test_an_exception_is_reported_by_kind_and_message_and_the_worker_stays(isolate):
    fail = isolate("fail")
    for message in ("one", "hai bà Trưng"):
        with pytest.raises(ParserFailed) as caught:
            fail.run(message)
        assert (caught.value.kind, caught.value.message) == ("LookupError", message)


def test_what_a_parser_prints_does_not_disturb_the_answer(isolate):
    assert isolate("print_much").run() == 600_000


def test_text_of_any_kind_comes_back_unchanged(isolate):
    value = {"text": "Nghị định \ud800 \x00 " + "đ" * 3_000_000, "none": None, "list": [1, 2.5, True]}
    assert isolate("answer_with").run(value) == value


def test_an_answer_that_is_not_json_is_the_parsers_failure(isolate):
    with pytest.raises(ParserFailed) as caught:
        isolate("answer_with_a_set").run()
    assert caught.value.kind == "TypeError"


def test_a_target_that_does_not_exist_says_so():
    with pytest.raises(CouldNotStart, match="could not start.*no_such_function"):
        Isolated(f"{TARGETS}:no_such_function", seconds=1, memory_mb=50).run()


def test_a_machine_that_has_no_room_for_a_worker_says_so(isolate, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    with pytest.raises(CouldNotStart, match="gone"):
        isolate("add").run(1, 1)


def test_arguments_that_are_too_long_are_refused_before_anything_starts(isolate):
    with pytest.raises(ValueError, match="path"):
        isolate("add").run(b"x" * (65 * 1024 * 1024), 1)


def test_secrets_in_the_environment_are_not_handed_on(isolate, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    assert isolate("environment").run("DATABASE_URL") is None


def test_a_target_may_ask_for_django(isolate):
    assert isolate("count_users_model_fields", django=True).run() > 0


def test_a_worker_is_replaced_after_its_calls(isolate):
    add = isolate("add", calls_per_worker=2)
    processes = [add.run(0, 0)["process"] for _ in range(4)]
    assert processes[0] == processes[1] != processes[2] == processes[3]
    assert is_gone(processes[0])


def test_a_pool_of_two_serves_many_threads(isolate):
    add = isolate("add", workers=2)
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda number: add.run(number, number), range(60)))
    assert [answer["sum"] for answer in answers] == [2 * number for number in range(60)]
    assert len({answer["process"] for answer in answers}) <= 2


def test_a_worker_outlives_the_thread_that_first_called_it(isolate):
    add = isolate("add")
    with ThreadPoolExecutor(1) as thread:
        first = thread.submit(add.run, 1, 1).result()
    assert add.run(1, 1)["process"] == first["process"]


def test_files_a_worker_leaves_go_with_it(isolate):
    leave_a_file = isolate("leave_a_file")
    path = Path(leave_a_file.run())
    assert path.exists()
    leave_a_file.close()
    assert not path.exists()


def test_a_worker_dies_with_a_parent_that_is_killed():
    program = (
        "import sys; from repository.isolation import Isolated;"
        f"print(Isolated('{TARGETS}:add', seconds=20, memory_mb=100).run(1, 1)['process'], flush=True);"
        "sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    with parent:
        worker = int(parent.stdout.readline())
        assert psutil.pid_exists(worker)
        parent.send_signal(signal.SIGKILL)
    assert is_gone(worker)


def test_a_forked_child_gets_workers_of_its_own(isolate):
    add = isolate("add")
    here = add.run(1, 1)["process"]
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, str(add.run(1, 1)["process"]).encode())
        add.close()
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(reading, 20)) != here
    assert add.run(1, 1)["process"] == here


def test_the_network_is_out_of_reach_unless_asked_for(isolate):
    can_leave = subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode == 0
    if not can_leave:
        pytest.skip("this machine gives no network namespaces")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert isolate("connect", network=True).run(port) is True
        with pytest.raises(ParserFailed):
            isolate("connect").run(port)
