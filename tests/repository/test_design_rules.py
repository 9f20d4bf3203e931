"""What holds for every page at once: two equal dark blocks, nothing inline, no icon that is not drawn, no sentence untranslated."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("repository", "search", "signing", "archive", "demo")
VK = ROOT / "repository" / "static" / "vk"
TEMPLATES = sorted(path for app in APPS for path in (ROOT / app / "templates").rglob("*.html"))
PYTHON = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py"))
CATALOGUES = sorted((ROOT / "locale").rglob("*.po"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def declarations(block: str) -> dict[str, str]:
    return dict(re.findall(r"(--[\w-]+|color-scheme):\s*([^;]+);", re.sub(r"/\*.*?\*/", "", block, flags=re.DOTALL)))


def block_after(css: str, selector: str) -> str:
    start = css.index("{", css.index(selector)) + 1
    return css[start : css.index("}", start)]


def test_dark_by_the_system_and_dark_by_choice_are_the_same_dark():
    css = (VK / "tokens.css").read_text()
    by_system = declarations(block_after(css, ':root:not([data-theme="light"], .w-theme-light)'))
    by_choice = declarations(block_after(css, '[data-theme="dark"], .w-theme-dark'))

    assert by_system == by_choice
    assert by_system["--ground"] == "#12161d"


def test_every_colour_of_the_light_theme_has_its_dark_one():
    css = (VK / "tokens.css").read_text()
    light = declarations(block_after(css, ':root, [data-theme="light"]'))
    dark = declarations(block_after(css, '[data-theme="dark"], .w-theme-dark'))

    assert set(light) == set(dark)


def test_every_token_that_is_used_is_defined():
    defined = set(re.findall(r"(--[\w-]+):", (VK / "tokens.css").read_text()))
    # Places and sizes are measured, and told to the sheet by scripts: by name, or x, y, w and h of a box.
    for script in VK.glob("js/*.js"):
        defined |= set(re.findall(r"setProperty\('(--[\w-]+)'", script.read_text()))
    defined |= {"--x", "--y", "--w", "--h"}
    for sheet in VK.glob("*.css"):
        used = {name for name in re.findall(r"var\((--[\w-]+)", sheet.read_text()) if not name.startswith("--w-")}
        assert used <= defined, f"{sheet.name}: {sorted(used - defined)}"


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_no_template_has_a_style_or_a_script_of_its_own(template):
    text = re.sub(r"\{% comment.*?endcomment %\}|\{#.*?#\}", "", template.read_text(), flags=re.DOTALL)

    assert not re.search(r"<style\b", text), "a <style> element needs style-src 'unsafe-inline'"
    assert not re.search(r"\sstyle\s*=", text), "a style attribute needs style-src 'unsafe-inline'"
    assert not re.search(r"\son\w+\s*=\s*[\"']", text), "an event attribute needs script-src 'unsafe-inline'"
    assert not re.search(r"\bhx-on\b|javascript:", text), "hx-on and javascript: are evaluated scripts"
    for attributes, body in re.findall(r"<script\b([^>]*)>(.*?)</script>", text, flags=re.DOTALL):
        assert "src=" in attributes or "application/json" in attributes, "a script stands in a file"
        assert not ("src=" in attributes and body.strip())


@pytest.mark.parametrize("path", [*TEMPLATES, *PYTHON], ids=named)
def test_every_icon_that_is_asked_for_is_drawn(path):
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (VK / "icons.svg").read_text()))
    text = path.read_text()
    if path.suffix == ".html":
        # Where Wagtail's tags are loaded, its own icons may be meant.
        if "wagtailadmin_tags" in text:
            drawn |= set(re.findall(r'\{% icon "([\w-]+)"', text))
        asked = set(re.findall(r'\{% icon "([\w-]+)"', text)) | set(re.findall(r'icon_name="([\w-]+)"', text))
    else:
        asked = set(re.findall(r'(?<![\w.])icon\("([\w-]+)"', text))

    assert asked <= drawn


def test_each_state_and_each_verdict_has_its_shape():
    from repository.codes import DossierState, Indication
    from repository.components import VerdictLook

    drawn = set(re.findall(r'<symbol id="([^"]+)"', (VK / "icons.svg").read_text()))
    css = (VK / "app.css").read_text()

    assert {f"s-{state}" for state in DossierState} <= drawn
    looks = {VerdictLook.of(indication).shape for indication in Indication}
    assert len(looks) == len(Indication), "no two verdicts look the same"
    assert all(f"v-{shape}" in drawn and f".vk-verdict--{shape}" in css for shape in looks)


def entries(catalogue: Path) -> list[dict[str, str]]:
    """Keyword to text of each message; strings over several lines joined."""
    found = []
    for block in re.split(r"\n\s*\n", catalogue.read_text()):
        lines = "\n".join(line for line in block.splitlines() if not line.startswith("#"))
        parts = re.findall(r'^(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) ((?:".*"\s*)+)', lines, flags=re.MULTILINE)
        found.append({keyword: "".join(re.findall(r'"(.*)"', text)) for keyword, text in parts})
    return [entry for entry in found if entry.get("msgid")]


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=named)
def test_a_translation_keeps_the_places_of_its_sentence(catalogue):
    for entry in entries(catalogue):
        places = [
            set(re.findall(r"%\((\w+)\)|\{(\w+)\}", entry[key]))
            for key in ("msgid", "msgid_plural", "msgstr", "msgstr[0]")
            if entry.get(key)
        ]
        said = set().union(*places[: 2 if "msgid_plural" in entry else 1])
        assert all(one <= said for one in places), entry["msgid"]


def test_the_fonts_are_cut_to_every_letter_of_vietnamese():
    from fontTools.subset import parse_unicodes

    from repository.management.commands.build_fonts import UNICODES

    letters = "aăâbcdđeêghiklmnoôơpqrstuưvxy" + "áàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
    assert {ord(letter) for letter in letters + letters.upper() + "“”–—…→₫"} <= set(parse_unicodes(UNICODES))
