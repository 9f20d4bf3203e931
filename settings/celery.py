"""Celery: Redis where REDIS_URL is set, else messages in a folder. A message is a wake-up; the job is a row."""

import os

from celery import Celery
from celery.schedules import crontab
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")

from settings.environment import data_folder, service_url

TRANSPORT_ALIASES["folder"] = "settings.messages:Transport"

app = Celery("vankho")


def broker() -> dict[str, object]:
    redis_url = service_url("REDIS_URL", "redis", "rediss")
    if redis_url:
        return {"broker_url": redis_url, "broker_transport_options": {"visibility_timeout": 3600}}
    folder = data_folder() / "messages"
    folders = {
        "data_folder_in": folder / "queue",
        "data_folder_out": folder / "queue",
        "processed_folder": folder / "done",
    }
    for path in folders.values():
        path.mkdir(parents=True, exist_ok=True)
    return {
        "broker_url": "folder://",
        "broker_transport_options": {
            **{name: str(path) for name, path in folders.items()},
            "control_folder": str(folder / "control"),
        },
    }


app.conf.update(
    **broker(),
    task_ignore_result=True,
    # A lane of its own: a long intake must not keep what was filed from being found.
    task_routes={"search.index": {"queue": "index"}},
    task_serializer="json",
    accept_content=["json"],
    # The row is the truth: a lost message is replaced by the sweeper, a doubled one finds nothing to claim.
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    broker_connection_retry_on_startup=True,
    timezone="Asia/Ho_Chi_Minh",
    beat_schedule={
        "sweep": {"task": "repository.sweep", "schedule": 15.0, "options": {"expires": 15.0}},
        "sequence": {"task": "repository.sequence", "schedule": 60.0, "options": {"expires": 60.0}},
        "nightly": {"task": "repository.nightly", "schedule": crontab(hour=1, minute=0)},
        "index": {"task": "search.index", "schedule": 10.0, "options": {"expires": 10.0}},
        "meaning": {"task": "search.meaning", "schedule": 60.0, "options": {"expires": 60.0}},
    },
    beat_schedule_filename=str(data_folder() / "beat-schedule"),
)
app.autodiscover_tasks()
