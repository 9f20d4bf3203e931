"""Vietnamese first, English beside it, and neither half done: the catalogues are whole, and a page speaks one language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as conf
from django.urls import reverse
from django.utils import translation
from django.utils.translation import _trans, trans_real
from lxml import html

from repository.codes import DocumentType, FileRole, Indication
from repository.models import FileStatus, Finding
from scripts import extract
from scripts.messages import compile_messages, incomplete, languages, merged
from scripts.screens.pages import PAGES

(VIETNAMESE,) = (language for language in languages() if language.code == "vi")
# Where English stands on purpose: words of other standards and programs, and the name of the language itself.
LEFT_IN_ENGLISH = re.compile(
    r"manage\.py \w+|SHA-\d+|TOTAL-\w+|INDETERMINATE|JavaScript|Enter|Ctrl|Space|[0-9a-f]{8,}…?"
)
# Words that no Vietnamese sentence has, whatever its accents; "to", "an", "in", "no" and "do" are Vietnamese as well.
ENGLISH = {
    *"about accept account add again all and any are because been before cancel change close closed confirm copy".split(),
    *"create date day delete description document documents dossier dossiers download each edit error every event".split(),
    *"events failed file files filter find from have heading here history hold home is last late later list menu name".split(),
    *"new next none not nothing of open order page pages people place previous received reopen return role save".split(),
    *"search sealed see select show sign signature size somebody sort state submit text that the them then there this".split(),
    *"title type until update view waiting watch what when which who why will with without year you your".split(),
}
VIETNAMESE_LETTER = re.compile("[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9áàảãéèíìóòõúùý]")


def strings(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


def catalogue() -> dict[tuple[str | None, str], Any]:
    return {(message.context, strings(message.id)[0]): message for message in merged(VIETNAMESE) if message.id}


# The catalogues


def test_every_message_of_the_code_has_a_translation_that_somebody_confirmed():
    said = catalogue()
    wanted = [message for message in extract.messages() if message.id]

    assert len(wanted) > 500, "the messages were not read out of the code"
    missing = [message.id for message in wanted if (message.context, strings(message.id)[0]) not in said]
    assert not missing, f"run `python -m scripts.extract` and translate: {missing}"
    assert not incomplete(merged(VIETNAMESE))


def test_a_plural_of_the_code_is_one_in_the_catalogue_and_has_the_one_form_of_vietnamese():
    said = catalogue()
    plurals = [message for message in extract.messages() if isinstance(message.id, tuple)]

    assert plurals
    for message in plurals:
        found = said.get((message.context, message.id[0]))
        assert found is not None and isinstance(found.id, tuple), f"{message.id[0]!r} is a plural in the code only"
        assert len(strings(found.string)) == 1, found.id


def test_a_translation_keeps_places_tags_and_ends():
    places = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w+\}|</?\w+")
    for message in catalogue().values():
        for said in strings(message.string):
            # A plural's places stand in either of its two forms: "one day", "%(count)s days".
            allowed = {frozenset(places.findall(text)) for text in strings(message.id)}
            assert frozenset(places.findall(said)) in allowed, (message.id, said)
            assert said == said.strip() == unicodedata.normalize("NFC", said), (
                f"{said!r}: spaces, or letters not in NFC"
            )
            assert "!" not in said, f"{said!r} raises its voice"
            assert said.endswith("…") == strings(message.id)[0].endswith("…"), (message.id, said)


def test_extraction_sees_contexts_plurals_and_whole_sentences(tmp_path):
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository" / "page.html").write_text(
        '{% load i18n %}<p title="{% translate \'Quoted\' %}">{% translate "Open" context "act" %}</p>'
        "{% blocktranslate count n=n %}{{ n }} page{% plural %}{{ n }} pages{% endblocktranslate %}"
        '{{ title|default:_("Untitled") }}'
    )
    (tmp_path / "repository" / "words.py").write_text(
        'said = _("One sentence " "in two parts") + pgettext("state", "Open")\n'
    )
    found = {(message.context, message.id) for message in extract.messages(tmp_path) if message.id}
    assert found == {
        (None, "Quoted"),
        ("act", "Open"),
        (None, ("%(n)s page", "%(n)s pages")),
        (None, "Untitled"),
        (None, "One sentence in two parts"),
        ("state", "Open"),
    }


def test_words_that_django_and_wagtail_say_otherwise_are_said_our_way():
    with translation.override("vi"):
        assert translation.gettext("Text") == "Lời văn"
        assert translation.gettext("Date") == "Ngày"
        assert translation.gettext("Confirm") == "Xác nhận"
        assert translation.gettext("Pages") == "Số trang"
        assert translation.pgettext("dossier state", "Open") == "Đang mở"
        assert translation.pgettext("verdict", "Failed") == "Không đạt"
        assert translation.gettext("Failed") == "Hỏng"


# The pages


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    if compile_messages():
        trans_real._translations.clear()


@pytest.fixture(autouse=True)
def _language_of_the_archive():
    """A request leaves its language behind in the thread."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture
