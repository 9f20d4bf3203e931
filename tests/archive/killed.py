"""Kills, pauses and doubles a sealing at every dangerous instant, in processes of its own, on a throwaway archive; prints what was left.

Run by test_killed.py: `python -m tests.archive.killed DATA_FOLDER`, with a migrated database in the folder.
"""

import json
import os
import shutil
import signal
import sys
from datetime import timedelta
from pathlib import Path

import django


def die(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGKILL)


def before_build():
    import archive.seal

    archive.seal.build = die


def mid_build():
    """Half of the second file is on the disk."""
    from archive import content, disk, layout

    copy, calls = content.copy_bytes, []

    def copy_bytes(top, logical, file):
        calls.append(logical)
        if len(calls) < 2:
            return copy(top, logical, file)

        def half():
            yield b"x"
            die()

        return disk.write(top, layout.content_path(logical), half())

    content.copy_bytes = copy_bytes


def before_validation():
    import archive.build

    archive.build.validate = die


def after_validation():
    import archive.seal

    archive.seal._place = die


def after_rename():
    import archive.seal

    archive.seal.take_stock = die


def between_rename_and_sync():
    from archive import disk

    move = disk.sync_folder

    def sync_folder(folder):
        from archive import store

        if store.root().is_dir() and any(store.object_folders(store.root())):
            die()
        move(folder)

    disk.sync_folder = sync_folder


def in_the_transaction():
    import archive.commit

    write = archive.commit.write_object

    def write_object(*args):
        write(*args)
        die()

    archive.commit.write_object = write_object


def after_commit():
    from repository.jobs import whole

    write = whole._write_whole

    def write_whole(*args):
        write(*args)
        die()

    whole._write_whole = write_whole


def while_the_root_is_made():
    from archive import disk

    disk.move_into_place = die


POINTS = (
    before_build, mid_build, before_validation, after_validation, between_rename_and_sync, after_rename, in_the_transaction, after_commit,
    while_the_root_is_made,
)  # fmt: skip


def child(act):
    """Run in a process of its own; how it ended (negative: the signal)."""
    from django.db import connections

    connections.close_all()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            act()
            code = 0
        finally:
            os._exit(code)
    return pid


def ended(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def work_once(job_id, *, later=False):
    from repository.clock import clock_at, now
    from repository.jobs.engine import work
    from repository.jobs.sweeper import sweep

    if not later:
        work(job_id)
        return
    with clock_at(now() + timedelta(minutes=10)):
        sweep(wake=False)
        work(job_id)


def what_is_left(dossier_id, job_id):
    from ocfl.validator import Validator

    from archive import store
    from archive.models import SealedFile, SealedObject
    from repository.models import Dossier, Event, Job

    objects = list(store.object_folders(store.root())) if store.root().is_dir() else []
    rows = SealedObject.objects.filter(dossier=dossier_id)
    job = Job.objects.get(pk=job_id)
    return {
        "state": Dossier.objects.get(pk=dossier_id).state,
        "job": job.state,
        "message": job.message,
        "objects": len(objects),
        "valid": all(Validator(check_digests=True).validate_object(str(folder)) for folder in objects),
        "rows": rows.count(),
        "in_place": all(store.folder_of(row.path) in objects for row in rows),
        "files": SealedFile.objects.count(),
        "sealed_events": Event.objects.filter(kind="dossier.sealed").count(),
        "staging": sorted(p.name for p in store.staging().iterdir()) if store.staging().is_dir() else [],
    }


class Scene:
    """A fresh copy of the prepared archive."""

    def __init__(self, data, kept, dossier_id, job_id):
        from django.db import connections

        connections.close_all()
        for name in ("vankho.sqlite3", "vankho.sqlite3-wal", "vankho.sqlite3-shm"):
            (data / name).unlink(missing_ok=True)
        for name in ("blobs", "store"):
            shutil.rmtree(data / name, ignore_errors=True)
        shutil.copyfile(kept / "vankho.sqlite3", data / "vankho.sqlite3")
        shutil.copytree(kept / "blobs", data / "blobs")
        self.dossier_id, self.job_id = dossier_id, job_id

    def killed_at(self, point):
        def act():
            point()
            work_once(self.job_id)

        code = ended(child(act))
        between = what_is_left(self.dossier_id, self.job_id)
        again = ended(child(lambda: work_once(self.job_id, later=True)))
        return {"killed": code, "between": between, "again": again, "after": what_is_left(self.dossier_id, self.job_id)}

    def two_at_once(self):
        pids = [child(lambda: work_once(self.job_id)) for _ in range(2)]
        codes = [ended(pid) for pid in pids]
        return {"codes": codes, "after": what_is_left(self.dossier_id, self.job_id)}

    def paused(self, module, name, meanwhile):
        """One worker stops before `module.name`; meanwhile something else happens; then it goes on."""
        import importlib

        reached, go_on = os.pipe(), os.pipe()

        def act():
            where = importlib.import_module(module)
            original = getattr(where, name)

            def wait(*args):
                os.write(reached[1], b"x")
                os.read(go_on[0], 1)
                return original(*args)

            setattr(where, name, wait)
            work_once(self.job_id)

        pid = child(act)
        os.read(reached[0], 1)
        other = ended(child(meanwhile))
        between = what_is_left(self.dossier_id, self.job_id)
        os.write(go_on[1], b"x")
        code = ended(pid)
        return {"other": other, "between": between, "code": code, "after": what_is_left(self.dossier_id, self.job_id)}

    def given_up(self):
        from archive.actions.retry_sealing import give_up_sealing
        from repository.actors import actor_of
        from repository.clock import clock_at, now
        from repository.jobs.sweeper import sweep
        from repository.models import Job, User

        Job.objects.filter(pk=self.job_id).update(attempt=99)
        with clock_at(now() + timedelta(minutes=10)):
            sweep(wake=False)
        archivist = actor_of(User.objects.get(username="archivist"))
        give_up_sealing(self.dossier_id, "Ổ đĩa hỏng", actor=archivist)


def main(data: Path) -> None:
    os.environ["REPOSITORY_DATA"] = str(data)
    os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
    for name in ("DATABASE_URL", "ELASTICSEARCH_URL", "TIKA_SERVER_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    django.setup()
    from repository.jobs import sweeper, tasks

    tasks.send = sweeper.send = lambda job_id: None
    if not (data / "vankho.sqlite3").exists():
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
    from django.db import connection

    from tests.cast import Cast, build_world
    from tests.records import Records

    dossier, job = Records(Cast(build_world())).sealing(documents=3)
    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    kept = data / "kept"
    kept.mkdir()
    shutil.copyfile(data / "vankho.sqlite3", kept / "vankho.sqlite3")
    shutil.copytree(data / "blobs", kept / "blobs")

    def scene():
        return Scene(data, kept, dossier.pk, job.pk)

    found = {point.__name__: scene().killed_at(point) for point in POINTS}
    found["two_at_once"] = scene().two_at_once()
    for name, (module, function) in {
        "paused_before_staging": ("archive.store", "staging_for"),
        "paused_before_validation": ("archive.build", "validate"),
        "paused_before_rename": ("archive.seal", "_place"),
        "paused_before_taking_stock": ("archive.seal", "take_stock"),
    }.items():
        found[name] = scene().paused(module, function, lambda: work_once(job.pk, later=True))
    last = scene()
    found["paused_and_given_up"] = last.paused("archive.seal", "_place", last.given_up)
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
