"""Requests to sign, through their pages: person, then seal, each over the bytes that were shown; and copies sealed in one go."""

from __future__ import annotations

import io
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pypdfium2
import pytest
from asn1crypto import pem
from django.test import Client

from demo import ink
from demo.papers import pdf
from demo.texts import paper_of
from repository.bytes import path_for
from repository.clock import now
from repository.codes import Confidence, ItemState
from repository.jobs.engine import work
from repository.models import Document, Event, File, Job, JobItem, Version
from signing.codes import KeyKind, Level, Look
from signing.models import SigningKey, SigningRequest, SigningStep
from signing.sealing import asking, copies, places, taking
from signing.sealing.keys import Secret
from signing.validation.run import validate_file
from tests.pki import authority
from tests.signing.servers import SigningService, StampServer, write_key

PIN, PASSPHRASE = "246810", "mat-khau-con-dau"
PAPER = paper_of("request", day=date(2024, 10, 3), type_name="Quyết định", agency="sxd")
ROOT = pem.armor("CERTIFICATE", authority().root.dump())


@pytest.fixture(scope="module")
def paper_bytes() -> bytes:
    return pdf(PAPER)


def png(image: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def office(cast: Any, records: Any, settings: Any, tmp_path: Any, paper_bytes: bytes, stamp_server: StampServer) -> Any:
    """A clerk's paper; the chief has a key at the signing service, the province a seal as a file on the server."""
    from signing.sealing.keyring import add_key

    settings.SEAL_KEYS = tmp_path / "seals"
    write_key(authority(), settings.SEAL_KEYS, "tinh", "tinh.p12", PASSPHRASE)
    secret = settings.SEAL_KEYS / "tinh.p12.secret"
    secret.write_text(PASSPHRASE)
    secret.chmod(0o600)
    with SigningService(authority(), {"cred-chief": PAPER.signer_key}, pin=PIN).running() as service:
        settings.CSC_SERVICE, (settings.CSC_CLIENT_ID, settings.CSC_CLIENT_SECRET) = service.url, service.client
        person = add_key(
            KeyKind.REMOTE,
            "cred-chief",
            actor=cast.administrator,
            user=cast.chief.user,
            picture=png(ink.handwriting("Đào Minh Khê")),
        )
        seal = add_key(
            KeyKind.FILE,
            "tinh.p12",
            actor=cast.administrator,
            agency=cast.world.province,
            picture=png(ink.seal("ỦY BAN NHÂN DÂN", "TỈNH LAM GIANG")),
            unattended=True,
        )
        dossier = records.dossier()
        document = records.document(
            dossier, content=paper_bytes, mime="application/pdf", name="quyet-dinh.pdf", signer_name=PAPER.signer
        )
        yield SimpleNamespace(service=service, person=person, seal=seal, dossier=dossier, document=document)


def wanted(cast: Any, *more: asking.Wanted) -> list[asking.Wanted]:
    return [
        asking.Wanted(Look.PERSON, user=cast.chief.user),
        asking.Wanted(Look.SEAL, agency=cast.world.province),
        *more,
    ]


def asked(cast: Any, office: Any, **more: Any) -> SigningRequest:
    return asking.ask(office.document.pk, wanted(cast), actor=cast.clerk, **more)


def file_versions() -> None:
    for job in Job.objects.filter(kind="version", state="queued"):
        work(job.pk)
        assert not JobItem.objects.filter(job=job).exclude(state=ItemState.DONE).exists(), JobItem.objects.get(
            job=job
        ).message


def shown_of(client: Client, request: SigningRequest) -> dict[str, str]:
    """What the form on the page sends."""
    page = client.get(request.get_absolute_url())
    assert page.status_code == 200
    return {"shown": page.context["base"], "pin": PIN}


def sign(client: Client, request: SigningRequest, **more: str) -> Any:
    return client.post(f"/signing/{request.pk}/sign/", {**shown_of(client, request), **more})


def current(document: Document) -> File:
    return File.objects.get(version__document=document, version__current=True)


def test_person_and_seal_sign_in_order_each_as_a_version_beside_the_original(cast, office, client_of):
    original = current(office.document)
    ask = client_of(cast.clerk).post(
        f"/documents/{office.document.pk}/ask-to-sign/",
        {
            "signer1": f"user:{cast.chief.user.pk}",
            "signer2": f"seal:{cast.world.province.pk}",
            "signer3": f"copy:{cast.world.province.pk}",
            "copy_form": "SAO Y",
            "level": "B-T",
            "deadline": (now() + timedelta(days=7)).date().isoformat(),
        },
    )
    request = SigningRequest.objects.get()
    assert ask.status_code == 302 and ask["Location"] == request.get_absolute_url()
    chief = client_of(cast.chief)
    assert str(request.pk) in chief.get("/signing/").content.decode()

    for number in (1, 2, 3):
        answer = sign(chief, request)
        assert answer.status_code == 302, answer.context["problem"]
        file_versions()
        file = current(office.document)
        verdict = validate_file(path_for(file), trust=[ROOT])
        assert len(verdict.signatures) == number
        assert verdict.outcome == "VALID"
        assert all(one.intact and one.level == "B-T" for one in verdict.signatures)
        assert verdict.signatures[-1].covers_document

    request.refresh_from_db()
    assert request.state == "signed"
    assert list(Version.objects.filter(document=office.document).values_list("number", flat=True)) == [1, 2, 3, 4]
    data = path_for(original).read_bytes()
    assert path_for(current(office.document)).read_bytes().startswith(data), "the bytes before stay"
    steps = list(request.steps.all())
    assert [one.before for one in steps] == [original.sha256, steps[0].after, steps[1].after]
    assert list(Event.objects.filter(object_id=request.pk).order_by("id").values_list("kind", flat=True)) == [
        "signing.asked",
        "signing.signed",
        "signing.signed",
        "signing.signed",
        "signing.complete",
    ]


def test_texts_of_an_annex_and_of_a_copy_stand_top_right_and_cover_nothing(cast, office, client_of):
    """Nghị định 30/2020/NĐ-CP, annex I, part II, 7 and 8: number and notation, or form of copy and agency; then the time."""
    client = client_of(cast.archivist)
    seal = cast.world.province
    given = {"signer1": f"annex:{seal.pk}", "signer2": f"copy:{seal.pk}", "copy_form": "TRÍCH SAO", "level": "B-B"}
    assert client.post(f"/documents/{office.document.pk}/ask-to-sign/", given).status_code == 302
    request = SigningRequest.objects.get()
    for _step in range(2):
        assert sign(client, request).status_code == 302
        file_versions()

    path = path_for(current(office.document))
    annex, copy = (shown_["box"] for shown_ in places.shown(str(path)))
    with pypdfium2.PdfDocument(path) as document:
        page = document[0]
        width, height = page.get_size()
        text = page.get_textpage()
        own = [text.get_charbox(at) for at in range(text.count_chars()) if text.get_text_range(at, 1).strip()]
    for left, bottom, right, top in (annex, copy):
        assert left > width / 3 and right <= width - 15 * 72 / 25.4 + 1 and top > height - 25
        assert not [one for one in own if one[0] < right and one[2] > left and one[3] > bottom and one[1] < top]
    assert copy[2] < annex[0], "one beside the other"
    assert validate_file(path, trust=[ROOT]).outcome == "VALID"


def test_the_seal_waits_until_the_signature_before_it_is_filed(cast, office, client_of):
    request, chief = asked(cast, office), client_of(cast.chief)
    sign(chief, request)

    first = request.steps.get(number=1)
    again = chief.post(f"/signing/{request.pk}/sign/", {"shown": first.after, "pin": PIN})

    assert again.status_code == 409
    assert request.steps.get(number=2).after == ""


def test_the_page_shows_the_signature_where_it_will_stand_and_lets_it_be_moved(cast, office, client_of):
    request, chief = asked(cast, office), client_of(cast.chief)
    page = chief.get(request.get_absolute_url())
    found = page.context["place"]
    first = chief.get(f"/signing/{request.pk}/preview.png")
    moved = chief.get(f"/signing/{request.pk}/preview.png?page=1&left=20&bottom=30")
    assert first["Content-Type"] == moved["Content-Type"] == "image/png"
    assert first.content != moved.content

    assert sign(chief, request, moved="1", page="1", left="20", bottom="30").status_code == 302
    file_versions()
    from signing.sealing.pdf import ask_places

    [shown] = ask_places("shown", str(path_for(current(office.document))))
    assert (shown["page"], round(shown["box"][0] / 72 * 25.4), round(shown["box"][1] / 72 * 25.4)) == (0, 20, 30)
    assert (found.left, found.bottom) != (20, 30)


def test_only_the_bytes_that_were_shown_are_signed(cast, office, client_of):
    request, chief = asked(cast, office), client_of(cast.chief)

    answer = chief.post(f"/signing/{request.pk}/sign/", {"shown": "0" * 64, "pin": PIN})

    assert answer.status_code == 409
    assert office.service.calls == []


def test_a_file_that_was_replaced_after_the_request_is_not_signed(cast, office, client_of, paper_bytes):
    from repository.actions.new_version import new_version

    request, chief = asked(cast, office), client_of(cast.chief)
    given = shown_of(chief, request)
    new_version(office.document.pk, "moi.pdf", [paper_bytes + b"\n%\n"], "Bản đúng", actor=cast.clerk)
    file_versions()

    assert chief.post(f"/signing/{request.pk}/sign/", given).status_code == 409
    assert office.service.calls == []


def test_bytes_changed_on_the_disk_are_not_signed(cast, office, client_of):
    request, chief = asked(cast, office), client_of(cast.chief)
    given = shown_of(chief, request)
    path = path_for(current(office.document))
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b"%")

    assert chief.post(f"/signing/{request.pk}/sign/", given).status_code == 409
    assert office.service.calls == []


