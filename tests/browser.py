"""A real browser for tests: Debian's Chromium, somebody signed in at it, and everything it complained about.

Import the fixture where it is used: `from tests.browser import Person, chromium  # noqa: F401`.
Anything that runs an event loop of its own (signing) must be made before the browser is there: its driver holds one all the time.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from demo.visitors import session_of

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREENS = Path(__file__).resolve().parent.parent / "var" / "screens"
# WCAG 2.2 AA and what axe calls best practice.
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if not CHROMIUM:
        pytest.skip("no chromium on this machine (set CHROMIUM)")
    from django.test import override_settings
    from playwright.sync_api import sync_playwright

    # Who signs in by the form would pay twice for a hash that is dear on purpose.
    cheap = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    # The driver runs a loop in this thread; Django must be told that the database is used from it all the same.
    with cheap, pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Person:
    """Somebody at her screen, signed in. `language` is vi or en, `theme` light or dark, `width` in CSS pixels; `by_form`
    signs in as people do and stands on the first page, which takes a second longer."""

    def __init__(
        self,
        browser: Any,
        server: Any,
        cast: Any,
        name: str,
        *,
        width: int = 1440,
        theme: str = "light",
        language: str = "vi",
        by_form: bool = False,
    ) -> None:
        self.name, self.site, self.width, self.theme, self.language = name, server.url, width, theme, language
        self.complaints: list[str] = []
        self.context = browser.new_context(
            viewport={"width": width, "height": 900},
            locale={"vi": "vi-VN", "en": "en-GB"}[language],
            color_scheme=theme,
        )
        self.context.add_cookies([{"name": "django_language", "value": language, "url": server.url}])
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.page.on("console", self.heard)
        self.page.on("response", self.answered)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        if by_form:
            self.sign_in(cast)
        else:
            self.context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session_of(cast.user(name)), "url": server.url}]
            )

    def sign_in(self, cast: Any) -> None:
        user = cast.user(self.name)
        user.set_password(cast.PASSWORD)
        user.save()
        self.go("/accounts/login/")
        self.page.fill("[name=login]", self.name)
        self.page.fill("[name=password]", cast.PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url(re.compile(r"/$"))

    def heard(self, message: Any) -> None:
        # What could not be loaded is told by its answer, below, with its address.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.complaints.append(message.text)

    def answered(self, response: Any) -> None:
        """A refusal is an answer (409); fonts are cut by a command of their own, and a page is whole without them."""
        if response.status >= 400 and response.status != 409 and not response.url.endswith(".woff2"):
            self.complaints.append(f"{response.status} {response.url}")

    def go(self, path: str) -> None:
        self.page.goto(self.site + path)

    def look(self, name: str, *, full: bool = False) -> None:
        """A screenshot in var/screens, to be looked at."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        kind = "".join(f"-{word}" for word in (self.language, self.theme) if word not in ("vi", "light"))
        self.page.screenshot(path=SCREENS / f"{name}-{self.width}{kind}.png", full_page=full)

    def widest(self) -> int:
        """How wide the page is, in CSS pixels: more than `width` means that it scrolls sideways."""
        return int(self.page.evaluate("document.documentElement.scrollWidth"))

    def violations(
        self, *, without: tuple[str, ...] = (), rules: tuple[str, ...] = (), but: tuple[str, ...] = ()
    ) -> list[str]:
        """What axe finds wrong on the page: one line each, with the rule and the first places. `without` are selectors left out,
        `rules` the only ones that are looked at, `but` those that are not."""
        import axe_playwright_python
        from playwright.sync_api import expect

        # What is being fetched is dim until it is there.
        expect(self.page.locator("[aria-busy=true]:not(#vk-tray)")).to_have_count(0)
        if not self.page.evaluate("'axe' in window"):
            script = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
            # The protocol evaluates past the page's policy; a script element would be refused.
            self.page.evaluate(script)
        off = {rule: {"enabled": False} for rule in but}
        # Nothing is fetched for it: the rules asked for read what the browser has.
        options = json.dumps(
            {"runOnly": list(rules) or AXE_RULES, "resultTypes": ["violations"], "rules": off, "preload": False}
        )
        scope = json.dumps({"exclude": [[selector] for selector in without]}) if without else "document"
        found = self.page.evaluate(f"axe.run({scope}, {options})")
        return [
            f"{one['id']}: {one['help']} at {', '.join(str(node['target']) for node in one['nodes'][:4])}"
            for one in found["violations"]
        ]
