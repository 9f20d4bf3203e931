"""The main job, as each person does it in her browser: file, find, check, seal, watch. One test for both profiles."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from django.core.management import call_command

from demo import papers, scans, signed
from demo.pki import DemoPki
from demo.texts import paper_of
from repository.codes import DossierState, ItemState
from repository.jobs.run import run_to_end
from repository.models import Document, Dossier, Event, FileStatus, Finding, Job, JobItem
from repository.registry import settled
from tests.trusting import trust

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_profiles, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def stationery(tmp_path_factory):
    """Generated files with their truth: a plain one, one signed and sealed, one tampered with, a scan."""
    folder = tmp_path_factory.mktemp("pki")
    pki = DemoPki(folder)
    plain, sealed, bent, scanned = (paper_of(f"main-path-{n}") for n in range(4))
    return {
        "root": pki.write_root(folder / "root.pem").read_bytes(),
        "plain": (plain, papers.pdf(plain)),
        "sealed": (sealed, signed.by_person_and_seal(sealed, pki)),
        "bent": (bent, signed.tampered(bent, pki)),
        "scanned": (scanned, scans.scan(papers.pdf(scanned), seed=1)),
    }


def send(client, dossier, name, content):
    answer = client.post(
        f"/dossiers/{dossier.pk}/files/?name={quote(name)}", data=content, content_type="application/octet-stream"
    )
    assert answer.status_code == 200, answer.content
    return answer.json()


def work_all():
    """What the worker does, until nothing waits."""
    for job in Job.objects.filter(state__in=["queued", "running"]):
        run_to_end(job.pk)
    settled()


def test_a_dossier_is_filed_found_checked_sealed_and_watched(cast, client_of, stationery):
    trust(stationery["root"], cast)
    clerk, archivist = client_of(cast.clerk), client_of(cast.archivist)
    reader, outsider = client_of(cast.reader), client_of(cast.outsider)

    # 1. File: a dossier in the file plan, files sent one request each; sent again they are skipped.
    opened = clerk.post(f"/plan/{cast.world.entry.pk}/open/", {"title": "Bảo đảm an toàn giao thông năm 2025"})
    dossier = Dossier.objects.get()
    assert opened.headers["Location"] == dossier.get_absolute_url()
    for name in ("plain", "sealed", "bent", "scanned"):
        assert send(clerk, dossier, f"{name}.pdf", stationery[name][1])["status"] == "received"
    assert send(clerk, dossier, "again.pdf", stationery["plain"][1])["status"] == "held"

    # 2. Receive: text, head, signatures, index.
    work_all()
    items = dict(JobItem.objects.values_list("label", "state"))
    assert set(items.values()) == {ItemState.DONE}, items
    assert send(clerk, dossier, "plain.pdf", stationery["plain"][1])["status"] == "held"
    by_name = {d.versions.get().files.get().name: d for d in Document.objects.all()}
    paper, document = stationery["sealed"][0], by_name["sealed.pdf"]
    assert (document.number, document.notation, document.issued_date) == (paper.number, paper.notation, paper.date)
    assert document.proposals["number"]["text"], "the words a value was read from are kept"
    indications = {name: FileStatus.objects.get(file__version__document=d).indication for name, d in by_name.items()}
    assert indications["plain.pdf"] == "NONE"
    assert indications["bent.pdf"] == "TOTAL-FAILED"
    assert indications["sealed.pdf"] in ("TOTAL-PASSED", "INDETERMINATE")

    # 3. Confirm: closing tells all that is left; then it is mended, closed, submitted, returned, closed again.
    refused = clerk.post(f"/dossiers/{dossier.pk}/close/")
    assert refused.status_code == 409
    page = refused.content.decode()
    assert page.count("vk-refusal") and "/confirm/" in page and "#signatures" in page
    for document in Document.objects.all():
        confirm(clerk, document)
    bent = by_name["bent.pdf"]
    finding = Finding.objects.get(document=bent, closed_at__isnull=True)
    archivist.post(f"/watch/findings/{finding.pk}/close/", {"reason": "Giữ làm chứng cứ"})
    assert clerk.post(f"/dossiers/{dossier.pk}/close/").status_code == 302
    assert clerk.post(f"/dossiers/{dossier.pk}/submit/").status_code == 302
    assert archivist.post(f"/dossiers/{dossier.pk}/return/", {"reason": "Thiếu biên bản"}).status_code == 302
    assert "Thiếu biên bản" in clerk.get(dossier.get_absolute_url()).content.decode()
    assert clerk.post(f"/dossiers/{dossier.pk}/close/").status_code == 302
    assert clerk.post(f"/dossiers/{dossier.pk}/submit/").status_code == 302

    # 4. Seal: accepted by another person; archived only once it is in the store.
    assert archivist.post(f"/dossiers/{dossier.pk}/accept/").status_code == 302
    dossier.refresh_from_db()
    assert dossier.state == DossierState.SEALING
    work_all()
    dossier.refresh_from_db()
    assert dossier.state == DossierState.ARCHIVED
    assert clerk.post(f"/dossiers/{dossier.pk}/edit/", {"title": "Khác"}).status_code in (200, 409)
    assert Dossier.objects.get().title == "Bảo đảm an toàn giao thông năm 2025"

    # 5. Find: with and without accents; whoever may not see it finds nothing.
    words = " ".join(paper.subject.split()[:5])
    for typed in (words, fold(words)):
        found = reader.get("/search/", {"q": typed}).content.decode()
        assert document_url(by_name["sealed.pdf"]) in found and "<mark>" in found
    assert document_url(by_name["sealed.pdf"]) not in outsider.get("/search/", {"q": words}).content.decode()
    scan_words = fold(" ".join(stationery["scanned"][0].subject.split()[:4]))
    if by_name["scanned.pdf"].versions.get().files.get().extractions.get().ocr == "done":
        assert document_url(by_name["scanned.pdf"]) in reader.get("/search/", {"q": scan_words}).content.decode()

    # 6. Read: metadata, text, verdicts, history; the original bytes come back from the store.
    page = reader.get(document_url(by_name["sealed.pdf"])).content.decode()
    assert paper.subject in page and 'id="signatures"' in page
    file = by_name["sealed.pdf"].versions.get().files.get()
    sent = reader.get(f"/files/{file.pk}/")
    assert b"".join(sent.streaming_content) == stationery["sealed"][1]
    for address in (document_url(bent), f"/files/{file.pk}/", dossier.get_absolute_url()):
        assert outsider.get(address).status_code == 404
    assert Event.objects.filter(kind="file.downloaded", actor_label=cast.reader.label).count() == 1

    # 7. Watch: the nightly jobs find the archive true; the auditor sees what happened.
    call_command("nightly", "--json")
    auditor = client_of(cast.auditor)
    assert auditor.get("/watch/").status_code == 200
    events = auditor.get("/events/").content.decode()
    assert dossier.code in events or "sealed" in events or "niêm" in events
    assert Job.objects.filter(kind="fixity", state="done").exists()


def confirm(client, document):
    """What a person does on the confirm page: the form as it is proposed, completed where it must be."""
    page = client.get(f"/documents/{document.pk}/confirm/")
    assert page.status_code == 200
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    values = {name: "" if value is None else value for name, value in values.items()}
    for name in ("issued_date", "arrival_date", "due_date"):
        if hasattr(values[name], "strftime"):
            values[name] = values[name].strftime("%d/%m/%Y")
    values["issued_date"] = values["issued_date"] or "05/02/2025"
    values["subject"] = values["subject"] or "Bản quét"
    answer = client.post(f"/documents/{document.pk}/confirm/", {**values, "revision": document.revision})
    assert answer.status_code == 302, answer.context["form"].errors if answer.context else answer.content


def document_url(document):
    return f"/documents/{document.pk}/"


def fold(text):
    from repository.text.fold import fold as folded

    return folded(text)


def test_what_the_commands_do_is_the_same(cast, stationery, tmp_path, capsys, settings):
    """`intake` and `search`, beside or without a worker, return when their work is done."""
    folder = tmp_path / "hồ sơ"
    folder.mkdir()
    (folder / "kế hoạch.pdf").write_bytes(stationery["plain"][1])
    (folder / "rỗng.pdf").write_bytes(b"")
    cast.user("clerk")

    with pytest.raises(SystemExit):
        call_command("intake", str(folder), "--new-dossier", "Từ thư mục", "--as", "clerk", "--json")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[-1]["filed"] == 1 and lines[-1]["failed"] == 1
    assert "rỗng" in lines[0]["file"] and lines[0]["failed"]

    call_command("search", stationery["plain"][0].code, "--as", "clerk", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert answer["total"] == 1 and answer["results"][0]["file_names"] == ["kế hoạch.pdf"]
    call_command("search", stationery["plain"][0].code, "--as", cast.user("outsider").username, "--json")
    assert json.loads(capsys.readouterr().out)["total"] == 0
