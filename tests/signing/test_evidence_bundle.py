"""The evidence bundle: what is in it, that anybody can verify it with tools of their own, and that none of it can be changed unseen."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import bagit
import pytest
from asn1crypto import pem
from django.core.management import CommandError, call_command
from django.urls import reverse

from repository.actions.fetch_product import fetch_product
from repository.bytes import path_for
from repository.codes import JobState
from repository.jobs.engine import work
from repository.models import Document, Event, Job
from repository.refusals import NotVisible, Refused
from signing.reports.actions import BUNDLE, ask_for_dossier_bundle, ask_for_file_bundle
from signing.reports.bundle.bag import Bag
from signing.reports.bundle.readme import SEAL_COMMAND, STAMP_COMMAND, SUMS
from signing.reports.bundle.verify import NotVerifiable, verify_bundle
from tests.pki import authority
from tests.signing.bench_pki import bench
from tests.signing.judged import STAMPED, basic, file_of, judged, painted_over, sound, tampered

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(180)]


@pytest.fixture(autouse=True)
def products(settings, tmp_path):
    settings.PRODUCTS = tmp_path / "products"


def made(job: Job, actor) -> Path:
    work(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.message
    return fetch_product(job.pk, actor=actor)[1]


def bundle_of(document, actor) -> Path:
    return made(ask_for_file_bundle(file_of(document).pk, actor=actor), actor)


def opened(path: Path, target: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(target)
    [folder] = target.iterdir()
    return folder


def changed(path: Path, target: Path, **files: bytes | None) -> Path:
    """The ZIP again with some files other (None: left out); names are asked for by their end."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            key = next((key for key in files if info.filename.endswith(key)), None)
            data = old.read(info) if key is None else files[key]
            if data is not None:
                new.writestr(info, data)
    return target


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-ceu", command], cwd=folder, capture_output=True, text=True)


def test_the_bundle_holds_file_reports_evidence_roots_policy_and_how_to_check_them(records, cast, tmp_path):
    document = judged(records, sound(), name="Quyết định 06.pdf")
    folder = opened(bundle_of(document, cast.auditor), tmp_path / "out")
    listed = json.loads((folder / "bundle.json").read_bytes())
    [one] = listed["documents"]
    assert (folder / one["file"]["path"]).read_bytes() == path_for(file_of(document)).read_bytes()
    assert one["file"]["name"] == "Quyết định 06.pdf"
    assert set(one["reports"]) == {"pdf_vi", "pdf_en", "json", "xml"}
    assert {item["kind"] for item in one["evidence"]} >= {"certificate", "crl", "timestamp"}
    assert [anchor["sha256"] for anchor in one["anchors"]] == [bench().root.asn1_certificate.sha256.hex()]
    report = json.loads((folder / one["reports"]["json"]).read_bytes())
    assert Path(one["policy"]).stem == report["run"]["policy"]["sha256"]
    assert one["left_out"] == []
    assert bagit.Bag(str(folder)).validate(), "BagIt's own library finds it valid"
    assert "KHÔNG ĐƯỢC KÝ" in (folder / "DOC-TRUOC.txt").read_text(encoding="utf-8")
    assert "THIS BUNDLE IS NOT SIGNED" in (folder / "README.txt").read_text(encoding="utf-8")
    assert not (folder / "signature").exists()


@pytest.mark.usefixtures("archive_seal", "stamp_server")
@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl on this machine")
def test_the_steps_of_the_readme_verify_it_with_openssl(records, cast, tmp_path):
    path = bundle_of(judged(records, sound()), cast.auditor)
    folder = opened(path, tmp_path / "out")
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    (folder / "ROOT.pem").write_bytes(pem.armor("CERTIFICATE", authority().root.dump()))
    assert "is signed with the archive's seal" in readme
    for command in (SUMS, SEAL_COMMAND, STAMP_COMMAND):
        assert command in readme
        ran = shell(command, folder)
        assert ran.returncode == 0, command + ran.stderr
    by_hand = (folder / "data/0001/signatures/commands.txt").read_text(encoding="utf-8")
    assert by_hand.count("openssl cms") == 3
    # A time-stamp signs its own content; only the two signatures are checked against the file by these lines.
    ran = shell("\n".join(by_hand.split("# 3")[0].splitlines()), folder)
    assert ran.returncode == 0, ran.stderr
    assert (ran.stdout + ran.stderr).count("Verification successful") == 2
    for pattern, command in (
        ("certificates/*.cer", "openssl x509 -inform DER -in {} -noout -text"),
        ("crls/*.crl", "openssl crl -inform DER -in {} -noout -text"),
        ("timestamps/*.tst", "openssl ts -reply -token_in -in {} -text"),
    ):
        files = list((folder / "data/evidence").glob(pattern))
        assert files
        for file in files:
            assert shell(command.format(file), folder).returncode == 0, file
    # The same line refuses when a byte of the manifest is another.
    manifest = folder / "tagmanifest-sha512.txt"
    manifest.write_bytes(manifest.read_bytes() + b"\n")
    assert shell(SEAL_COMMAND, folder).returncode != 0
    assert shell(STAMP_COMMAND, folder).returncode != 0


