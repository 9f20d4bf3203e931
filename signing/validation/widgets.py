"""Where the form fields of a document lie on its pages."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from pyhanko.pdf_utils import generic, misc

from signing.validation.covering import Placed, Rectangle
from signing.validation.document import Revision

DEEPEST = 50  # levels of a page tree or of a field's parents
BROKEN = (misc.PdfError, KeyError, TypeError, ValueError, AttributeError)


def rectangles_of(revision: Revision, names: Collection[str]) -> dict[int, list[Rectangle]]:
    """Page numbers (from 0) and the rectangles there of the fields with these full names or below them."""
    return {number: [each.rectangle for each in placed] for number, placed in placed_of(revision, names).items()}


def placed_of(revision: Revision, names: Collection[str]) -> dict[int, list[Placed]]:
    """The same with the name, out of `names`, that each belongs to."""
    found = defaultdict(list)
    for number, page in enumerate(_pages(revision.root["/Pages"], 0)):
        annotations = page.get("/Annots")
        for annotation in annotations.get_object() if annotations is not None else ():
            try:
                widget = annotation.get_object()
                name = _full_name(widget)
                above = next((each for each in names if name.startswith(f"{each}.")), None)
                if (owner := name if name in names else above) is not None:
                    x1, y1, x2, y2 = (float(part) for part in widget["/Rect"])
                    rectangle = min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
                    found[number].append(Placed(owner, rectangle))
            except BROKEN:
                continue
    return dict(found)


def _pages(node: generic.DictionaryObject, depth: int) -> Iterator[generic.DictionaryObject]:
    if depth > DEEPEST:
        return
    for kid in node.get("/Kids", ()):
        kid = kid.get_object()
        if "/Kids" in kid:
            yield from _pages(kid, depth + 1)
        else:
            yield kid


def _full_name(field: generic.DictionaryObject) -> str:
    parts: list[str] = []
    for _ in range(DEEPEST):
        if "/T" in field:
            parts.append(str(field["/T"]))
        if "/Parent" not in field:
            break
        field = field["/Parent"]
    return ".".join(reversed(parts))