def test_a_wrong_pin_keeps_nothing_and_stands_nowhere(cast, office, client_of, caplog):
    request, chief = asked(cast, office), client_of(cast.chief)
    jobs = Job.objects.count()

    answer = sign(chief, request, pin="31415926", code="8675309")

    assert answer.status_code == 409
    assert request.steps.get(number=1).after == ""
    assert Job.objects.count() == jobs
    written = answer.content.decode() + caplog.text + "".join(bytes(one.body).decode() for one in Event.objects.all())
    assert "31415926" not in written
    assert "8675309" not in written
    assert Event.objects.filter(kind="signing.failed", object_id=request.pk).count() == 1
    assert sign(chief, request).status_code == 302, "the right PIN works at once"


def test_a_pin_is_in_no_row_after_signing(cast, office, client_of):
    from django.apps import apps

    sign(client_of(cast.chief), asked(cast, office), code="8675309")
    file_versions()

    for model in apps.get_models():
        for row in model._default_manager.all()[:500]:
            for field in row._meta.concrete_fields:
                assert "8675309" not in str(getattr(row, field.attname)), f"{model.__name__}.{field.name}"


@pytest.mark.parametrize("who", ["outsider", "stranger", "superuser", "administrator"])
def test_who_may_not_see_the_document_finds_no_request(cast, office, client_of, who):
    request = asked(cast, office)
    client = client_of(getattr(cast, who))

    for address in ("", "preview.png"):
        assert client.get(f"/signing/{request.pk}/{address}").status_code == 404
    for act in ("sign", "refuse", "cancel"):
        assert client.post(f"/signing/{request.pk}/{act}/", {"reason": "x", "shown": request.sha256}).status_code == 404
    assert client.get(f"/documents/{office.document.pk}/ask-to-sign/").status_code == 404
    assert str(request.pk) not in client.get("/signing/?all").content.decode()


