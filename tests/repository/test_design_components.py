"""Components through the template engine, as pages use them."""

import json
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from repository.clock import clock_at
from repository.component_tags.words import marked
from repository.components import JobView, Place
from repository.refusals import Blocker, Refused

NOW = datetime(2026, 11, 22, 2, 41, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_english_at_a_known_time():
    with translation.override("en"), clock_at(NOW):
        yield


def rendered(source: str, **context) -> str:
    return Template("{% load vk %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("indication", "outcome", "shape", "word"),
    [
        ("TOTAL-PASSED", "VALID", "pass", "Passed"),
        ("INDETERMINATE", "VALID", "unsure", "Not determined"),
        ("TOTAL-FAILED", None, "fail", "Failed"),
        ("NONE", None, "none", "No signature"),
        (None, None, "wait", "Not checked yet"),
        (None, "NO_SIGNATURE", "none", "No signature"),
        (None, "TAMPERED", "fail", "Failed"),
        ("SOMETHING-NEW", None, "unsure", "Not determined"),
    ],
)
def test_a_verdict_has_shape_and_word(indication, outcome, shape, word):
    html = rendered("{% verdict indication outcome %}", indication=indication, outcome=outcome)

    assert f"vk-verdict--{shape}" in html
    assert f"#v-{shape}" in html
    assert word in html


def test_an_outcome_alone_never_reads_passed():
    assert "vk-verdict--pass" not in rendered('{% verdict None "VALID" %}')


def test_a_refusal_tells_all_blockers_with_their_remedies_and_strikes_out_the_mended():
    refused = Refused(
        "close",
        None,
        [
            Blocker("a", "2 documents not confirmed", "Nobody looked.", "Confirm them.", "/confirm/", "Confirm 2"),
            Blocker("b", "No retention <script>", "", "Choose a class.", "/edit/"),
        ],
    )
    html = rendered("{% refusal refused mended=mended %}", refused=refused, mended=["No subject"])

    assert 'role="alert"' in html
    assert "Not closed yet: 2 things left" in html
    assert '<a class="vk-btn" href="/confirm/">Confirm 2</a>' in html
    assert "Confirm them." in html
    assert "Go there" in html
    assert "&lt;script&gt;" in html
    assert html.index("No subject") > html.index("No retention")


def event(kind: str, actor_id=None, label: str = "Lương Thị Hạ (ha.lt)", what: str = "04.ATGT-2025", **details):
    body = json.dumps({"details": details}).encode()
    return SimpleNamespace(
        kind=kind, at=NOW - timedelta(minutes=5), actor_id=actor_id, actor_label=label, object_label=what, body=body
    )


def test_events_read_as_sentences_with_the_exact_time_behind():
    html = rendered("{% timeline events %}", events=[event("dossier.closed", documents=1204)])

    assert "Lương Thị Hạ closed the dossier, 1,204 documents." in html
    assert "5 minutes ago" in html
    assert 'title="22/11/2026 09:36:00"' in html
    assert "is-key" in html


def test_what_the_reader_did_is_told_as_you():
    me = SimpleNamespace(pk=uuid4())
    assert "You opened the dossier 04.ATGT-2025." in rendered(
        "{% timeline events me %}", events=[event("dossier.opened", me.pk)], me=me
    )


def test_an_event_of_an_unknown_kind_or_with_missing_details_is_still_readable():
    html = rendered("{% timeline events %}", events=[event("box.moved_to_shelf"), event("dossier.closed")])

    assert "Lương Thị Hạ: box moved to shelf 04.ATGT-2025" in html
    assert "closed the dossier, … documents." in html


def test_details_that_are_things_or_dates_are_told_by_label_and_day():
    given = event("grant.given", to={"id": "1", "label": "Ngô Bá Thuần"}, until="2027-01-01T00:00:00+07:00")
    html = rendered("{% timeline events %}", events=[given])

    assert "Lương Thị Hạ let Ngô Bá Thuần read 04.ATGT-2025 until 01/01/2027." in html


def test_a_reason_is_quoted_once():
    html = rendered(
        "{% timeline events %}",
        events=[event("dossier.returned", reason="Thiếu biên bản."), event("dossier.reopened", reason="Bổ sung.")],
    )

    assert html.count("Thiếu biên bản.") == 1
    assert "<small>“Bổ sung.”</small>" in html


def test_progress_shows_count_rate_time_left_and_failures():
    html = rendered('{% progress 214 320 1 38 180 label="Receiving" failed_url="/failed/" %}')

    assert 'value="67"' in html
    assert "214/320" in html
    assert "38 a minute" in html
    assert "about 3 minutes left" in html
    assert '<a class="vk-link" href="/failed/">1 failed</a>' in html


def test_a_running_job_computes_its_rate_and_a_waiting_one_claims_none():
    row = {"kind": "intake", "dossier_id": None, "done": 30, "failed": 0, "total": 90, "message": ""}
    running = JobView.of(SimpleNamespace(state="running", started_at=NOW - timedelta(minutes=1), **row), NOW)
    waiting = JobView.of(SimpleNamespace(state="queued", started_at=None, **row), NOW)

    assert (round(running.rate), round(running.left)) == (30, 120)
    assert (waiting.rate, waiting.left) == (None, None)


def test_the_sum_behind_a_date_takes_stored_lines_and_tuples():
    lines = [{"op": "", "label": "Work ended", "value": "2025-12-18"}, ("=", "Due", date(2046, 1, 1))]
    html = rendered("{% sum lines %}", lines=lines)

    assert "<dd>18/12/2025</dd>" in html
    assert 'data-op="="' in html
    assert "<dd>01/01/2046</dd>" in html


def test_marks_are_set_around_spans_and_everything_else_is_escaped():
    assert (
        rendered("{% marked text spans %}", text="a<b> c", spans=[(1, 2), (5, 6)])
        == "a<mark>&lt;</mark>b&gt; <mark>c</mark>"
    )


def test_a_hit_escapes_its_title_unless_it_was_marked():
    html = rendered(
        "{% hit hit %}", hit={"title": "<b>x</b>", "url": "/d/", "number": "41/KH-UBND", "indication": "TOTAL-PASSED"}
    )

    assert "&lt;b&gt;x" in html
    assert "data-row-link" in html


def test_paging_is_by_links_and_says_nothing_where_there_is_nothing_more():
    assert rendered("{% pager %}").strip() == ""
    assert 'rel="next" href="?after=x"' in rendered('{% pager next_url="?after=x" shown=25 total=280 step=25 %}')


def test_a_field_ties_help_and_error_to_its_widget():
    from django import forms

    class One(forms.Form):
        subject = forms.CharField(help_text="As printed.")

    html = rendered("{% field form.subject %}", form=One({}))

    assert 'aria-describedby="id_subject_help id_subject_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_subject_error"' in html


def test_places_may_be_given_as_tuples_or_mappings():
    given = [("Search", "/s/", True), {"label": "Dossiers", "url": "/d/", "count": 3, "unknown": 1}]
    assert [Place.of(raw) for raw in given] == [Place("Search", "/s/", True), Place("Dossiers", "/d/", False, 3)]


@pytest.mark.parametrize(
    ("cookie", "written"),
    [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ('"><script>', ""), ("", "")],
)
def test_the_theme_comes_from_the_cookie_and_only_a_known_one(cookie, written):
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = cookie
    assert rendered("{% theme_attribute %}", request=request) == written


def test_a_drop_field_works_without_script_as_a_plain_form():
    html = rendered('{% drop "/take/" form_url="/take-form/" %}', csrf_token="t")

    assert 'action="/take-form/" enctype="multipart/form-data"' in html
    assert 'type="file" name="files" multiple' in html
    assert 'data-url="/take/"' in html


def test_found_words_that_follow_each_other_are_one_mark_and_others_are_not():
    text = "trật tự, an <toàn>"
    assert marked(text, [(0, 4), (5, 7), (9, 11)]) == "<mark>trật tự</mark>, <mark>an</mark> &lt;toàn&gt;"
