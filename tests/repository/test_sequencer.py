"""Events get an order that cannot be bent afterwards."""

import hashlib

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from repository.guards import install, remove
from repository.models import Checkpoint, Event, EventPosition
from repository.sequencer import Frontier, check_events, leaf, node, sequence


def tree_root(hashes):
    """RFC 9162, 2.1.1, as it is written there."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return leaf(hashes[0])
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node(tree_root(hashes[:k]), tree_root(hashes[k:]))


@given(st.integers(0, 70), st.integers(0, 70))
def test_a_frontier_that_is_stored_and_continued_gives_the_root_of_the_whole_tree(first, second):
    hashes = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(first + second)]
    frontier = Frontier()
    for value in hashes[:first]:
        frontier.add(value)
    frontier = Frontier(frontier.state())
    for value in hashes[first:]:
        frontier.add(value)
    assert frontier.root() == tree_root(hashes).hex()


@pytest.mark.django_db
def test_every_event_gets_one_position_and_a_second_run_has_nothing_to_do(records):
    records.document(records.dossier())
    assert sequence() == Event.objects.count() > 0
    assert sequence() == 0
    assert list(check_events()) == []
    assert Checkpoint.objects.order_by("-size").first().size == EventPosition.objects.count()


@pytest.mark.django_db
def test_an_event_that_commits_late_is_still_placed(records, cast):
    records.dossier()
    late = Event.objects.order_by("id").first()
    positions = list(Event.objects.order_by("id").values_list("pk", flat=True))
    assert late.pk == positions[0]
    sequence()
    records.dossier("Sau")
    older = Event.objects.latest("id")
    # Its identity is older than events that are placed already, as if its transaction had been slow.
    remove(connection)
    Event.objects.filter(pk=older.pk).update(id="00000000-0000-7000-8000-000000000001")
    install(connection)
    assert sequence(all_of_time=True) >= 1
    assert EventPosition.objects.count() == Event.objects.count()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "what"), [("body", "event-changed"), ("gone", "event-missing"), ("chain", "chain-broken")]
)
def test_a_change_made_behind_the_guards_is_found_where_it_was_made(records, change, what):
    records.document(records.dossier())
    sequence()
    victim = EventPosition.objects.order_by("position")[1]
    remove(connection)
    try:
        if change == "body":
            Event.objects.filter(pk=victim.event_id).update(body=b"{}")
        elif change == "gone":
            Event.objects.filter(pk=victim.event_id).delete()
        else:
            EventPosition.objects.filter(pk=victim.pk).update(chain="0" * 64)
    finally:
        install(connection)
    assert (victim.position, what) in {(broken.position, broken.what) for broken in check_events()}
