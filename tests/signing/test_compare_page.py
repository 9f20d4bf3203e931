"""What was signed beside what the file shows now."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from PIL import Image, ImageChops

from tests.signing.judged import file_of, judged, painted_over, sound

pytestmark = pytest.mark.django_db


def picture(client, name: str, file, number: int = 1) -> Image.Image:
    answer = client.get(reverse(name, args=[file.pk, number]))
    assert answer.status_code == 200
    assert "sandbox" in answer["Content-Security-Policy"]
    return Image.open(io.BytesIO(answer.content)).convert("L")


def test_an_auditor_sees_the_page_as_it_was_signed_beside_the_page_as_it_is(records, cast, client_of):
    document = judged(records, painted_over())
    file, client = file_of(document), client_of(cast.auditor)
    address = reverse("compare_signed", args=[file.pk])
    assert address in client.get(document.get_absolute_url()).content.decode()
    html = client.get(address).content.decode()
    assert reverse("compare_before", args=[file.pk, 1]) in html
    assert reverse("compare_after", args=[file.pk, 1]) in html
    before, after = picture(client, "compare_before", file), picture(client, "compare_after", file)
    assert ImageChops.difference(before, after).getbbox() is not None


def test_a_file_into_which_nothing_was_written_says_so(records, cast, client_of):
    from tests.signing.bench_pki import bench, paper, signed

    file = file_of(judged(records, signed(paper(), bench().person)))
    html = client_of(cast.auditor).get(reverse("compare_signed", args=[file.pk])).content.decode()
    assert "Sau khi ký không có gì được ghi thêm vào tệp này" in html
    assert "<figure>" not in html


def test_additions_that_show_nothing_are_told_as_that(records, cast, client_of):
    file = file_of(judged(records, sound()))
    html = client_of(cast.auditor).get(reverse("compare_signed", args=[file.pk])).content.decode()
    assert "không thấy khác biệt" in html


def test_whoever_may_not_see_the_document_finds_neither_page_nor_pictures(records, cast, client_of):
    file = file_of(judged(records, painted_over()))
    for name, arguments in (("compare_signed", []), ("compare_before", [1]), ("compare_after", [1])):
        assert client_of(cast.outsider).get(reverse(name, args=[file.pk, *arguments])).status_code == 404


def test_a_page_that_the_file_does_not_have_is_not_found(records, cast, client_of):
    file = file_of(judged(records, painted_over()))
    assert client_of(cast.auditor).get(reverse("compare_after", args=[file.pk, 9])).status_code == 404