@pytest.mark.usefixtures("archive_seal", "stamp_server")
def test_the_command_verifies_it_without_the_archive(records, cast, tmp_path, capsys, django_assert_num_queries):
    path = bundle_of(judged(records, sound()), cast.auditor)
    roots = tmp_path / "roots.pem"
    roots.write_bytes(bench().root.pem + pem.armor("CERTIFICATE", authority().root.dump()))
    with django_assert_num_queries(0):
        call_command("verify", bundle=path, trust=[roots])
    said = capsys.readouterr().out
    assert "every digest is right" in said
    assert "leads to a root given" in said
    assert "proves that the manifest existed" in said
    assert "the same verdict as in its report" in said
    with django_assert_num_queries(0):
        call_command("verify", bundle=path, json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["good"], told["own_trust"], told["seal"]["status"]) == (True, True, "unknown")


@pytest.mark.parametrize("make", [sound, basic, tampered, painted_over])
def test_every_verdict_comes_out_again_from_the_bundle_alone(make, records, cast):
    checked = verify_bundle(bundle_of(judged(records, make()), cast.auditor))
    assert checked.good, checked
    assert checked.seal.status == "none"


@pytest.mark.usefixtures("archive_seal", "stamp_server")
def test_whatever_is_changed_in_it_is_found(records, cast, tmp_path):
    path = bundle_of(judged(records, sound()), cast.auditor)
    roots = [bench().root.pem, pem.armor("CERTIFICATE", authority().root.dump())]
    assert verify_bundle(path, roots).good
    with zipfile.ZipFile(path) as archive:
        names = [name.split("/", 1)[1] for name in archive.namelist()]
        held = {name: archive.read(info) for name, info in zip(names, archive.infolist(), strict=True)}
    for name in names:
        other = held[name] + b" "
        try:
            checked = verify_bundle(changed(path, tmp_path / "changed.zip", **{name: other}), roots)
        except NotVerifiable:
            continue
        if name == "signature/certificates.pem":
            continue  # a convenience: the seal carries its own
        assert not checked.good, name


@pytest.mark.usefixtures("archive_seal")
def test_a_bundle_made_anew_around_other_bytes_has_not_the_archives_seal(records, cast, tmp_path):
    """Manifests alone anybody can write."""
    path = bundle_of(judged(records, sound()), cast.auditor)
    folder = opened(path, tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "forged.zip", "w") as archive:
        bag = Bag(archive, folder.name, STAMPED)
        for file in sorted(folder.rglob("*")):
            relative = str(file.relative_to(folder))
            if file.is_file() and relative.startswith("data/"):
                bag.add(relative, b"x" if relative.endswith("report.vi.pdf") else file.read_bytes())
        texts = {name: (folder / name).read_bytes() for name in ("README.txt", "DOC-TRUOC.txt", "bundle.json")}
        tags = bag.tags(texts)
        bag.close(
            {**tags, **{f"signature/{file.name}": file.read_bytes() for file in (folder / "signature").iterdir()}}
        )
    checked = verify_bundle(tmp_path / "forged.zip", [pem.armor("CERTIFICATE", authority().root.dump())])
    assert checked.whole
    assert checked.seal.status == "broken"
    assert not checked.good


