"""The two faces in a real browser: first pages, desk, search and sign-in, in light and dark, wide and on a phone, by keys."""

from __future__ import annotations

import re
from datetime import date

import pytest

from repository.actions.return_dossier import return_dossier
from repository.clock import now
from repository.codes import Indication, JobState
from repository.models import File, FileStatus, Job
from repository.registry import settled
from tests.browser import Person, chromium  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(500)]

TITLES = ("Bảo đảm trật tự, an toàn giao thông đường bộ năm 2025", "Tuyển dụng viên chức đợt 2 năm 2024")
PAGES = {
    "clerk": ["/", "/receive/", "/today/confirm/"],
    "archivist": ["/", "/today/accept/"],
    "auditor": ["/", "/audit/"],
    "reader": ["/", "/search/?q=kế+hoạch", "/search/saved/"],
    "administrator": ["/"],
}


@pytest.fixture
def office(records, cast):
    dossier = records.dossier(TITLES[0])
    verdicts = [Indication.PASSED] * 5 + [Indication.INDETERMINATE] * 2 + [Indication.FAILED]
    for n, indication in enumerate(verdicts):
        document = records.document(
            dossier,
            subject=f"Kế hoạch kiểm tra, xử lý vi phạm trật tự an toàn giao thông lần {n + 1}",
            issued_date=date(2020 + n % 5, 3, 1),
        )
        file = File.objects.get(version__document=document)
        FileStatus.objects.filter(file=file).update(indication=indication, verified_at=now())
    for n in range(3):
        proposed = {"issued_date": {"value": "2025-02-05", "text": "05/02/2025", "sure": False}}
        made = records.document(dossier, confirmed=False)
        type(made).objects.filter(pk=made.pk).update(
            subject=f"Về việc khắc phục điểm đen tai nạn giao thông số {n}",
            proposals=proposed,
            issued_date="2025-02-05",
        )
    back = records.submitted(title=TITLES[1])
    return_dossier(back.pk, "Thiếu biên bản làm việc với xã Vân Sa.", actor=cast.archivist)
    records.submitted(title="Tiếp công dân, giải quyết đơn thư năm 2025")
    for who in ("clerk", "archivist"):
        Job.objects.create(
            kind="intake", state=JobState.RUNNING, created_at=now(), started_at=now(), lease_until=now(),
            actor=cast.user(who), dossier=dossier, total=320, done=214, failed=1,
        )  # fmt: skip
    settled()


LOOKS = ((1440, "light", "vi"), (1440, "dark", "en"), (360, "light", "vi"))


@pytest.mark.parametrize(("width", "theme", "language"), LOOKS)
def test_every_first_page_looks_right_and_axe_finds_nothing(
    office,
    chromium,  # noqa: F811
    live_server,
    cast,
    width,
    theme,
    language,
):
    wrong = {}
    for who, pages in PAGES.items():
        person = Person(chromium, live_server, cast, who, width=width, theme=theme, language=language)
        for path in pages:
            person.go(path)
            name = re.sub(r"\W+", "-", path.partition("?")[0]).strip("-") or "home"
            person.look(f"face-{who}-{name}", full=True)
            found = person.violations()
            if person.widest() > width:
                found.append(f"{person.widest()} px wide")
            if found or person.complaints:
                wrong[who, path] = found + person.complaints
            person.complaints.clear()
        person.context.close()
    assert not wrong, "\n".join(f"{where}: {what}" for where, what in wrong.items())


def test_places_are_reached_by_keys_in_both_frames(office, chromium, live_server, cast):  # noqa: F811
    archivist = Person(chromium, live_server, cast, "archivist")
    page = archivist.page
    for letters, address in (("gs", "/dossiers/"), ("gp", "/plan/"), ("gk", "/audit/"), ("gt", "/search/")):
        archivist.go("/")
        page.keyboard.type(letters)
        page.wait_for_url(re.compile(re.escape(address)))
    # From the search, which is the reading room's, the same letters lead back.
    page.keyboard.press("Tab")
    page.locator("body").click(position={"x": 5, "y": 300})
    page.keyboard.type("gh")
    page.wait_for_url(f"{archivist.site}/")

    page.keyboard.press("?")
    keys = page.locator("#vk-keys")
    keys.wait_for(state="visible")
    archivist.look("face-keys")
    assert keys.locator("kbd", has_text="s").count() >= 1
    assert archivist.violations() == []

    # Single letters are switched off, and stay off on another page; "?" still answers.
    keys.locator("#vk-keys-letters").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.type("gs")
    archivist.go("/receive/")
    page.keyboard.type("gs")
    page.keyboard.press("?")
    keys.wait_for(state="visible")
    assert page.url.endswith("/receive/")
    assert archivist.complaints == []


def test_the_first_load_is_light_in_both_frames(office, chromium, live_server, cast):  # noqa: F811
    import gzip

    weights = {}
    for who, path in (("archivist", "/"), ("reader", "/"), ("auditor", "/audit/")):
        person = Person(chromium, live_server, cast, who)
        sent: dict[str, int] = {}

        def weigh(response, sent=sent):
            if response.status == 200:
                body = response.body()
                plain = response.url.endswith((".woff2", ".jpg", ".png"))
                sent[response.url] = len(body) if plain else len(gzip.compress(body, 9))

        fresh = person.context.new_page()
        fresh.on("response", weigh)
        fresh.goto(person.site + path, wait_until="networkidle")
        weights[who] = round(sum(sent.values()) / 1024)
        person.context.close()
    print(weights)
    assert max(weights.values()) < 250, weights
