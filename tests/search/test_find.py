"""Searching as a person: what is found, what is shown of it, and what must not show."""

import pytest

from repository.actions.grants import end_grant, give_grant
from repository.clock import now
from repository.codes import Secrecy
from repository.models import Document, Dossier
from search import outbox
from search.indexer import drain, engine
from search.models import Outbox
from search.rebuild import reindex
from search.service import find

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_profiles]

TEXT = "Ủy ban nhân dân tỉnh ban hành Kế hoạch phòng, chống thiên tai. Trách nhiệm của Sở Xây dựng như sau."


@pytest.fixture
def filed(records):
    from repository.models import Extraction

    dossier = records.dossier()
    document = records.document(dossier, subject="Phòng, chống thiên tai năm 2025", number="41", notation="KH-UBND")
    file = document.versions.get().files.get()
    Extraction.objects.create(file=file, text=TEXT, pages=[0], engine="thử", made_at=now())
    outbox.put([document.pk])
    drain()
    return document


def found(typed, actor, **asked):
    return [hit.document for hit in find(typed, actor=actor, **asked).hits]


def test_typed_with_or_without_accents_or_by_number_it_is_found(filed, cast):
    for typed in ("thiên tai", "thien tai", "THIÊN TAI", "41/KH-UBND", "41/kh-ubnd", '"thiên tai"'):
        assert found(typed, cast.reader) == [filed], typed


def test_the_words_are_marked_in_the_accents_of_the_text(filed, cast):
    hit = find("trach nhiem so xay dung", actor=cast.reader).hits[0]
    marked = [TEXT[mark.start : mark.end] for piece in hit.snippets for mark in piece.marks]
    assert "Trách nhiệm" in " ".join(marked) or {"Trách", "nhiệm"} <= set(marked)


def test_who_may_not_see_it_learns_nothing_not_even_a_count(filed, cast):
    for actor in (cast.outsider, cast.department_reader, cast.stranger, cast.superuser, cast.administrator):
        results = find("thiên tai", actor=actor)
        assert (results.total, results.hits) == (0, [])
        assert not any(results.facets.values())


def test_a_grant_opens_it_and_its_end_closes_it_without_a_new_index(filed, cast):
    later = now().replace(year=now().year + 1)
    grant = give_grant(filed, cast.stranger.id, "Nghiên cứu", later, actor=cast.chief)
    drain()
    assert found("thiên tai", cast.stranger) == [filed]
    end_grant(grant.pk, actor=cast.chief)
    assert found("thiên tai", cast.stranger) == []


def test_a_document_made_secret_goes_from_results_before_the_index_knows(filed, cast):
    Document.objects.filter(pk=filed.pk).update(secrecy=Secrecy.SECRET)
    assert found("thiên tai", cast.reader) == []
    outbox.put([filed.pk])
    drain()
    assert find("thiên tai", actor=cast.reader).total == 0


def test_where_no_document_has_every_word_the_nearest_are_shown_and_named_as_such(filed, cast):
    results = find("thiên tai bão lũ", actor=cast.reader)
    assert [hit.document for hit in results.hits] == [filed] and results.loosened
    assert not find("thiên tai", actor=cast.reader).loosened


def test_facets_count_only_what_may_be_seen(filed, records, cast):
    other = records.document(records.dossier("Xã", by=cast.outsider, entry=cast.world.commune_entry), by=cast.outsider)
    Dossier.objects.filter(placements__document=other)
    drain()
    facets = find("", actor=cast.reader).facets
    assert sum(facets["type"].values()) == Document.objects.visible_to(cast.reader).count() == 1
    assert str(cast.world.commune.serial) not in facets["agency"]


def test_the_index_holds_what_the_database_says_after_a_rebuild(filed, records, cast):
    records.document(records.dossier("Khác"))
    drain()
    assert reindex() == Document.objects.count()
    held = {row.id: row.version for row in engine().scan() if not row.deleted}
    assert held == {str(row.document_id): row.revision for row in Outbox.objects.all()}
    assert found("thiên tai", cast.reader) == [filed]


def test_a_change_written_while_nobody_indexes_waits_in_the_outbox(filed, cast, records):
    from repository.actions.confirm_document import confirm_document

    confirm_document(filed.pk, {"subject": "Ứng phó bão số 9"}, actor=cast.clerk)
    assert outbox.lag()[0] == 1
    assert found("ứng phó", cast.reader) == []
    assert drain() == 1
    assert found("ung pho", cast.reader) == [filed] and outbox.lag()[0] == 0


def test_an_address_with_an_end_of_page_that_is_none_shows_the_first_page(filed, cast, client_of):
    for after in ("x", "[1]", "[1,2,3]", '["a","b"]'):
        page = client_of(cast.reader).get("/search/", {"q": "thiên tai", "after": after, "agency": "²"})
        assert page.status_code == 200, after
        assert client_of(cast.reader).get("/search/", {"q": "thiên tai", "after": after}).context["total"] == 1, after
