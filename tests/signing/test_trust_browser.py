"""In a real browser: one person hands in a certificate, another compares and approves it, an auditor looks at a run by it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from repository.clock import now
from repository.jobs.run import run_to_end
from repository.models import File, Job
from signing.anchor_proposals import propose_anchor
from signing.anchors import withdraw_anchor
from signing.models import TrustAnchor
from signing.repeating import ask_to_repeat
from signing.revocation.importing import import_file
from signing.runs import BESIDE, keep, look_again
from tests.browser import Person, chromium  # noqa: F401 - the fixture
from tests.signing.bench_pki import bench, issue, paper, signed
from tests.trusting import trust

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def papers():
    """Signed before the browser is there: its driver holds an event loop all the time."""
    return signed(paper(), bench().person, stamped=True, revocations=bench().revocations(at=now()))


def test_two_people_agree_on_a_certificate(papers, chromium, live_server, cast, tmp_path):  # noqa: F811
    (tmp_path / "root.pem").write_bytes(bench().root.pem)
    assert cast.administrator.user.memberships.exists()
    chief = Person(chromium, live_server, cast, "chief")
    chief.go(reverse("trust"))
    chief.page.locator(f"a[href='{reverse('anchor_propose')}']").click()
    chief.page.set_input_files("input[type=file]", tmp_path / "root.pem")
    chief.page.fill("textarea[name=source]", "Tải từ trang của cơ quan chứng thực, đối chiếu công văn 12.")
    chief.page.locator("form[enctype] button").click()
    expect(chief.page.locator(".vk-print").first).to_contain_text(
        bench().root.asn1_certificate.sha256.hex(":").upper()[:29]
    )
    assert chief.page.locator("input[name=compared]").count() == 0
    second = Person(chromium, live_server, cast, "administrator")
    second.go(reverse("trust"))
    second.page.locator("[data-row-link]").first.click()
    second.page.check("input[name=compared]")
    second.look("trust-proposal")
    second.page.locator("form[action$='/approve/'] button").click()
    second.page.wait_for_url("**/trust/*/")
    assert TrustAnchor.objects.get().approved_by.username == "administrator"
    assert not chief.complaints + second.complaints


@pytest.mark.parametrize(
    ("width", "theme", "language"), [(1440, "light", "vi"), (360, "dark", "vi"), (1440, "dark", "en")]
)
def test_the_pages_of_trust_are_whole_and_can_be_read_by_everybody(
    papers,
    chromium,
    live_server,
    cast,
    records,
    width,
    theme,
    language,  # noqa: F811
):
    from datetime import timedelta

    standing = trust(bench().root.pem, cast)
    gone = trust(issue("Cơ quan chứng thực cũ", None, end=now() + timedelta(days=90)).pem, cast)
    trust(
        issue("Dịch vụ dấu thời gian sắp hết hạn", None, end=now() + timedelta(days=90)).pem, cast, purpose="timestamps"
    )
    withdraw_anchor(gone.pk, "Cơ quan đã đổi khóa, công văn 31.", actor=cast.chief)
    waiting = propose_anchor(issue("Cơ quan chứng thực mới", None).pem, "Công văn 12", actor=cast.administrator)
    import_file(bench().revocations(at=now()), actor=cast.chief)
    document = records.document(records.dossier(), content=papers, name="quyet-dinh.pdf", mime="application/pdf")
    file = File.objects.select_related(*BESIDE).get(version__document=document)
    run = keep(file, look_again(file), "asked", actor=cast.auditor)
    ask_to_repeat(run.pk, actor=cast.auditor)
    run_to_end(Job.objects.get(kind="repeat").pk)
    chief = Person(chromium, live_server, cast, "chief", width=width, theme=theme, language=language)
    pages = {
        "trust": reverse("trust"),
        "trust-anchor": standing.get_absolute_url(),
        "trust-propose": reverse("anchor_propose"),
        "trust-proposal": waiting.get_absolute_url(),
        "trust-revocation": reverse("revocation"),
        "verification": reverse("verification", args=[run.pk]),
    }
    for name, url in pages.items():
        chief.go(url)
        chief.look(name, full=True)
        assert chief.widest() <= width, name
        assert not chief.violations(), name
    assert not chief.complaints