@pytest.mark.parametrize("who", ["archivist", "clerk", "auditor", "reader"])
def test_nobody_signs_with_the_key_of_another(cast, office, client_of, who):
    request = asked(cast, office)
    client = client_of(getattr(cast, who))

    assert client.get(f"/signing/{request.pk}/preview.png").status_code == 404
    assert client.post(f"/signing/{request.pk}/sign/", {"shown": request.sha256, "pin": PIN}).status_code == 403
    assert office.service.calls == []


def test_only_who_keeps_the_seal_puts_it_on(cast, office, client_of):
    request = asked(cast, office)
    sign(client_of(cast.chief), request)
    file_versions()

    given = {"shown": asking.base_of(request.steps.get(number=2))}
    for who in (cast.reader, cast.auditor, cast.clerk):
        assert client_of(who).post(f"/signing/{request.pk}/sign/", given).status_code == 403
    assert client_of(cast.archivist).post(f"/signing/{request.pk}/sign/", given).status_code == 302


def test_somebody_who_cannot_see_the_document_is_not_asked(cast, office):
    from repository.refusals import Refused

    with pytest.raises(Refused) as refused:
        asking.ask(office.document.pk, [asking.Wanted(Look.PERSON, user=cast.outsider.user)], actor=cast.clerk)

    assert [one.code for one in refused.value.blockers] == ["signer"]


def test_a_refusal_says_why_and_ends_the_request(cast, office, client_of):
    request = asked(cast, office)
    chief = client_of(cast.chief)
    assert client_of(cast.archivist).post(f"/signing/{request.pk}/refuse/", {"reason": "x"}).status_code == 403
    assert chief.post(f"/signing/{request.pk}/refuse/", {"reason": " "}).status_code == 409

    chief.post(f"/signing/{request.pk}/refuse/", {"reason": "Sai thể thức"})

    request.refresh_from_db()
    assert (request.state, request.reason) == ("refused", "Sai thể thức")
    assert chief.post(f"/signing/{request.pk}/sign/", {"shown": request.sha256, "pin": PIN}).status_code == 409
    assert asked(cast, office), "and another may be made"