def bomb(path: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ([("b/../../evil", b"x")], "leads out"),
        ([("/etc/evil", b"x")], "leads out"),
        ([("b\\..\\evil", b"x")], "leads out"),
        ([("C:/evil", b"x")], "leads out"),
        ([("b/a", b"x"), ("b/A", b"y")], "stands twice"),
        ([("b/zeros", b"\0" * (8 << 20))], "grows more than"),
        ([("b/a", b"x"), ("c/a", b"x")], "not one folder"),
        ([("b/a", b"x")], "no bagit.txt"),
        ([("b/bagit.txt", b""), ("b/manifest-sha256.txt", b"zz  data/a\n")], "a line of"),
        ([("b/bagit.txt", b""), ("b/manifest-sha256.txt", b"0" * 64 + b"  ../a\n")], "cannot be"),
    ],
)
def test_a_hostile_zip_is_refused_before_anything_of_it_is_believed(members, why, tmp_path):
    path = bomb(tmp_path / "hostile.zip", *members)
    with pytest.raises(NotVerifiable, match=why):
        verify_bundle(path)
    with pytest.raises(CommandError, match="no evidence bundle"):
        call_command("verify", bundle=path)
    assert not (tmp_path / "evil").exists()


def test_a_link_in_a_zip_is_refused(tmp_path):
    info = zipfile.ZipInfo("b/data/link")
    info.external_attr = 0o120777 << 16
    path = tmp_path / "link.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(NotVerifiable, match="neither a file nor a folder"):
        verify_bundle(path)


def test_what_is_no_zip_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(b"not a zip")
    with pytest.raises(NotVerifiable):
        verify_bundle(path)


def test_a_list_that_leads_out_of_the_bundle_reads_nothing_there(records, cast, tmp_path):
    path = bundle_of(judged(records, basic()), cast.auditor)
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.endswith("bundle.json"))
        listed = json.loads(archive.read(name))
    listed["documents"][0]["file"]["path"] = "../../../etc/passwd"
    checked = verify_bundle(changed(path, tmp_path / "x.zip", **{"bundle.json": json.dumps(listed).encode()}))
    assert not checked.good
    assert "leads out" in checked.documents[0].now


def test_the_same_contents_and_moment_give_the_same_zip():
    def once() -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            bag = Bag(archive, "b", STAMPED)
            bag.add("data/100% \n.txt", b"one")
            bag.add("data/a.pdf", io.BytesIO(b"two"))
            bag.close(bag.tags({"README.txt": b"read"}))
        return stream.getvalue()

    assert once() == once()


def test_bytes_that_changed_in_the_archive_are_never_handed_on_as_evidence(records, cast):
    document = judged(records, basic())
    path = path_for(file_of(document))
    path.chmod(0o644)
    path.write_bytes(b"%PDF-1.7 other")
    job = ask_for_file_bundle(file_of(document).pk, actor=cast.auditor)
    work(job.pk)
    job.refresh_from_db()
    assert (job.state, job.reason) == (JobState.FAILED, "bytes-missing")


def test_a_dossiers_bundle_holds_every_document_she_may_see_and_is_looked_at_again_when_fetched(
    records, cast, tmp_path
):
    dossier = records.dossier()
    for make in (sound, tampered):
        judged(records, make(), dossier)
    secret = judged(records, basic(), dossier)
    Document.objects.filter(pk=secret.pk).update(secrecy=2)
    job = ask_for_dossier_bundle(dossier.pk, actor=cast.auditor)
    path = made(job, cast.auditor)
    folder = opened(path, tmp_path / "out")
    listed = json.loads((folder / "bundle.json").read_bytes())
    assert [one["run"]["outcome"] for one in listed["documents"]] == ["VALID", "TAMPERED"]
    assert verify_bundle(path).good
    event = Event.objects.filter(kind="evidence.downloaded").get()
    assert event.object_id == dossier.pk
    Document.objects.filter(dossiers=dossier).update(secrecy=3)
    with pytest.raises(Refused):
        fetch_product(job.pk, actor=cast.auditor)
    with pytest.raises(NotVisible):
        fetch_product(job.pk, actor=cast.outsider)


def test_asking_twice_gives_one_job(records, cast, client_of):
    document = judged(records, basic())
    client = client_of(cast.auditor)
    for _ in range(2):
        client.post(reverse("file_bundle", args=[file_of(document).pk]))
    assert Job.objects.filter(kind=BUNDLE).count() == 1


@pytest.mark.usefixtures("archive_seal")
def test_a_time_stamp_server_that_does_not_answer_fails_the_job_and_says_so(records, cast, stamp_server):
    document = judged(records, basic())
    stamp_server.status = 503
    job = ask_for_file_bundle(file_of(document).pk, actor=cast.auditor)
    work(job.pk)
    job.refresh_from_db()
    assert (job.state, job.reason) == (JobState.FAILED, "not-sealed")
