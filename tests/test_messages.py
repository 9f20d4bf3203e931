"""Messages in a folder: written and taken by many at once, each comes once and whole, and one that is broken stops nobody."""

import threading
from queue import Empty

import pytest
from kombu import Connection
from kombu.transport import TRANSPORT_ALIASES

import settings.celery  # noqa: F401
from settings.celery import app

QUEUE = "celery"
LONG = "văn bản " * 500


@pytest.fixture
def channel(tmp_path):
    """Another channel over the same folders, at each call."""
    folders = {name: str(tmp_path / name) for name in ("queue", "done", "control")}
    (tmp_path / "queue").mkdir()
    (tmp_path / "done").mkdir()
    options = {
        "data_folder_in": folders["queue"],
        "data_folder_out": folders["queue"],
        "processed_folder": folders["done"],
        "control_folder": folders["control"],
    }
    assert "folder" in TRANSPORT_ALIASES
    return lambda: Connection("folder://", transport_options=options).channel()


def test_the_embedded_broker_is_this_one():
    with app.connection_for_write("folder://") as connection:
        assert connection.transport.__class__.__module__ == "settings.messages"


def test_written_and_taken_by_many_at_once_each_comes_once_and_whole(channel):
    wanted, taken, wrong = 400, [], []
    through = threading.Event()

    def write(writer):
        mine = channel()
        for n in range(wanted // 4):
            mine._put(QUEUE, {"id": f"{writer}-{n}", "body": LONG})

    def take():
        mine = channel()
        while len(taken) < wanted and not through.is_set():
            try:
                message = mine._get(QUEUE)
            except Empty:
                continue
            except Exception as error:
                wrong.append(error)
                return
            taken.append(message["id"])
            if message["body"] != LONG:
                wrong.append(message)

    readers = [threading.Thread(target=take) for _ in range(3)]
    writers = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in readers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    for thread in readers:
        thread.join(30)
    through.set()
    assert not wrong
    assert sorted(taken) == sorted(f"{writer}-{n}" for writer in range(4) for n in range(wanted // 4))


def test_a_message_half_written_by_a_killed_process_is_passed_over(channel, tmp_path):
    one = channel()
    one._put(QUEUE, {"id": "whole"})
    (tmp_path / "queue" / f"0_broken.{QUEUE}.msg").write_text("")
    (tmp_path / "queue" / f"1_broken.{QUEUE}.msg").write_text('{"id": "ha')
    assert one._get(QUEUE) == {"id": "whole"}
    with pytest.raises(Empty):
        one._get(QUEUE)
    assert not list((tmp_path / "queue").iterdir())


def test_bindings_of_many_at_once_are_all_kept(channel):
    channel()._queue_bind("office", "first", "", QUEUE)
    threads = [
        threading.Thread(target=channel()._queue_bind, args=("office", f"key-{n}", "", QUEUE)) for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = {row.routing_key for row in channel().get_table("office")}
    assert kept == {"first", *(f"key-{n}" for n in range(20))}