def test_who_asked_may_take_the_request_back(cast, office, client_of):
    request = asked(cast, office)

    client_of(cast.clerk).post(f"/signing/{request.pk}/cancel/", {"reason": "Gửi nhầm"})

    request.refresh_from_db()
    assert request.state == "cancelled"


def test_a_document_has_one_open_request(cast, office, client_of):
    asked(cast, office)

    answer = client_of(cast.clerk).post(
        f"/documents/{office.document.pk}/ask-to-sign/", {"signer1": f"user:{cast.chief.user.pk}", "level": "B-T"}
    )

    assert answer.status_code == 409
    assert SigningRequest.objects.count() == 1


def test_what_is_late_is_listed_and_told_on_the_first_page(cast, office, client_of):
    request = asked(cast, office, deadline=(now() + timedelta(days=2)).date())
    chief = client_of(cast.chief)
    assert str(request.pk) not in chief.get("/signing/?overdue").content.decode()

    SigningRequest.objects.filter(pk=request.pk).update(deadline=(now() - timedelta(days=2)).date())

    assert str(request.pk) in chief.get("/signing/?overdue").content.decode()
    assert str(request.pk) in chief.get("/").content.decode()


def test_two_at_once_sign_once(cast, office, client_of, monkeypatch):
    """The second comes while the first is at the signing service."""
    from repository.refusals import Refused

    request = asked(cast, office)
    answers: list[str] = []
    signing = taking.sign_pdf

    def slow(*arguments: Any, **named: Any) -> Any:
        if not answers:
            answers.append("second")
            with pytest.raises(Refused):
                taking.take(request.pk, request.sha256, Secret(PIN), actor=cast.chief)
        return signing(*arguments, **named)

    monkeypatch.setattr(taking, "sign_pdf", slow)
    taking.take(request.pk, request.sha256, Secret(PIN), actor=cast.chief)

    assert answers == ["second"]
    assert [name for name, _ in office.service.calls].count("signatures/signHash") == 1
    assert Job.objects.filter(kind="version").count() == 1


class Killed(BaseException):
    """The process is gone: nothing that catches errors runs on."""


