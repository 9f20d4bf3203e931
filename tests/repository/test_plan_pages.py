"""The file plan as people use it: the tree and its figures, finding a heading, editing, the copy to another year, the table out and in."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from repository.codes import Maintenance
from repository.jobs.engine import work
from repository.models import Dossier, Event, FilePlan, FilePlanEntry, Job, RecordClass
from repository.plan_table import file_name

pytestmark = pytest.mark.django_db


@pytest.fixture
def archivist(client_of, cast):
    return client_of(cast.archivist)


def said(answer) -> str:
    return answer.content.decode()


def many(plan, count, *, parent=None, start=0):
    rows = [
        FilePlanEntry(plan=plan, parent=parent, notation=f"{n:02d}.VB", title=f"Hồ sơ quản lý văn bản số {n}")
        for n in range(start, start + count)
    ]
    return FilePlanEntry.objects.bulk_create(rows, batch_size=1000)


# ── the tree ────────────────────────────────────────────────────────────────


def test_the_tree_shows_the_year_its_agencies_and_headings_with_sums_of_those_below(archivist, cast, records):
    w = cast.world
    below = FilePlanEntry.objects.create(plan=w.plan, parent=w.entry, notation="04.ATGT.1", title="Kiểm tra tải trọng")
    records.dossier("Một")
    records.dossier("Hai", entry=below)
    page = archivist.get(reverse("plan"), {"year": 2025})
    assert [node.plan for node in page.context["nodes"]] == [w.plan]
    node = page.context["nodes"][0]
    assert (node.open, node.all) == (2, 2)
    heading = node.children[0]
    assert (heading.entry, heading.open, heading.all, heading.below) == (w.entry, 2, 2, True)
    branch = archivist.get(reverse("plan_branch"), {"heading": w.entry.pk}, HTTP_HX_REQUEST="true")
    assert "Kiểm tra tải trọng" in said(branch)
    assert "<html" not in said(branch)


def test_without_script_a_link_opens_the_way_to_a_heading(archivist, cast):
    w = cast.world
    below = FilePlanEntry.objects.create(plan=w.plan, parent=w.entry, notation="04.ATGT.1", title="Kiểm tra tải trọng")
    page = archivist.get(reverse("plan"), {"at": w.entry.pk})
    assert below.title in said(page)
    assert "<html" in said(archivist.get(reverse("plan_branch"), {"heading": w.entry.pk}))


def test_agencies_hang_under_the_nearest_one_above_that_has_a_plan(archivist, cast):
    w = cast.world
    top = FilePlan.objects.create(agency=w.province, year=2025)
    nodes = archivist.get(reverse("plan"), {"year": 2025}).context["nodes"]
    assert [node.plan for node in nodes] == [top]
    assert [child.plan for child in nodes[0].children] == [w.plan]


def test_the_year_shown_is_this_one_or_the_last_before_it(archivist, cast, frozen_clock):
    FilePlan.objects.create(agency=cast.world.office, year=2028)
    page = archivist.get(reverse("plan"))
    assert page.context["year"] == 2025
    assert [one["label"] for one in page.context["years"]] == [2028, 2025]


def test_an_outsider_sees_nothing_of_the_plan(client_of, cast):
    client, w = client_of(cast.outsider), cast.world
    assert w.entry.title not in said(client.get(reverse("plan"), {"year": 2025, "at": w.entry.pk}))
    assert w.entry.title not in said(client.get(reverse("plan"), {"year": 2025, "q": "giao thong"}))
    for name, pk in (
        ("heading", w.entry.pk),
        ("plan_of", w.plan.pk),
        ("plan_table", w.plan.pk),
        ("plan_copy", w.plan.pk),
    ):
        assert client.get(reverse(name, args=[pk])).status_code == 404, name
    assert client.get(reverse("plan_branch"), {"plan": w.plan.pk}).status_code == 404


def test_counts_are_of_dossiers_the_person_may_see(client_of, cast, records):
    w = cast.world
    dossier = records.dossier("Kín")
    Dossier.objects.filter(pk=dossier.pk).update(secrecy=2)
    node = client_of(cast.archivist).get(reverse("plan"), {"year": 2025}).context["nodes"][0]
    assert (node.plan, node.all) == (w.plan, 0)


def test_a_heading_is_found_by_notation_or_words_with_or_without_accents(archivist, cast):
    for words in ("04.atgt", "an toan giao", "GIAO THÔNG an", "toàn", "atgt"):
        page = archivist.get(reverse("plan"), {"year": 2025, "q": words})
        assert [node.entry for node in page.context["nodes"]] == [cast.world.entry], words
    assert "<mark>" in said(archivist.get(reverse("plan"), {"year": 2025, "q": "giao thong"}))
    assert not archivist.get(reverse("plan"), {"year": 2025, "q": "oan"}).context["nodes"]


def test_ten_thousand_headings_cost_no_more_queries_than_ten(archivist, cast, records):
    w = cast.world
    archivist.get(reverse("plan"))
    figures = {}
    pages = {
        "tree": (reverse("plan"), {"year": 2025}),
        "find": (reverse("plan"), {"year": 2025, "q": "van ban 1"}),
        "branch": (reverse("plan_branch"), {"plan": w.plan.pk}),
        "plan": (reverse("plan_of", args=[w.plan.pk]), {}),
        "heading": (reverse("heading", args=[w.entry.pk]), {}),
    }
    records.dossier("Một")
    for size in (10, 10_000):
        many(w.plan, size - w.plan.entries.count(), start=w.plan.entries.count() + 10)
        for name, (url, asked) in pages.items():
            archivist.get(url, asked)
            with CaptureQueriesContext(connection) as queries:
                assert archivist.get(url, asked).status_code == 200
            figures[name, size] = len(queries)
    for name in pages:
        few, many_ = figures[name, 10], figures[name, 10_000]
        assert few > 1
        assert many_ <= few <= 30, (name, few, many_)


def test_a_long_branch_goes_on_where_it_stopped(archivist, cast):
    many(cast.world.plan, 120, start=200)
    first = archivist.get(reverse("plan_of", args=[cast.world.plan.pk]))
    last = first.context["nodes"][-1]
    assert last.more
    more = archivist.get(
        reverse("plan_branch"), {"plan": cast.world.plan.pk, "after": last.more}, HTTP_HX_REQUEST="true"
    )
    shown = [node.entry.notation for node in [*first.context["nodes"], *more.context["nodes"]]]
    assert shown == sorted(cast.world.plan.entries.values_list("notation", flat=True))


# ── editing ─────────────────────────────────────────────────────────────────


def test_an_archivist_adds_changes_moves_and_removes_headings(archivist, cast):
    plan = cast.world.plan
    add = reverse("heading_add", args=[plan.pk])
    assert archivist.post(add, {"title": "Tổ chức cán bộ"}).status_code == 302
    made = plan.entries.get(title="Tổ chức cán bộ")
    assert made.notation == "05.TCCB"
    archivist.post(add, {"title": "Tuyển dụng", "above": "05.tccb"})
    lower = plan.entries.get(title="Tuyển dụng")
    assert (lower.notation, lower.parent) == ("05.TCCB.1", made)
    change = reverse("heading_change", args=[lower.pk])
    kept = {"title": "Tuyển dụng viên chức", "above": "04.ATGT", "notation": "04.ATGT.1", "note": "xem"}
    assert archivist.post(change, kept).status_code == 302
    lower.refresh_from_db()
    assert (lower.title, lower.parent, lower.note) == ("Tuyển dụng viên chức", cast.world.entry, "xem")
    assert archivist.post(reverse("heading_remove", args=[lower.pk])).status_code == 302
    assert not FilePlanEntry.objects.filter(pk=lower.pk).exists()
    kinds = set(Event.objects.filter(kind__startswith="heading").values_list("kind", flat=True))
    assert kinds == {"heading.added", "heading.changed", "heading.removed"}


def test_what_is_wrong_stands_beside_its_field(archivist, cast):
    w = cast.world
    answer = archivist.post(reverse("heading_add", args=[w.plan.pk]), {"title": "Khác", "notation": "04.ATGT"})
    assert answer.status_code == 409
    assert answer.context["form"].errors
    change = reverse("heading_change", args=[w.entry.pk])
    answer = archivist.post(change, {"title": "x", "notation": "04.ATGT", "above": "04.ATGT"})
    assert "above" in answer.context["form"].errors
    answer = archivist.post(change, {"title": "x", "notation": "số bốn!"})
    assert "notation" in answer.context["form"].errors


def test_a_heading_with_dossiers_stays_and_says_why(archivist, cast, records):
    records.dossier("Một")
    answer = archivist.post(reverse("heading_remove", args=[cast.world.entry.pk]))
    assert answer.status_code == 409
    assert FilePlanEntry.objects.filter(pk=cast.world.entry.pk).exists()


def test_a_clerk_reads_the_plan_and_changes_nothing(client_of, cast):
    client, w = client_of(cast.clerk), cast.world
    page = client.get(reverse("heading", args=[w.entry.pk]))
    assert reverse("open_dossier", args=[w.entry.pk]) in said(page)
    assert reverse("heading_change", args=[w.entry.pk]) not in said(page)
    for name, pk in (
        ("heading_change", w.entry.pk),
        ("heading_add", w.plan.pk),
        ("plan_copy", w.plan.pk),
        ("plan_read", w.plan.pk),
    ):
        assert (
            client.post(reverse(name, args=[pk]), {"title": "x", "notation": "9.X", "year": 2026}).status_code == 403
        ), name
    assert client.post(reverse("heading_remove", args=[w.entry.pk])).status_code == 403


def test_the_number_a_heading_would_get_is_told_while_its_title_is_typed(archivist, cast):
    url = reverse("plan_notation", args=[cast.world.plan.pk])
    assert "05.ĐĐ" in said(archivist.get(url, {"title": "Đất đai"}))
    assert "04.ATGT.1" in said(archivist.get(url, {"title": "Đất đai", "above": "04.atgt"}))


# ── opening dossiers ────────────────────────────────────────────────────────


def test_a_dossier_s_notation_is_proposed_and_may_be_corrected(client_of, cast):
    client, entry = client_of(cast.clerk), cast.world.entry
    url = reverse("open_dossier", args=[entry.pk])
    assert client.get(url).context["form"]["notation"].value() == "04.ATGT"
    for title in ("Một", "Hai"):
        # Both saw the same proposal; the second gets the next number.
        client.post(url, {"title": title, "notation": "04.ATGT", "proposed": "04.ATGT"})
    client.post(url, {"title": "Ba", "notation": "04.atgt-09", "proposed": "04.ATGT-3"})
    codes = list(Dossier.objects.order_by("pk").values_list("code", flat=True))
    assert codes == ["H99.01.2025.04.ATGT", "H99.01.2025.04.ATGT-2", "H99.01.2025.04.ATGT-09"]
    answer = client.post(url, {"title": "Bốn", "notation": "04.ATGT-2", "proposed": "04.ATGT-3"})
    assert answer.status_code == 409
    assert "04.ATGT-10" in said(answer)


# ── the copy to another year ────────────────────────────────────────────────


def test_a_copy_numbers_anew_moves_the_year_on_and_is_told_before(archivist, cast):
    w = cast.world
    group = FilePlanEntry.objects.create(plan=w.plan, notation="TCCB", title="Tổ chức cán bộ")
    FilePlanEntry.objects.create(plan=w.plan, parent=group, notation="03.TCCB", title="Tuyển dụng năm 2025")
    FilePlanEntry.objects.create(plan=w.plan, parent=w.entry, notation="04.ATGT.7", title="Kế hoạch 2021-2025")
    url = reverse("plan_copy", args=[w.plan.pk])
    preview = archivist.get(url, {"year": 2026})
    assert "Tuyển dụng năm 2026" in said(preview)
    assert not FilePlan.objects.filter(year=2026).exists()
    assert archivist.post(url, {"year": 2026}).status_code == 302
    copied = {row.notation: row for row in FilePlan.objects.get(year=2026).entries.all()}
    assert set(copied) == {"01.ATGT", "01.ATGT.1", "TCCB", "01.TCCB"}
    assert copied["01.TCCB"].parent == copied["TCCB"]
    assert copied["01.TCCB"].title == "Tuyển dụng năm 2026"
    assert copied["01.ATGT.1"].title == "Kế hoạch 2021-2025"
    assert copied["01.ATGT"].record_class == w.record_class
    assert Event.objects.filter(kind="plan.copied").count() == 1


def test_copied_again_only_what_is_missing_is_added(archivist, cast):
    w = cast.world
    url = reverse("plan_copy", args=[w.plan.pk])
    archivist.post(url, {"year": 2026})
    plan = FilePlan.objects.get(year=2026)
    # Renamed and renumbered since: it is the same heading all the same.
    plan.entries.update(title="Trật tự giao thông", notation="07.TTGT")
    FilePlanEntry.objects.create(plan=w.plan, notation="05.TH", title="Tổng hợp")
    archivist.post(url, {"year": 2026})
    archivist.post(url, {"year": 2026})
    assert sorted(plan.entries.values_list("notation", "title")) == [
        ("07.TTGT", "Trật tự giao thông"),
        ("08.TH", "Tổng hợp"),
    ]


def test_classes_and_units_follow_what_stands_in_that_year(archivist, cast):
    from datetime import date

    from repository.actions.agencies import end_agency, found_agency
    from repository.actors import SYSTEM

    w = cast.world
    old = found_agency("H99.01.01", "Phòng Tổng hợp", actor=SYSTEM, parent=w.office)
    lost = found_agency("H99.01.03", "Phòng Hành chính", actor=SYSTEM, parent=w.office)
    new = found_agency("H99.01.02", "Phòng Tổng hợp và Quản trị", actor=SYSTEM, parent=w.office)
    FilePlanEntry.objects.filter(pk=w.entry.pk).update(unit=old)
    FilePlanEntry.objects.create(plan=w.plan, notation="05.HC", title="Hành chính", unit=lost)
    end_agency(old.pk, on=date(2025, 12, 30), successors=[new], actor=SYSTEM)
    end_agency(lost.pk, on=date(2025, 12, 30), successors=[], actor=SYSTEM)
    kept = RecordClass.objects.create(
        schedule=w.record_class.schedule,
        version=2,
        code="61",
        title="ATGT",
        maintenance=Maintenance.YEARS_30,
        valid_from=date(2026, 1, 1),
    )
    RecordClass.objects.create(
        schedule=w.record_class.schedule,
        version=3,
        code="61",
        title="ATGT",
        maintenance=Maintenance.YEARS_50,
        valid_from=date(2030, 1, 1),
    )
    preview = archivist.get(reverse("plan_copy", args=[w.plan.pk]), {"year": 2026})
    assert {(look.code, look.serious) for look in preview.context["looks"]} == {
        ("unit", True),
        ("unit", False),
        ("class-moved", False),
    }
    archivist.post(reverse("plan_copy", args=[w.plan.pk]), {"year": 2026})
    rows = {row.title: row for row in FilePlan.objects.get(year=2026).entries.all()}
    assert (rows["An toàn giao thông"].unit, rows["An toàn giao thông"].record_class) == (new, kept)
    assert rows["Hành chính"].unit is None


def test_a_plan_is_not_copied_to_its_own_year_nor_past_its_agency_s_end(archivist, cast):
    url = reverse("plan_copy", args=[cast.world.plan.pk])
    assert archivist.post(url, {"year": 2025}).status_code == 409


def test_many_headings_are_copied_by_a_job_once(archivist, cast):
    w = cast.world
    many(w.plan, 700, start=100)
    assert archivist.post(reverse("plan_copy", args=[w.plan.pk]), {"year": 2026}).status_code == 302
    job = Job.objects.get(kind="plan copy")
    assert FilePlan.objects.get(year=2026).entries.count() == 0
    work(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.result["added"]) == ("done", 701, 701, 701)
    archivist.post(reverse("plan_copy", args=[w.plan.pk]), {"year": 2026})
    work(Job.objects.filter(kind="plan copy").latest("created_at").pk)
    assert FilePlan.objects.get(year=2026).entries.count() == 701


# ── the table ───────────────────────────────────────────────────────────────


def test_the_plan_goes_out_as_a_table_in_the_form_of_the_decree_and_comes_back(archivist, cast):
    w = cast.world
    FilePlanEntry.objects.create(plan=w.plan, parent=w.entry, notation="04.ATGT.1", title="=Kiểm tra", note="+ xem")
    answer = archivist.get(reverse("plan_table", args=[w.plan.pk]))
    assert file_name(w.plan) in answer["Content-Disposition"]
    rows = list(load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert rows[4][:5] == ("Số, ký hiệu hồ sơ", "Tiêu đề hồ sơ", "Thời hạn bảo quản", "Người lập hồ sơ", "Ghi chú")
    assert rows[5][:3] == ("04.ATGT", "An toàn giao thông", "20 năm")
    assert rows[6][1] == "'=Kiểm tra"
    w.plan.entries.filter(parent__isnull=False).delete()
    w.plan.entries.all().delete()
    sent = SimpleUploadedFile("danh-muc.xlsx", answer.content)
    page = archivist.post(reverse("plan_read", args=[w.plan.pk]), {"table": sent})
    assert len(page.context["reading"].new) == 2
    assert w.plan.entries.count() == 0
    archivist.post(reverse("plan_enter", args=[w.plan.pk]), {"draft": page.context["draft"]})
    back = {row.notation: row for row in w.plan.entries.all()}
    assert back["04.ATGT"].record_class == w.record_class
    assert (back["04.ATGT.1"].parent, back["04.ATGT.1"].title) == (back["04.ATGT"], "=Kiểm tra")


def test_what_the_table_says_wrongly_is_told_and_what_is_there_stays(archivist, cast):
    book = Workbook()
    sheet = book.active
    for line in (
        ["DANH MỤC HỒ SƠ"],
        ["Tiêu đề hồ sơ", "Số và ký hiệu", "Thời hạn", "Đơn vị lập"],
        ["Đã có", "04.ATGT", "20 năm", ""],
        ["Đất đai", "", "7 năm", "Phòng Không Có"],
        ["Dấu lạ", "số 5?", "", "Văn phòng Ủy ban nhân dân tỉnh"],
    ):
        sheet.append(line)
    stream = BytesIO()
    book.save(stream)
    url = reverse("plan_read", args=[cast.world.plan.pk])
    page = archivist.post(url, {"table": SimpleUploadedFile("x.xlsx", stream.getvalue())})
    reading = page.context["reading"]
    assert (len(reading.new), reading.held, len(reading.looks)) == (2, 1, 2)
    archivist.post(reverse("plan_enter", args=[cast.world.plan.pk]), {"draft": page.context["draft"]})
    entries = {row.title: row for row in cast.world.plan.entries.all()}
    assert entries["An toàn giao thông"].notation == "04.ATGT"
    assert entries["Đất đai"].notation == "05.ĐĐ"
    assert entries["Dấu lạ"].unit == cast.world.office


def test_a_file_that_is_no_table_and_a_forged_draft_change_nothing(archivist, cast):
    url = reverse("plan_read", args=[cast.world.plan.pk])
    assert archivist.post(url, {"table": SimpleUploadedFile("x.xlsx", b"PK\x03\x04 not a table")}).status_code == 409
    assert archivist.post(url, {}).status_code == 409
    assert archivist.post(reverse("plan_enter", args=[cast.world.plan.pk]), {"draft": "x:y:z"}).status_code == 302
    assert cast.world.plan.entries.count() == 1
