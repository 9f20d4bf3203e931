"""One browser, and a picture of a page as one person sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Page as Screen

from scripts.screens.pages import Page

LOCALES = {"vi": "vi-VN", "en": "en-GB"}
# A page that asks again and again (the tray) never falls silent: what is loaded after this is not waited for.
SILENT_AFTER = 2_500


@dataclass(frozen=True)
class View:
    """Who looks, and on what: `width` and `height` in CSS pixels, theme light or dark, language vi or en."""

    role: str
    language: str
    width: int
    height: int
    theme: str

    @property
    def named(self) -> str:
        return f"{self.language}-{self.width}-{self.theme}"


def context_of(browser: Browser, site: str, view: View, session: str) -> BrowserContext:
    context = browser.new_context(
        viewport={"width": view.width, "height": view.height},
        locale=LOCALES[view.language],
        timezone_id="Asia/Ho_Chi_Minh",
        color_scheme="dark" if view.theme == "dark" else "light",
        reduced_motion="reduce",
    )
    context.add_cookies(
        [
            {"name": "sessionid", "value": session, "url": site},
            {"name": "django_language", "value": view.language, "url": site},
        ]
    )
    return context


def open_page(screen: Screen, site: str, page: Page, address: str) -> list[str]:
    """Go there and do what the page asks for; what the browser complained of."""
    complaints: list[str] = []

    def heard(message: Any) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            complaints.append(message.text)

    def answered(response: Any) -> None:
        if response.status >= 400 and response.status != 409 and not response.url.endswith("/nowhere/"):
            complaints.append(f"{response.status} {response.url}")

    screen.on("console", heard)
    screen.on("response", answered)
    screen.on("pageerror", lambda error: complaints.append(str(error)))
    screen.goto(site + address, wait_until="load")
    if page.settle is not None:
        page.settle(screen)
    still(screen)
    return complaints


def turn(screen: Screen, view: View) -> None:
    """The same page on another screen."""
    screen.set_viewport_size({"width": view.width, "height": view.height})
    screen.emulate_media(color_scheme="dark" if view.theme == "dark" else "light")


def still(screen: Screen) -> None:
    """Wait until nothing is loading any more, the fonts included."""
    from playwright.sync_api import TimeoutError

    try:
        screen.wait_for_load_state("networkidle", timeout=SILENT_AFTER)
    except TimeoutError:
        return
    screen.evaluate("document.fonts.ready.then(() => true)")


def sideways(screen: Screen) -> bool:
    """Whether the page is wider than the screen."""
    return bool(screen.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