@pytest.mark.parametrize("place", ["sign_pdf", "_write", "enqueue"])
def test_killed_between_two_steps_nothing_is_lost_or_doubled(cast, office, monkeypatch, place):
    request = asked(cast, office)

    def killed(*_arguments: Any, **_named: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(taking, place, killed)
        with pytest.raises(Killed):
            taking.take(request.pk, request.sha256, Secret(PIN), actor=cast.chief)

    step = request.steps.get(number=1)
    assert step.after == ""
    assert not Job.objects.filter(kind="version").exists()
    # A process that is killed cannot let go of its claim: it lapses.
    SigningStep.objects.filter(pk=step.pk).update(
        claim="00000000-0000-0000-0000-000000000001", claimed_until=now() - timedelta(seconds=1)
    )
    taking.take(request.pk, request.sha256, Secret(PIN), actor=cast.chief)
    file_versions()
    assert Version.objects.filter(document=office.document).count() == 2
    assert len(validate_file(path_for(current(office.document)), trust=[ROOT]).signatures) == 1


def test_a_level_that_is_not_reached_is_not_kept(cast, office, client_of):
    request = asked(cast, office, level=Level.LT)

    answer = sign(client_of(cast.chief), request)

    assert answer.status_code == 409, "no anchor and no revocation data are known here"
    assert request.steps.get(number=1).after == ""
    assert not Job.objects.filter(kind="version").exists()


def test_without_its_time_stamp_nothing_is_signed(cast, office, client_of, stamp_server):
    stamp_server.status = 503

    assert sign(client_of(cast.chief), asked(cast, office)).status_code == 409
    assert not Job.objects.filter(kind="version").exists()


def test_keys_are_the_administrators_to_set_up(cast, office, client_of):
    for who in (cast.clerk, cast.chief, cast.auditor, cast.outsider):
        assert client_of(who).get("/signing/keys/").status_code == 403
    client = client_of(cast.administrator)
    assert client.get("/signing/keys/").status_code == 200
    made = client.post(
        "/signing/keys/", {"username": "clerk", "kind": "pkcs11", "name": "the-thu-ky", "key": "khoa", "width": "36"}
    )
    assert made.status_code == 302
    key = SigningKey.objects.get(user__username="clerk")
    client.post(f"/signing/keys/{key.pk}/withdraw/")
    key.refresh_from_db()
    assert key.withdrawn_at is not None


def test_a_persons_key_is_never_a_file_on_the_server(cast, office, client_of):
    answer = client_of(cast.administrator).post(
        "/signing/keys/", {"username": "clerk", "kind": "pkcs12", "name": "tinh.p12", "width": "36"}
    )

    assert answer.status_code == 409
    assert not SigningKey.objects.filter(user__username="clerk").exists()


def test_a_withdrawn_key_signs_no_more(cast, office, client_of):
    request = asked(cast, office)
    client_of(cast.administrator).post(f"/signing/keys/{office.person.pk}/withdraw/")

    assert (
        client_of(cast.chief).post(f"/signing/{request.pk}/sign/", {"shown": request.sha256, "pin": PIN}).status_code
        == 409
    )


@pytest.fixture
def scans(cast: Any, records: Any, office: Any) -> list[Document]:
    made = []
    for number in range(3):
        content = pdf(paper_of(f"scan-{number}", day=date(2024, 5, 3), type_name="Công văn", agency="sxd"))
        made.append(
            records.document(
                office.dossier,
                content=content,
                mime="application/pdf",
                name=f"scan-{number}.pdf",
                confidence_level=Confidence.DIGITISED,
            )
        )
    Document.objects.filter(pk__in=[one.pk for one in made]).update(confidence_level=Confidence.DIGITISED)
    return made


def start(client: Client, office: Any, cast: Any) -> Job:
    address = f"/dossiers/{office.dossier.pk}/seal-copies/"
    files = [str(one.pk) for one in client.get(address).context["files"]]
    client.post(address, {"file": files, "agency": str(cast.world.province.pk), "form": "SAO Y", "level": "B-T"})
    return Job.objects.filter(kind=copies.KIND).latest("created_at")


def test_digitised_files_are_sealed_as_copies_in_one_go(cast, office, scans, client_of):
    job = start(client_of(cast.archivist), office, cast)
    assert job.total == 3

    work(job.pk)

    job.refresh_from_db()
    assert (job.state, job.done, job.failed) == ("done", 3, 0), list(job.items.values_list("message", flat=True))
    for one in scans:
        verdict = validate_file(path_for(current(one)), trust=[ROOT])
        assert [(row.level, row.intact) for row in verdict.signatures] == [("B-T", True)]
        assert Version.objects.filter(document=one).count() == 2
    assert client_of(cast.archivist).get(f"/dossiers/{office.dossier.pk}/seal-copies/").context["files"] == []


def test_a_batch_that_was_stopped_is_taken_up_again_and_seals_nothing_twice(cast, office, scans, client_of):
    archivist = client_of(cast.archivist)
    job = start(archivist, office, cast)
    stops = iter([False, True])
    work(job.pk, until=lambda: next(stops))
    assert archivist.post(f"/jobs/{job.pk}/stop/").status_code in (302, 200)
    job.refresh_from_db()
    assert (job.state, job.done) == ("cancelled", 1)

    again = start(archivist, office, cast)
    assert again.total == 2
    work(again.pk)

    for one in scans:
        assert Version.objects.filter(document=one).count() == 2
        assert len(validate_file(path_for(current(one)), trust=[ROOT]).signatures) == 1


def test_a_batch_killed_after_signing_seals_each_file_once(cast, office, scans, client_of, monkeypatch):
    job = start(client_of(cast.archivist), office, cast)

    def killed(*_arguments: Any, **_named: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(copies, "save_version", killed)
        with pytest.raises(Killed):
            work(job.pk)
    JobItem.objects.filter(job=job, state=ItemState.RUNNING).update(state=ItemState.QUEUED, lease_until=None)
    work(job.pk)

    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 3)
    for one in scans:
        assert Version.objects.filter(document=one).count() == 2


def test_a_file_replaced_while_the_batch_waits_is_left_as_it_is(cast, office, scans, client_of):
    from repository.actions.new_version import new_version

    job = start(client_of(cast.archivist), office, cast)
    new_version(scans[0].pk, "moi.pdf", [pdf(PAPER) + b"\n%\n"], "Quét lại", actor=cast.clerk)
    file_versions()

    work(job.pk)

    assert not validate_file(path_for(current(scans[0]))).signatures
    assert job.items.filter(state=ItemState.HELD).count() == 1


def test_who_does_not_keep_the_seal_seals_no_copies(cast, office, scans, client_of):
    page = client_of(cast.clerk).get(f"/dossiers/{office.dossier.pk}/seal-copies/")
    assert page.context["seals"] == [], "her office keeps no seal of the province"
    assert client_of(cast.outsider).get(f"/dossiers/{office.dossier.pk}/seal-copies/").status_code == 404
