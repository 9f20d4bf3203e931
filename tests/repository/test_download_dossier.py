"""Everything of a dossier in one ZIP: names, list, checksums; for whom; and the events."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from datetime import date

import pytest
from openpyxl import load_workbook

from repository import blobs
from repository.actions.fetch_product import fetch_product
from repository.codes import JobState, Role, Secrecy
from repository.downloads import collect
from repository.events import body_of
from repository.file_names import file_name
from repository.jobs.engine import work
from repository.models import Document, Dossier, Event, File, Job, Membership, Placement
from repository.printing.jobs import AT_ONCE, print_sheets
from repository.refusals import NotVisible, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def products(settings, tmp_path):
    settings.PRODUCTS = tmp_path / "products"
    return settings.PRODUCTS


@pytest.fixture
def dossier(cast, records) -> Dossier:
    dossier = records.dossier()
    for day, (number, subject) in enumerate(
        (
            ("02", "Công tác bảo đảm trật tự"),
            ("88", "=HYPERLINK('x') ../../etc\\passwd"),
            ("09", 'Chỉ thị: <họp> "gấp"?'),
        ),
        1,
    ):
        records.document(
            dossier,
            number=number,
            notation="KH-UBND",
            subject=subject,
            issued_date=date(2025, 1, day),
            name=f"Tệp {day}.PDF",
        )
    return dossier


def made(dossier, actor) -> Job:
    job = collect(dossier.pk, actor=actor)
    work(job.pk)
    job.refresh_from_db()
    return job


def test_the_zip_holds_the_originals_under_names_that_tell_what_they_are(dossier, cast, tmp_path):
    job = made(dossier, cast.clerk)
    assert (job.state, job.done, job.total, job.failed) == (JobState.DONE, 3, 3, 0)
    about, path = fetch_product(job.pk, actor=cast.clerk)
    assert about["mime"] == "application/zip"
    assert about["size"] == path.stat().st_size
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        folder = dossier.code
        assert archive.namelist() == [
            f"{folder}/01 - 02-KH-UBND - Công tác bảo đảm trật tự.pdf",
            f"{folder}/02 - 88-KH-UBND - =HYPERLINK('x') ..-..-etc-passwd.pdf",
            f"{folder}/03 - 09-KH-UBND - Chỉ thị- -họp- -gấp--.pdf",
            f"{folder}/muc-luc.xlsx",
            f"{folder}/SHA256SUMS",
        ]
        archive.extractall(tmp_path / "out")
        sheet = load_workbook(io.BytesIO(archive.read(f"{folder}/muc-luc.xlsx"))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:3] == ("STT", "Số, ký hiệu", "Ngày")
    assert rows[2][4] == "=HYPERLINK('x') ../../etc\\passwd"
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row if cell.value} <= {"s", "n", "d"}
    if shutil.which("sha256sum"):
        told = subprocess.run(
            ["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path / "out" / folder, capture_output=True, text=True
        )
        assert told.returncode == 0, told.stdout + told.stderr
        assert told.stdout.count("OK") == 4


def test_fetching_is_told_for_the_dossier_and_for_every_file_making_it_is_not(dossier, cast):
    job = made(dossier, cast.reader)
    assert not Event.objects.filter(kind__in=("dossier.collected", "file.downloaded")).exists()
    fetch_product(job.pk, actor=cast.reader)
    assert body_of(Event.objects.get(kind="dossier.collected"))["details"]["count"] == 3
    told = Event.objects.filter(kind="file.downloaded", actor_id=cast.reader.id)
    assert {event.object_id for event in told} == set(dossier.documents.values_list("pk", flat=True))


def test_only_what_the_asker_may_see_is_in_it(dossier, cast):
    hidden = Placement.objects.get(dossier=dossier, number=2).document
    Document.objects.filter(pk=hidden.pk).update(secrecy=Secrecy.SECRET)
    _about, path = fetch_product(made(dossier, cast.clerk).pk, actor=cast.clerk)
    with zipfile.ZipFile(path) as archive:
        words = " ".join(archive.namelist()) + archive.read(f"{dossier.code}/SHA256SUMS").decode()
    assert "88-KH" not in words
    assert "03 - 09-KH" in words


def test_who_lost_her_role_before_the_job_ran_gets_nothing(dossier, cast, products):
    job = collect(dossier.pk, actor=cast.reader)
    Membership.objects.filter(user=cast.user("reader"), role=Role.READER).update(valid_until=date(2021, 1, 1))
    work(job.pk)
    job.refresh_from_db()
    assert (job.state, job.reason) == (JobState.FAILED, "closed")
    assert not list(products.rglob("*.zip"))


def test_who_lost_her_role_after_the_job_ran_gets_nothing_either(dossier, cast):
    job = made(dossier, cast.reader)
    Membership.objects.filter(user=cast.user("reader")).update(valid_until=date(2021, 1, 1))
    with pytest.raises(NotVisible):
        fetch_product(job.pk, actor=cast.reader)


def test_a_document_made_secret_after_the_job_ran_does_not_go_out(dossier, cast):
    job = made(dossier, cast.reader)
    Document.objects.filter(pk=dossier.documents.first().pk).update(secrecy=Secrecy.SECRET)
    with pytest.raises(Refused) as refused:
        fetch_product(job.pk, actor=cast.reader)
    assert [blocker.code for blocker in refused.value.blockers] == ["closed"]
    assert not Event.objects.filter(kind="file.downloaded").exists()


@pytest.mark.parametrize("who", ["outsider", "stranger", "administrator", "superuser", "chief"])
def test_nobody_fetches_what_another_person_had_made(who, dossier, cast):
    job = made(dossier, cast.clerk)
    with pytest.raises(NotVisible):
        fetch_product(job.pk, actor=getattr(cast, who))


def test_an_outsider_cannot_have_it_made(dossier, cast):
    with pytest.raises(NotVisible):
        collect(dossier.pk, actor=cast.outsider)
    assert not Job.objects.exists()


def test_asking_twice_while_it_is_being_made_makes_it_once(dossier, cast):
    assert collect(dossier.pk, actor=cast.clerk) == collect(dossier.pk, actor=cast.clerk)


def test_damaged_and_missing_files_are_left_out_and_told(dossier, cast):
    first, second, _third = File.objects.filter(version__document__dossiers=dossier).order_by(
        "version__document__placements__number"
    )
    blobs.path_of(first.sha256).chmod(0o640)
    blobs.path_of(first.sha256).write_bytes(b"khac")
    blobs.path_of(second.sha256).unlink()
    job = made(dossier, cast.clerk)
    assert (job.state, job.done, job.failed, job.result["left_out"]) == (JobState.DONE, 1, 2, 2)
    _about, path = fetch_product(job.pk, actor=cast.clerk)
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == 3
        sheet = load_workbook(io.BytesIO(archive.read(f"{dossier.code}/muc-luc.xlsx"))).active
    assert [bool(row[9]) for row in sheet.iter_rows(min_row=2, values_only=True)] == [True, True, False]


@pytest.mark.parametrize(
    ("parts", "ending", "name"),
    [
        (["01", "12/QĐ-BNV", "Quyết định"], "PDF", "01 - 12-QĐ-BNV - Quyết định.pdf"),
        (["..", "../../x", ""], "sh", "-..-x.sh"),
        (["con"], "txt", "_con.txt"),
        (["\u202egpj.exe\0"], "", "gpj.exe"),
        (["", " . "], "", "tep"),
        ([".an"], "d/oc", "an.d-oc"),
    ],
)
def test_names_are_safe_everywhere(parts, ending, name):
    assert file_name(parts, ending) == name


def test_a_long_name_is_cut_between_letters():
    name = file_name(["01", "Đ" * 500], "pdf")
    assert len(name.encode()) <= 180
    assert name.startswith("01 - ĐĐĐ")
    assert name.endswith("Đ.pdf")


def test_a_short_list_is_printed_at_once_and_a_long_one_by_a_job(dossier, cast, monkeypatch):
    _dossier, pdf = print_sheets(dossier.pk, "all", actor=cast.reader)
    assert isinstance(pdf, bytes)
    assert pdf.startswith(b"%PDF")
    assert Event.objects.filter(kind="dossier.printed").count() == 1
    monkeypatch.setattr("repository.printing.jobs.AT_ONCE", 2)
    assert AT_ONCE > 100
    _dossier, cover = print_sheets(dossier.pk, "cover", actor=cast.reader)
    assert isinstance(cover, bytes)
    _dossier, job = print_sheets(dossier.pk, "list", actor=cast.reader)
    assert isinstance(job, Job)
    work(job.pk)
    about, path = fetch_product(job.pk, actor=cast.reader)
    assert about["mime"] == "application/pdf"
    assert path.read_bytes().startswith(b"%PDF")
    Document.objects.filter(pk=dossier.documents.first().pk).update(secrecy=Secrecy.SECRET)
    with pytest.raises(Refused):
        fetch_product(job.pk, actor=cast.reader)
