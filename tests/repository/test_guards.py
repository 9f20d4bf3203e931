"""The database refuses by itself: raw SQL after all migrations, on SQLite and on PostgreSQL."""

import pytest
from django.db import Error, connection, transaction

from repository.events import history_of
from repository.guards import guards
from repository.models import Dossier

pytestmark = [pytest.mark.django_db, pytest.mark.both_profiles]


def refused(sql, *params):
    """Run one statement as anybody with the connection could; whether the database refused it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, params)
    except Error:
        return True
    return False


def columns_of(table):
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


@pytest.fixture
def everything(cast, records):
    """At least one row in every guarded table of the repository that actions fill."""
    from repository.actions.holds import place_hold
    from repository.sequencer import sequence

    dossier = records.sealed_row()
    place_hold(dossier.pk, "Lệnh thanh tra", actor=cast.chief)
    sequence(all_of_time=True)
    return dossier


def guarded(*, delete):
    return [guard for guard in guards() if guard.delete is delete]


def test_no_row_of_a_record_can_be_deleted(everything):
    tried = 0
    for guard in guarded(delete=False):
        if guard.model._base_manager.exists():
            tried += 1
            assert refused(f"DELETE FROM {guard.table}"), guard.table
            assert guard.model._base_manager.exists(), guard.table
    assert tried >= 10, "the attack must have something to attack"


def test_no_row_of_a_record_can_be_replaced(everything):
    if connection.vendor != "sqlite":
        pytest.skip("REPLACE is SQLite's; on PostgreSQL its place is taken by ON CONFLICT, which is an update")
    for pragma in ("OFF", "ON"):
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA recursive_triggers={pragma}")
        for guard in guarded(delete=False):
            if guard.model._base_manager.exists():
                names = ", ".join(f'"{name}"' for name in columns_of(guard.table))
                assert refused(
                    f"INSERT OR REPLACE INTO {guard.table} ({names}) SELECT {names} FROM {guard.table} LIMIT 1"
                ), (guard.table, pragma)


def test_no_table_of_records_can_be_truncated(everything):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    for guard in guards():
        assert refused(f"TRUNCATE {guard.table} CASCADE"), guard.table


def test_events_cannot_be_changed(everything):
    for column, value in (("kind", "x"), ("actor_label", "x"), ("sha256", "0" * 64), ("body", b"x")):
        assert refused(f"UPDATE repository_event SET {column} = %s", value), column


def test_files_and_verdicts_cannot_be_changed(everything):
    assert refused("UPDATE repository_file SET sha256 = %s", "0" * 64)
    assert refused("UPDATE repository_file SET name = %s", "x")
    assert refused("UPDATE repository_version SET reason = %s", "x")


def test_a_sealed_dossier_and_its_documents_are_read_only(everything):
    for column, value in (("title", "x"), ("maintenance", "07"), ("sealed_at", None), ("revision", 99)):
        assert refused(f"UPDATE repository_dossier SET {column} = %s WHERE sealed_at IS NOT NULL", value), column
    assert refused("UPDATE repository_document SET subject = %s WHERE sealed_at IS NOT NULL", "x")
    assert refused("UPDATE repository_document SET sealed_at = NULL WHERE sealed_at IS NOT NULL")


def test_a_sealed_dossier_goes_back_to_no_earlier_state_and_is_not_destroyed(everything):
    for state in ("open", "closed", "submitted", "returned", "sealing", "destroyed", "transferred"):
        assert refused("UPDATE repository_dossier SET state = %s WHERE sealed_at IS NOT NULL", state), state
    assert not refused("UPDATE repository_dossier SET state = %s WHERE sealed_at IS NOT NULL", "appraisal")


def test_documents_neither_enter_nor_leave_a_sealed_dossier(everything, records):
    other = records.document(records.dossier("Hồ sơ khác"))
    assert refused("DELETE FROM repository_placement WHERE dossier_id = %s", key(everything.pk))
    assert refused("UPDATE repository_placement SET number = number + 100 WHERE dossier_id = %s", key(everything.pk))
    assert refused(
        "UPDATE repository_placement SET dossier_id = %s WHERE document_id = %s", key(everything.pk), key(other.pk)
    )


def test_a_dossier_is_not_made_archived_without_being_sealed(records):
    records.dossier()
    assert refused("UPDATE repository_dossier SET state = %s", "archived")


def test_what_is_still_open_can_be_changed(records):
    dossier = records.dossier()
    assert not refused("UPDATE repository_dossier SET title = %s WHERE id = %s", "Tên mới", key(dossier.pk))
    assert Dossier.objects.get(pk=dossier.pk).title == "Tên mới"
    assert history_of(dossier).exists()


def key(pk):
    return pk.hex if connection.vendor == "sqlite" else pk
