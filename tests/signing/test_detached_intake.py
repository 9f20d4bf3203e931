"""Detached signatures through the page: they join the file that they sign, whichever comes first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from demo.office import docx
from repository.actions.receive_file import receive_file
from repository.clock import now
from repository.codes import FileRole, Indication, ItemState
from repository.models import Document, File, FileStatus, Finding, Job, JobItem, Verification
from repository.refusals import NotVisible
from signing.actions import verify_again
from signing.runs import FAILED
from tests.repository.incoming import Door, events, paper, paper_pdf, zipped
from tests.signing.bench_pki import bench
from tests.signing.judged import latest_verdict
from tests.signing.signed_files import docx_signed, p7s, xml_detached

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture
def door(records, cast, client_of):
    return Door(client_of(cast.clerk), records.dossier())


def beside(document: Document) -> list[File]:
    return list(File.objects.filter(version__document=document, role=FileRole.SIGNATURE))


def test_a_signature_after_its_file_becomes_a_file_of_the_document_and_is_verified_against_it(door):
    content = docx(paper("d1"))
    door.send("Quyết định.docx", content)
    item = door.send("Quyết định.docx.p7s", p7s(content))

    [document] = door.documents()
    [signature] = beside(document)
    verdict = latest_verdict(signature)
    assert item.state == ItemState.DONE
    assert (signature.name, signature.mime) == ("Quyết định.docx.p7s", "application/pkcs7-signature")
    assert verdict is not None
    assert [one.intact for one in verdict.signatures] == [True]
    assert verdict.signatures[0].findings[-1].params["name"] == "Quyết định.docx"
    main = FileStatus.objects.get(file__version__document=document, file__role=FileRole.MAIN)
    assert main.indication == Indication.INDETERMINATE
    [event] = events("document.signature_received")
    assert event["details"]["signs"]["sha256"] == main.file.sha256


def test_a_signature_before_its_file_is_kept_says_what_it_waits_for_and_joins_it_when_it_comes(door):
    content = docx(paper("d2"))
    waiting = door.send("a.docx.p7s", p7s(content))
    assert (waiting.state, waiting.reason) == (ItemState.FAILED, "waits-for-file")
    assert "a.docx" in waiting.message
    assert door.documents() == []
    assert "a.docx.p7s" in door.failed_on_the_page()

    door.send("a.docx", content)
    door.work()
    [document] = door.documents()
    [signature] = beside(document)
    waiting.refresh_from_db()
    assert waiting.state == ItemState.DONE
    assert latest_verdict(signature).signatures[0].intact is True
    assert not JobItem.objects.filter(state=ItemState.FAILED).exists()
    for job in Job.objects.filter(kind="intake"):
        assert (job.total, job.failed) == (job.done, 0)


def test_both_in_one_zip_find_each_other(door):
    content = docx(paper("d3"))
    door.send("gói.zip", zipped({"x/a.docx.p7s": p7s(content), "x/a.docx": content}))
    door.work()
    [document] = door.documents()
    assert [file.name for file in beside(document)] == ["a.docx.p7s"]


def test_of_two_files_of_one_name_the_one_that_is_signed_is_meant(door):
    first, second = docx(paper("d4")), docx(paper("d5"))
    door.send("a.docx", first)
    door.send("a.docx", second)
    door.send("a.docx.p7s", p7s(first))
    [signed] = File.objects.filter(role=FileRole.SIGNATURE)
    main = File.objects.get(version=signed.version, role=FileRole.MAIN)
    assert latest_verdict(signed).signatures[0].intact is True
    assert main.version.document_id == min(document.pk for document in door.documents())


def test_a_signature_that_does_not_hold_is_kept_as_failed_and_the_document_with_it(door):
    door.send("a.docx", docx(paper("d6")))
    door.send("a.docx.p7s", p7s(b"another file"))
    [document] = door.documents()
    [signature] = beside(document)
    main = FileStatus.objects.get(file__version__document=document, file__role=FileRole.MAIN)
    assert FileStatus.objects.get(file=signature).indication == Indication.FAILED
    assert main.indication == Indication.FAILED
    assert Finding.objects.filter(kind=FAILED, document=document).count() == 1


def test_the_same_signature_twice_is_held_once(door):
    content = docx(paper("d7"))
    door.send("a.docx", content)
    door.send("a.docx.p7s", p7s(content))
    again = door.send("a.docx.p7s", p7s(content))
    sent = beside(door.documents()[0])
    assert again.state == ItemState.DONE
    assert len(sent) == 2
    receive_file(door.dossier.pk, "a.docx.p7s", [_bytes(sent[0])], actor=_clerk(door))
    door.work()
    assert len(beside(door.documents()[0])) == 2


def _bytes(file: File) -> bytes:
    from repository.bytes import path_for

    return path_for(file).read_bytes()


def _clerk(door: Door):
    from repository.actors import actor_of

    job = Job.objects.filter(dossier=door.dossier, actor__isnull=False).first()
    return actor_of(job.actor)


def test_a_detached_xml_signature_joins_its_file_too(door):
    content = docx(paper("d8"))
    door.send("b.docx", content)
    door.send("b.docx.xades", xml_detached("b.docx", content))
    [signature] = beside(door.documents()[0])
    assert latest_verdict(signature).signatures[0].intact is True


def test_it_is_verified_again_beside_its_file(door, cast):
    content = docx(paper("d9"))
    door.send("a.docx", content)
    door.send("a.docx.p7s", p7s(content))
    [signature] = beside(door.documents()[0])
    from repository.jobs.run import run_to_end

    _file, job = verify_again(signature.pk, actor=cast.archivist)
    run_to_end(job.pk)
    runs = Verification.objects.filter(file=signature).order_by("run_at")
    assert [run.reason for run in runs] == ["intake", "asked"]
    assert latest_verdict(signature).signatures[0].intact is True
    # To check the main file by itself does not take away what stands beside it.
    main = File.objects.get(version=signature.version, role=FileRole.MAIN)
    _file, job = verify_again(main.pk, actor=cast.archivist)
    run_to_end(job.pk)
    assert FileStatus.objects.get(file=main).indication == Indication.INDETERMINATE
    assert not Finding.objects.exists()


def test_the_panel_shows_the_signature_beside_the_file_and_an_outsider_sees_nothing(door, cast, client_of):
    content = docx(paper("d10"))
    door.send("a.docx", content)
    door.send("a.docx.p7s", p7s(content, bench().seal))
    [document] = door.documents()
    page = client_of(cast.archivist).get(reverse("document", args=[document.pk])).content.decode()
    assert "a.docx.p7s" in page
    assert "Sở Nội vụ tỉnh Bình Sơn" in page
    outside = client_of(cast.outsider)
    assert outside.get(reverse("document", args=[document.pk])).status_code == 404
    with pytest.raises(NotVisible):
        verify_again(beside(document)[0].pk, actor=cast.outsider)


def test_a_signed_office_file_is_judged_at_intake(door):
    door.send("ký.docx", docx_signed())
    [document] = door.documents()
    file = File.objects.get(version__document=document)
    verdict = latest_verdict(file)
    assert [(one.intact, one.signer) for one in verdict.signatures] == [(True, "Nguyễn Văn An")]
    assert FileStatus.objects.get(file=file).verified_at > now() - timedelta(minutes=5)


def test_an_unsigned_office_file_and_a_pdf_say_that_they_have_none(door):
    door.send("a.docx", docx(paper("d11")))
    door.send("a.pdf", paper_pdf("d12"))
    assert set(FileStatus.objects.values_list("indication", flat=True)) == {Indication.NONE}
