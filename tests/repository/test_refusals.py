"""Whatever is refused says what to do: every blocker in the code has a remedy, or is one itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
MODULES = [
    path for app in ("repository", "search", "signing", "archive") for path in sorted((ROOT / app).rglob("*.py"))
]
# A title that tells somebody to do something is its own remedy.
ORDERS = ("Choose", "Say", "Enter", "Tell", "Name", "Write", "Read", "Load")
# Where `remedy` stands among the arguments of each.
PLACES = {"because": 4, "Blocker": 3}


def refusals() -> Iterator[tuple[Path, int, str, ast.expr | None]]:
    """Each blocker that is made: where, its title as far as it is written there, and its remedy."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in PLACES or any(isinstance(one, ast.Starred) for one in node.args):
                continue
            given = {word.arg: word.value for word in node.keywords}
            place = PLACES[name]
            remedy = given.get("remedy") or (node.args[place] if len(node.args) > place else None)
            title = given.get("title") or (
                node.args[place - 1] if name == "because" and len(node.args) >= place else None
            )
            title = title or (node.args[1] if name == "Blocker" and len(node.args) > 1 else None)
            words = [one.value for one in ast.walk(title or node) if isinstance(one, ast.Constant)]
            texts = [one for one in words if isinstance(one, str)]
            yield path.relative_to(ROOT), node.lineno, texts[0] if texts else "", remedy


@pytest.fixture(scope="module")
def found() -> list[tuple[Path, int, str, ast.expr | None]]:
    return list(refusals())


def test_every_refusal_says_what_to_do(found):
    assert len(found) > 80
    silent = [
        f"{path}:{line}: {title}"
        for path, line, title, remedy in found
        if remedy is None and not title.startswith(ORDERS) and ". " not in title
    ]
    assert not silent, "\n".join(silent)


def test_no_refusal_raises_its_voice_or_blames(found):
    loud = [title for _, _, title, _ in found if "!" in title or title.startswith(("Error", "Invalid", "Illegal"))]
    assert not loud
