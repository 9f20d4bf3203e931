"""Meaning, where an operator has set a model: what says the same in other words is found, by whom may see it, and the words answer without it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from django.urls import reverse

from repository.actions.grants import give_grant
from repository.clock import now
from repository.models import Document, Extraction
from search import outbox
from search.indexer import drain, engine
from search.meaning import stores
from search.meaning.job import drain as make_vectors
from search.meaning.models import FromFolder, MeaningDown
from search.meaning.queue import put, waiting
from search.models import Meaning
from search.service import find
from tests.search.embeddings import service

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_profiles]

PAPERS = {
    "Mua ô tô phục vụ công tác": "Bố trí ô tô cho các đơn vị.",
    "Thanh lý xe hơi cũ": "Bán đấu giá xe hơi đã hết khấu hao.",
    "Phòng chống ngập lụt": "Trực ban khi có ngập lụt ở hạ lưu.",
    "Sửa chữa trường học": "Sơn lại trường học trước ngày khai giảng.",
}


@pytest.fixture
def meaning(settings):
    with service() as running:
        settings.MEANING_URL, settings.MEANING_FOLDER = running.url, None
        settings.MEANING_MODEL, settings.MEANING_API_KEY, settings.MEANING_SECONDS = "thử", "khóa", 5
        yield running


@pytest.fixture
def filed(records) -> dict[str, Document]:
    dossier = records.dossier()
    made = {}
    for subject, text in PAPERS.items():
        document = records.document(dossier, subject=subject)
        Extraction.objects.create(
            file=document.versions.get().files.get(), text=text, pages=[0], engine="thử", made_at=now()
        )
        made[subject] = document
    ids = [document.pk for document in made.values()]
    outbox.put(ids)
    put(ids)
    drain()
    return made


def subjects(typed, actor, **asked):
    return [hit.document.subject for hit in find(typed, actor=actor, **asked).hits]


def test_without_a_model_nothing_is_kept_and_the_words_alone_answer(filed, cast):
    assert not Meaning.objects.exists()
    assert make_vectors() == 0
    assert subjects("xe hơi", cast.reader) == ["Thanh lý xe hơi cũ"]


def test_what_says_the_same_in_other_words_stands_behind_what_has_the_words(meaning, filed, cast):
    assert make_vectors() == 4
    found = find("xe hơi", actor=cast.reader)
    assert [hit.document.subject for hit in found.hits][:2] == ["Thanh lý xe hơi cũ", "Mua ô tô phục vụ công tác"]
    assert (found.total, found.near, found.words_only) == (1, 3, False)
    texts = [each for asked in meaning.asked for each in asked["input"]]
    assert {asked["key"] for asked in meaning.asked} == {"Bearer khóa"}
    assert {asked["path"] for asked in meaning.asked} == {"/v1/embeddings"}
    assert "Mua ô tô phục vụ công tác\nBố trí ô tô cho các đơn vị." in texts
    assert texts[-1] == "xe hơi"


def test_who_may_not_see_a_document_learns_nothing_of_it_by_its_meaning(meaning, filed, cast):
    make_vectors()
    for actor in (cast.outsider, cast.stranger, cast.superuser, cast.administrator):
        found = find("xe hơi", actor=actor)
        assert (found.total, found.near, found.hits) == (0, 0, [])
    only = filed["Mua ô tô phục vụ công tác"]
    give_grant(only, cast.stranger.id, "Nghiên cứu", now().replace(year=now().year + 1), actor=cast.chief)
    drain()
    found = find("xe hơi", actor=cast.stranger)
    assert (found.total, found.near, [hit.document for hit in found.hits]) == (0, 1, [only])


def test_what_is_asked_by_form_holds_for_meaning_too(meaning, filed, cast):
    make_vectors()
    assert "Mua ô tô phục vụ công tác" not in subjects("xe hơi -đơn vị", cast.reader)
    assert subjects("xe hơi ngay:1990", cast.reader) == []
    assert subjects("xe hơi", cast.reader, filters={"state": ("archived",)}) == []


def test_the_list_goes_on_without_repeating_itself(meaning, filed, cast, settings):
    make_vectors()
    seen, after = [], None
    for _ in range(9):
        page = find("xe hơi", actor=cast.reader, limit=1, after=after)
        seen += [hit.document.subject for hit in page.hits]
        after = page.after
        if after is None:
            break
    assert sorted(seen) == sorted(PAPERS)


def test_a_service_that_fails_leaves_the_words_and_the_page_says_so(meaning, filed, cast, client_of):
    make_vectors()
    meaning.fails = True
    found = find("nước dâng ngập", actor=cast.reader)
    assert found.words_only
    page = client_of(cast.reader).get(reverse("search"), {"q": "xe hơi"}).content.decode()
    assert "Thanh lý" in page and "theo nghĩa" in page
    put([filed["Phòng chống ngập lụt"].pk])
    Document.objects.filter(pk=filed["Phòng chống ngập lụt"].pk).update(subject="Phòng chống nước dâng")
    with pytest.raises(MeaningDown):
        make_vectors()
    assert len(waiting(10)) == 1


def test_another_model_makes_every_vector_anew_and_none_is_compared_across(meaning, filed, cast, settings):
    make_vectors()
    before = len(meaning.asked)
    settings.MEANING_MODEL = "thử-2"
    # Nothing of the old model is read for the new one's question.
    assert find("xe hơi", actor=cast.reader).near == 0
    assert make_vectors() == 4
    assert find("xe hơi", actor=cast.reader).near == 3
    assert {asked["model"] for asked in meaning.asked[before:]} == {"thử-2"}
    assert make_vectors() == 0


def test_an_unchanged_text_is_not_sent_again_and_a_document_that_is_gone_is_forgotten(meaning, filed, cast):
    make_vectors()
    sent = len(meaning.asked)
    put([document.pk for document in filed.values()])
    assert make_vectors() == 0
    assert (len(meaning.asked), waiting(10)) == (sent, [])


def test_vectors_in_the_file_and_younger_ones_are_found_alike(meaning, filed, cast, monkeypatch):
    monkeypatch.setattr(stores, "TAIL", 0)
    make_vectors()
    monkeypatch.undo()
    assert subjects("xe hơi", cast.reader)[1] == "Mua ô tô phục vụ công tác"
    changed = filed["Sửa chữa trường học"]
    Document.objects.filter(pk=changed.pk).update(subject="Xe hơi xe hơi ô tô")
    put([changed.pk])
    make_vectors()
    assert find("ô tô", actor=cast.reader).hits[1].document.pk == changed.pk


def test_who_is_killed_before_all_is_noted_leaves_no_document_without_a_vector(meaning, filed, cast, monkeypatch):
    # As where a model is set later: nothing was noted of the documents there were.
    Meaning.objects.all().delete()

    def dies(model):
        raise KeyboardInterrupt

    kill_vectors(monkeypatch, "search.meaning.job.queue.put_everything", dies)
    assert make_vectors() == 4
    assert find("xe hơi", actor=cast.reader).near == 3


def test_a_lost_store_that_is_killed_on_its_return_returns_whole(meaning, filed, cast, monkeypatch, settings):
    make_vectors()
    lose_vectors(settings)
    monkeypatch.setattr(stores, "_CHUNK", 2)
    monkeypatch.setattr(stores, "TAIL", 0)
    chunks = stores._chunks

    def dies(rows):
        yield next(chunks(rows))
        raise KeyboardInterrupt

    kill_vectors(monkeypatch, "search.meaning.stores._chunks", dies)
    sent = len(meaning.asked)
    assert make_vectors() == 0
    assert find("xe hơi", actor=cast.reader).near == 3
    assert len(meaning.asked) == sent + 1, "the question alone: the vectors were kept"


def kill_vectors(monkeypatch, where, dies):
    with monkeypatch.context() as dying:
        dying.setattr(where, dies)
        with pytest.raises(KeyboardInterrupt):
            make_vectors()


def lose_vectors(settings):
    if settings.ELASTICSEARCH_URL:
        client = engine().client
        client.indices.delete(index=list(client.indices.get(index=f"{settings.ELASTICSEARCH_INDEX}-meaning-*")))
    else:
        shutil.rmtree(Path(settings.INDEX) / "meaning")


def test_a_model_in_a_folder_serves_without_a_network(tmp_path, settings, filed, cast):
    static_model(tmp_path)
    settings.MEANING_URL, settings.MEANING_FOLDER = None, str(tmp_path)
    put([document.pk for document in filed.values()])
    assert make_vectors() == 4
    assert subjects("xe hơi", cast.reader)[:2] == ["Thanh lý xe hơi cũ", "Mua ô tô phục vụ công tác"]


def test_a_folder_without_a_model_is_no_model(tmp_path):
    with pytest.raises(MeaningDown):
        FromFolder(tmp_path)


def static_model(folder):
    """A real static model, of twelve words: `ô`, `tô`, `xe` and `hơi` lie in one direction, each other word in one of its own."""
    from model2vec import StaticModel
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.normalizers import Lowercase
    from tokenizers.pre_tokenizers import Whitespace

    words = ["[UNK]", "ô", "tô", "xe", "hơi", "mua", "bán", "phòng", "lụt", "trường", "học", "sửa"]
    tokenizer = Tokenizer(WordLevel({word: place for place, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = Lowercase(), Whitespace()
    vectors = np.eye(len(words), dtype=np.float32)
    vectors[1:5] = vectors[1]
    vectors[0] *= 0.1
    StaticModel(vectors, tokenizer).save_pretrained(folder)