def untranslated(monkeypatch) -> Iterator[set[str]]:
    """The messages asked for in Vietnamese that no catalogue has, ours or a library's."""
    missed: set[str] = set()

    def watch(name: str, key: Any, text: Any) -> None:
        asked = getattr(trans_real, name)

        def told(*given: Any) -> str:
            if translation.get_language() == "vi" and text(given):
                try:
                    trans_real.translation("vi")._catalog[key(given)]
                except KeyError:
                    missed.add(str(text(given)))
            return asked(*given)

        getattr(_trans, name)
        monkeypatch.setattr(_trans, name, told)

    watch("gettext", lambda given: given[0], lambda given: given[0])
    watch("pgettext", lambda given: f"{given[0]}\x04{given[1]}", lambda given: given[1])
    watch("ngettext", lambda given: (given[0], 0), lambda given: given[1])
    watch("npgettext", lambda given: (f"{given[0]}\x04{given[1]}", 0), lambda given: given[2])
    yield missed


@pytest.fixture
def pages(cast, records):
    """The main pages of each person, with records in every state a page shows differently."""
    dossier = records.dossier()
    documents = [records.document(dossier, text="Lời văn của văn bản."), records.document(dossier, confirmed=False)]
    FileStatus.objects.filter(file__version__document=documents[0], file__role=FileRole.MAIN).update(
        indication=Indication.FAILED
    )
    returned = records.submitted()
    sealing, _job = records.sealing()
    sealed = records.sealed_row()
    Finding.objects.create(
        kind="bytes-missing", severe=True, found_at=sealed.sealed_at, document=documents[0], body={"name": "a.pdf"}
    )
    entry = cast.world.entry
    reading = ["/", "/dossiers/", "/plan/", "/search/", "/search/?q=ke+hoach", "/search/?q=zzzz", "/jobs/", "/nowhere/"]
    reading += [one.get_absolute_url() for one in (dossier, returned, sealing, sealed, *documents)]
    account = [reverse(name) for name in ("account_change_password", "mfa_index", "account_logout")]
    workbench = [reverse("wagtailadmin_home")]
    for name, row in (
        ("people", cast.user("clerk")),
        ("agencies", cast.world.office),
        ("classes", cast.world.record_class),
    ):
        workbench += [reverse(f"{name}:index"), reverse(f"{name}:add"), reverse(f"{name}:edit", args=[row.pk])]
    found = {
        "clerk": [*reading, *account, f"/documents/{documents[1].pk}/confirm/", f"/dossiers/{dossier.pk}/edit/"]
        + [f"/plan/{entry.pk}/open/"],
        "archivist": [returned.get_absolute_url(), "/watch/", reverse("plans:index"), reverse("plans:add")],
        "auditor": ["/", "/watch/", "/events/", documents[0].get_absolute_url()],
        "administrator": ["/", "/watch/", *workbench],
        "stranger": ["/"],
    }
    # And every page that is looked at in the browser.
    for one in PAGES:
        for role in one.roles:
            address = one.address(getattr(cast, role))
            if address and address not in found.setdefault(role, []):
                found[role].append(address)
    return found


def shown(content: bytes) -> Any:
    """The page without what is not text for people, and without parts that say they are in another language."""
    page = html.fromstring(content, parser=html.HTMLParser(encoding="utf-8"))
    for element in page.xpath(
        "//script | //style | //template | //svg | //code | //pre | //*[@lang and not(self::html)]"
    ):
        tail = element.tail
        element.clear()
        element.tail = tail
    return page


def lines(page: Any) -> list[str]:
    texts = [str(text).strip() for text in page.xpath("//text()[not(parent::title)]")]
    texts += [str(value).strip() for value in page.xpath("//@aria-label | //@placeholder | //@title | //@alt")]
    return [text for text in texts if text]


def visits(pages: dict[str, list[str]], cast: Any, client_of: Any, language: str) -> Iterator[tuple[str, Any]]:
    for name, addresses in pages.items():
        client = client_of(getattr(cast, name))
        client.cookies[conf.LANGUAGE_COOKIE_NAME] = language
        for address in addresses:
            answer = client.get(address, follow=True)
            assert answer.status_code == (404 if address == "/nowhere/" else 200), f"{name} {address}"
            yield f"{name} {address}", shown(answer.content)


