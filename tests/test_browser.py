"""The main job done by hand in a real browser, against a real server: drop files, confirm, close, submit, accept, find, read.

Screenshots of each step are kept in var/screens to be looked at.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from demo import papers, scans, signed
from demo.pki import DemoPki
from demo.texts import paper_of
from repository.jobs.run import run_to_end
from repository.models import Dossier, Job
from repository.registry import settled
from repository.text.fold import fold
from tests.browser import Person, chromium  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Made before the browser is there: signing runs a loop of its own, and the browser's driver holds one all the time."""
    tmp_path = tmp_path_factory.mktemp("files")
    pki = DemoPki(tmp_path / "pki")
    made = {f"browser-{n}": paper_of(f"browser-{n}") for n in range(3)}
    plain, sealed, scanned = made.values()
    (tmp_path / "ke-hoach.pdf").write_bytes(papers.pdf(plain))
    (tmp_path / "da-ky.pdf").write_bytes(signed.by_person_and_seal(sealed, pki))
    (tmp_path / "ban-quet.pdf").write_bytes(scans.scan(papers.pdf(scanned), seed=2))
    return tmp_path, sealed


def work_all():
    for job in Job.objects.filter(state__in=["queued", "running"]):
        run_to_end(job.pk)
    settled()


def test_the_main_job_by_hand(folder, chromium, live_server, cast):  # noqa: F811
    path, paper = folder
    clerk = Person(chromium, live_server, cast, "clerk", by_form=True)
    clerk.look("home-clerk")

    # A dossier under a heading of the file plan.
    clerk.go("/plan/")
    clerk.look("plan")
    clerk.page.click("a[href$='/open/']")
    clerk.page.fill("[name=title]", "Bảo đảm trật tự, an toàn giao thông năm 2025")
    clerk.page.click("main .vk-btn--main")
    clerk.page.wait_for_selector("[data-drop]")
    dossier = Dossier.objects.get()

    # Files chosen (a drop goes the same way), each sent by a request of its own, with its bar.
    clerk.page.set_input_files("[data-drop] input[type=file]", [str(file) for file in sorted(path.glob("*.pdf"))])
    # Not wait_for_function: it evaluates text in the page, which the page's policy refuses.
    clerk.page.wait_for_selector("[data-drop-list] li[data-state=received] >> nth=2")
    assert clerk.page.locator("[data-drop-list] li").count() == 3
    clerk.look("dossier-dropped")
    work_all()
    clerk.go(f"/dossiers/{dossier.pk}/")
    assert clerk.page.locator("tbody tr").count() == 3
    clerk.look("dossier-open")

    # What stands against closing is told at once, with the way to mend it.
    clerk.page.click("form[action$='/close/'] button")
    clerk.page.wait_for_selector(".vk-refusal")
    clerk.look("dossier-refused")
    clerk.page.click(".vk-refusal a[href*='/confirm/']")
    for left in range(3, 0, -1):
        clerk.page.wait_for_selector("[name=subject]")
        if left == 3:
            clerk.look("confirm")
        for name, value in (("issued_date", "05/02/2025"), ("subject", "Bản quét")):
            if not clerk.page.input_value(f"[name={name}]"):
                clerk.page.fill(f"[name={name}]", value)
        clerk.page.click("main form .vk-btn--main")
        clerk.page.wait_for_load_state()
    clerk.page.click("form[action$='/close/'] button")
    clerk.page.click("form[action$='/submit/'] button")
    clerk.page.wait_for_load_state()

    archivist = Person(chromium, live_server, cast, "archivist", by_form=True)
    archivist.go(f"/dossiers/{dossier.pk}/")
    archivist.look("dossier-submitted")
    archivist.page.click("form[action$='/accept/'] button")
    archivist.page.wait_for_load_state()
    work_all()
    archivist.go(f"/dossiers/{dossier.pk}/")
    archivist.look("dossier-archived")
    dossier.refresh_from_db()
    assert dossier.state == "archived"

    reader = Person(chromium, live_server, cast, "reader", by_form=True)
    words = fold(" ".join(paper.subject.split()[:5]))
    reader.page.keyboard.press("/")
    reader.page.keyboard.type(words)
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_selector(".vk-hit mark")
    reader.look("search")
    reader.page.click(f".vk-hit a:has-text('{paper.subject.split()[0]}') >> nth=0")
    reader.page.wait_for_selector("#signatures")
    reader.look("document")
    with reader.page.expect_download() as download:
        reader.page.click("main a.vk-btn--main[href^='/files/']")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")

    auditor = Person(chromium, live_server, cast, "auditor", by_form=True)
    for page in ("/watch/", "/events/"):
        auditor.go(page)
        auditor.look(page.strip("/"))
    assert [person.complaints for person in (clerk, archivist, reader, auditor)] == [[], [], [], []]

    # On a phone nothing scrolls sideways but what has a frame of its own.
    phone = Person(chromium, live_server, cast, "reader", width=360, theme="dark")
    for name, page in (
        ("home", "/"),
        ("dossiers", "/dossiers/"),
        ("dossier", f"/dossiers/{dossier.pk}/"),
        ("search", f"/search/?q={words}"),
    ):
        phone.go(page)
        phone.look(f"phone-{name}")
        assert phone.widest() <= 360, page
    outsider = Person(chromium, live_server, cast, "outsider")
    outsider.go(f"/dossiers/{dossier.pk}/")
    assert dossier.title not in outsider.page.content()
