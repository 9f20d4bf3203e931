"""The guide: its pages in two languages for everybody who is signed in, and the links that lead to them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation
from lxml import html

from repository.guide import BY_NAME, LANGUAGES, PICTURE_BYTES, PICTURE_SIZE, TOPICS, picture_path

ROOT = Path(__file__).resolve().parent.parent.parent
# One screen of text: more is not read.
MOST_WORDS = 420


@pytest.fixture(autouse=True)
def _language_of_the_archive():
    yield
    translation.deactivate()


def source(language: str, name: str) -> str:
    return Path(get_template(f"repository/guide/{language}/{name}.html").origin.name).read_text(encoding="utf-8")


def test_both_languages_have_the_same_pages_with_the_same_parts():
    for topic in TOPICS:
        parts = [re.findall(r"<(h2|ol|ul|dl|li|dt|p)\b", source(language, topic.name)) for language in LANGUAGES]
        pictures = [re.findall(r'{% picture "(\w+)"', source(language, topic.name)) for language in LANGUAGES]
        assert parts[0] == parts[1], topic.name
        assert pictures[0] == pictures[1] == list(topic.pictures), topic.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_one_screen_of_text(language):
    for topic in TOPICS:
        words = re.sub(r"{%.*?%}|<[^>]+>", " ", source(language, topic.name)).split()
        assert 100 < len(words) < MOST_WORDS, (topic.name, len(words))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_was_taken_and_is_light(language):
    from PIL import Image

    for topic in TOPICS:
        for picture in topic.pictures:
            found = finders.find(picture_path(picture, language))
            assert found, f"{language}/{picture}: make screens"
            assert Path(found).stat().st_size <= PICTURE_BYTES
            with Image.open(found) as image:
                assert image.size == PICTURE_SIZE


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["stranger", "reader", "clerk", "archivist", "auditor", "administrator", "outsider"])
def test_everybody_who_is_signed_in_may_read_it_and_every_link_in_it_leads_somewhere(who, cast, client_of):
    client = client_of(getattr(cast, who))
    for language in LANGUAGES:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        pages = [reverse("guide"), *(reverse("guide_topic", args=[topic.name]) for topic in TOPICS)]
        for address in pages:
            answer = client.get(address)
            assert answer.status_code == 200
            page = html.fromstring(answer.content)
            assert page.get("lang") == language
            links = {str(link) for link in page.xpath("//main//a/@href")}
            assert all(link.startswith("/") for link in links), links
            for link in links - set(pages):
                if not link.startswith(settings.STATIC_URL):
                    assert client.get(link).status_code in (200, 403), link


@pytest.mark.django_db
def test_whoever_is_not_signed_in_is_asked_to(client):
    assert client.get("/guide/find/").status_code == 302


@pytest.mark.django_db
def test_there_is_no_page_of_another_name(cast, client_of):
    assert client_of(cast.reader).get("/guide/nothing/").status_code == 404


@pytest.mark.django_db
def test_changing_the_language_stays_on_the_page(cast, client_of):
    client = client_of(cast.reader)
    page = html.fromstring(client.get("/guide/close/").content)
    assert "/guide/close/" in page.xpath("//form[contains(@action, 'setlang')]//input[@name='next']/@value")
    answer = client.post(reverse("set_language"), {"language": "en", "next": "/guide/close/"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/guide/close/"
    assert "Close, submit, accept, return" in answer.content.decode()


def test_a_question_mark_says_where_it_leads():
    with translation.override("en"):
        said = Template('{% load vk %}{% guide "confirm" %}').render(Context())
    assert 'href="/guide/confirm/"' in said and 'aria-label="Guide: Confirm what was read"' in said


def test_every_topic_that_a_template_points_to_is_a_page_and_every_page_is_pointed_to():
    asked = set()
    for app in ("repository", "search", "signing", "archive"):
        for template in (ROOT / app / "templates").rglob("*.html"):
            asked |= set(re.findall(r'{% guide "(\w+)"', template.read_text(encoding="utf-8")))
    assert asked == set(BY_NAME)