@pytest.mark.django_db
def test_no_english_is_left_on_the_vietnamese_pages(pages, cast, client_of, untranslated):
    for where, page in visits(pages, cast, client_of, "vi"):
        assert page.get("lang", "").split("-")[0] == "vi", where
        told = lines(page)
        for text in told:
            words = set(re.findall(r"[a-z]+", LEFT_IN_ENGLISH.sub("", text).lower()))
            accents = VIETNAMESE_LETTER.search(text)
            assert accents or not words & ENGLISH, f"{where}: {text!r}"
        left = {text for text in untranslated if any(_shows(line, text) for line in told)}
        assert not left, f"{where}: no Vietnamese for {sorted(left)}"


def _shows(line: str, message: str) -> bool:
    """Whether a line of a page is the message, with anything in its places."""
    if not re.search("[a-z]{2}", message):
        return False
    pattern = ".+".join(re.escape(part) for part in re.split(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}", message))
    return re.fullmatch(pattern, line, re.DOTALL) is not None


@pytest.mark.django_db
def test_no_vietnamese_of_the_interface_is_left_on_the_english_pages(pages, cast, client_of):
    ours = {
        said
        for message in catalogue().values()
        for said in strings(message.string)
        if VIETNAMESE_LETTER.search(said) and said not in strings(message.id)
    }
    # The first letter may have been made a capital one.
    ours |= {said[:1].upper() + said[1:] for said in ours}
    # Types of documents are named as the circular prints them, in both languages.
    ours -= set(DocumentType.labels)
    for where, page in visits(pages, cast, client_of, "en"):
        assert page.get("lang", "").split("-")[0] == "en", where
        left = [text for text in lines(page) if text in ours]
        assert not left, f"{where}: {left}"


@pytest.mark.django_db
def test_the_sign_in_page_is_vietnamese_unless_somebody_asks_for_english(client):
    page = client.get(reverse("account_login")).content.decode()
    assert '<html lang="vi"' in page and "Tên đăng nhập" in page and "Mật khẩu" in page

    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    page = client.get(reverse("account_login")).content.decode()
    assert '<html lang="en"' in page and "Password" in page and "Mật khẩu" not in page


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "figure"), [("vi", "12.345"), ("en", "12,345")])
def test_figures_and_dates_are_written_as_people_here_write_them(records, cast, client_of, language, figure):
    dossier = records.closed()
    type(dossier).objects.filter(pk=dossier.pk).update(doc_total=12345)
    client = client_of(cast.clerk)
    client.cookies[conf.LANGUAGE_COOKIE_NAME] = language
    told = " ".join(lines(shown(client.get("/dossiers/").content)))
    assert figure in told

    document = dossier.documents.first()
    told = lines(shown(client.get(document.get_absolute_url()).content))
    assert document.issued_date.strftime("%d/%m/%Y") in told


@pytest.mark.django_db
def test_what_was_wrong_in_a_form_is_said_in_the_language_of_the_page(records, cast, client_of):
    document = records.document(records.dossier(), confirmed=False)
    client = client_of(cast.clerk)
    for language, said in (("vi", "Bạn nhập ngày theo dạng 14/03/2025."), ("en", "Enter a valid date.")):
        client.cookies[conf.LANGUAGE_COOKIE_NAME] = language
        answer = client.post(f"/documents/{document.pk}/confirm/", {"issued_date": "hôm qua", "revision": 1})
        assert said in answer.content.decode()


@pytest.mark.django_db
def test_what_a_worker_keeps_is_in_the_language_of_the_archive(records, cast):
    """A worker serves nobody in particular: its sentences are those of LANGUAGE_CODE."""
    from repository.actions.receive_file import receive_file
    from repository.jobs.run import run_to_end
    from repository.models import JobItem

    dossier = records.dossier()
    receipt = receive_file(dossier.pk, "hỏng.zip", [b"PK\x03\x04 this is no archive"], actor=cast.clerk)
    run_to_end(receipt.job.pk)
    item = JobItem.objects.get(pk=receipt.item.pk)
    assert item.reason == "damaged-zip"
    assert item.message == "Gói ZIP bị hỏng, không giải nén được. Bạn nén lại rồi gửi."


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_verdict_reads_without_the_words_of_the_library_behind_it(language):
    from signing.validation.verdicts import Message
    from signing.validation.wording import SENTENCES, brief_of

    words = {"revision": "2", "bytes": "3", "count": "4", "fields": "a", "pages": "1", "detail": "ASN.1 tag mismatch"}
    with translation.override(language):
        for code in SENTENCES:
            said = brief_of(Message(code, words))
            assert "ASN.1" not in said and "%(" not in said and not said.endswith(":"), said
