"""The measure of relevance: a collection with known answers, and an end with failure where too little is found."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

LAWS = {
    "Luật Đất đai@1": "Thu hồi đất\n\nNhà nước thu hồi đất vì mục đích quốc phòng.",
    "Luật Đất đai@2": "Giao đất\n\nNhà nước giao đất có thu tiền sử dụng đất.",
    "Luật Phòng, chống ma túy@1": "Cai nghiện\n\nNgười nghiện ma túy phải cai nghiện bắt buộc.",
}


@pytest.fixture
def collection(tmp_path, settings):
    settings.ELASTICSEARCH_URL = None

    def write(**answers):
        rows = [{"id": key, "text": text} for key, text in LAWS.items()]
        asked = [{"id": text, "text": text.replace("_", " "), "rel": [law]} for text, law in answers.items()]
        for name, lines in (("corpus", rows), ("queries", asked)):
            text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
            (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_what_each_part_of_the_order_brings_is_said_in_figures(collection):
    folder = collection(thu_hồi_đất="Luật Đất đai@1", cai_nghiện_ma_túy="Luật Phòng, chống ma túy@1")
    out = StringIO()

    call_command("bench_relevance", samples=folder, json=True, fit=True, stdout=out)

    figures = json.loads(out.getvalue())
    assert figures["engines"]["tantivy, with subject"] == dict.fromkeys(
        ("with marks", "typed without"), "1.000 / 1.000 / 1.000"
    )
    assert {"all parts", "without pairs", "without abbreviations"} <= set(figures["ablation"])
    assert figures["folds"]["as set"] == "1.000 / 1.000 / 1.000"


def test_too_little_found_is_a_failure(collection):
    with pytest.raises(CommandError, match="asked are"):
        call_command("bench_relevance", samples=collection(cai_nghiện="Luật Đất đai@2"), stdout=StringIO())
    with pytest.raises(CommandError, match="no collection"):
        call_command("bench_relevance", samples=collection(a="b") / "nowhere", stdout=StringIO())
