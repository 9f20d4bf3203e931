"""`make screens`: the pictures of the guide and the README anew, then every page into var/screens with a contact sheet.

    python -m scripts.screens                  everything
    python -m scripts.screens --guide          only the pictures of the guide and the README
    python -m scripts.screens --pages NAME…    only these pages (search, dossier-open, …)
    python -m scripts.screens --language vi --width 360 --theme dark --role reader

The archive is made once, in var/screens-archive (REPOSITORY_DATA chooses another folder); remove it to begin again.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
SHOTS = ROOT / "var" / "screens"
SIZES = {1440: 900, 360: 740}


def main(arguments: list[str]) -> int:
    asked = options(arguments)
    folder = Path(os.environ.get("REPOSITORY_DATA", "").strip() or ROOT / "var" / "screens-archive").resolve()
    os.environ |= {"REPOSITORY_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "settings"}
    # Playwright's driver runs a loop in this thread, and the database is used from it all the same.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    from scripts.screens import archive

    archive.make(folder)
    import django

    django.setup()
    from playwright.sync_api import sync_playwright

    from demo.visitors import session_of
    from repository.models import User
    from scripts.screens.pages import ROLES
    from tests.browser import CHROMIUM, FLAGS

    if not CHROMIUM:
        print("screens: no chromium on this machine (set CHROMIUM)")
        return 1
    sessions = {role: session_of(User.objects.get(username=username)) for role, username in ROLES.items()}
    complaints = 0
    with archive.served(archive.moment()) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        if not asked.pages:
            take_guide(browser, site, sessions)
        if not asked.guide:
            complaints = take_pages(browser, site, sessions, asked)
        browser.close()
    return 1 if complaints else 0


def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guide", action="store_true", help="only the pictures of the guide and the README")
    parser.add_argument("--pages", nargs="*", default=[], metavar="NAME", help="only these pages")
    parser.add_argument("--role", action="append", help="only as this role")
    parser.add_argument("--language", choices=("vi", "en"))
    parser.add_argument("--width", type=int, choices=sorted(SIZES))
    parser.add_argument("--theme", choices=("light", "dark"))
    parser.add_argument("--whole", action="store_true", help="the whole length of a page, not the first screen")
    return parser.parse_args(arguments)


def actor_of_role(role: str) -> Any:
    from repository.actors import actor_of
    from repository.models import User
    from scripts.screens.pages import ROLES

    return actor_of(User.objects.get(username=ROLES[role]))


def take_guide(browser: Any, site: str, sessions: dict[str, str]) -> None:
    from repository.guide import LANGUAGES, PICTURE_SIZE, picture_path
    from scripts.screens import pictures
    from scripts.screens.camera import View, context_of, open_page
    from scripts.screens.pages import Page

    static = pictures.GUIDE.parent.parent
    for language in LANGUAGES:
        for one in pictures.GUIDE_PICTURES:
            address = one.address(actor_of_role(one.role))
            if address is None:
                print(f"screens: no example for the picture {one.name}")
                continue
            view = View(one.role, language, *PICTURE_SIZE, "light")
            context = context_of(browser, site, view, sessions[one.role])
            screen = context.new_page()
            open_page(screen, site, Page(one.name, (one.role,), one.address, one.settle), address)
            taken = screen.screenshot()
            context.close()
            kept = static / picture_path(one.name, language)
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(pictures.webp(taken))
            if language == "vi" and one in pictures.README_PICTURES:
                pictures.README.mkdir(parents=True, exist_ok=True)
                (pictures.README / f"{one.name}.webp").write_bytes(kept.read_bytes())


def looks(asked: argparse.Namespace) -> list[tuple[int, str]]:
    """Width and theme of each picture of a page."""
    widths = (asked.width,) if asked.width else tuple(SIZES)
    return [(width, theme) for width in widths for theme in ((asked.theme,) if asked.theme else ("light", "dark"))]


def take_pages(browser: Any, site: str, sessions: dict[str, str], asked: argparse.Namespace) -> int:
    from scripts.screens import sheet
    from scripts.screens.camera import View, context_of, open_page, sideways, turn
    from scripts.screens.pages import PAGES

    by_role = defaultdict(list)
    for page in PAGES:
        if not asked.pages or page.name in asked.pages:
            for role in page.roles:
                if not asked.role or role in asked.role:
                    by_role[role].append(page)
    shots: list[sheet.Shot] = []
    for role, pages in by_role.items():
        actor = actor_of_role(role)
        addresses = [(page, page.address(actor)) for page in pages]
        for language in (asked.language,) if asked.language else ("vi", "en"):
            width, theme = looks(asked)[0]
            context = context_of(browser, site, View(role, language, width, SIZES[width], theme), sessions[role])
            for page, address in addresses:
                if address is None:
                    print(f"screens: no example of {page.name} for {role}")
                    continue
                screen = context.new_page()
                said = open_page(screen, site, page, address)
                for width, theme in looks(asked):
                    view = View(role, language, width, SIZES[width], theme)
                    turn(screen, view)
                    wrong = [*said, "scrolls sideways"] if sideways(screen) else said
                    file = f"{view.named}/{page.name}-{role}.png"
                    (SHOTS / file).parent.mkdir(parents=True, exist_ok=True)
                    screen.screenshot(path=SHOTS / file, full_page=asked.whole)
                    shots.append(sheet.Shot(page.name, role, view.named, file, tuple(wrong)))
                    for text in wrong:
                        print(f"screens: {view.named} {page.name} {role}: {text}", flush=True)
                screen.close()
            context.close()
    print(f"screens: {len(shots)} pictures, {sheet.write(SHOTS, shots).relative_to(ROOT)}")
    return sum(bool(shot.complaints) for shot in shots)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
