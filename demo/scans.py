"""Makes a scan of a printed paper: images only, turned a little, grey and noisy, as an office scanner leaves them."""

from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from random import Random
from statistics import NormalDist

import pypdfium2
from PIL import Image, ImageChops, ImageFilter

DPI = 200
_TILE = 1024


def scan(data: bytes, *, seed: int | str, dpi: int = DPI, quality: int = 55) -> bytes:
    """The pages of a PDF as a PDF of grey JPEG images without text; the same bytes for the same seed.

    Each page is turned by 0.5 to 1.5 degrees to one side or the other; `dpi` is dots per inch.
    """
    rng = Random(f"scan:{seed}")
    document = pypdfium2.PdfDocument(data)
    document.init_forms()
    pages = [_page(document[index], rng, dpi) for index in range(len(document))]
    made = datetime(2020, 1, 1, tzinfo=UTC).timetuple()
    out = BytesIO()
    pages[0].save(
        out,
        "PDF",
        save_all=True,
        append_images=pages[1:],
        resolution=dpi,
        quality=quality,
        producer="",
        creationDate=made,
        modDate=made,
    )
    return out.getvalue()


def _page(page: pypdfium2.PdfPage, rng: Random, dpi: int) -> Image.Image:
    picture = page.render(scale=dpi / 72, grayscale=True, may_draw_forms=True).to_pil().convert("L")
    paper = 236 + rng.randrange(12)
    angle = rng.uniform(0.5, 1.5) * rng.choice((-1, 1))
    picture = picture.point(lambda level: 28 + level * (paper - 28) // 255)
    picture = picture.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=paper)
    picture = picture.filter(ImageFilter.GaussianBlur(0.6))
    grain = Image.new("L", picture.size)
    tile = _grain()
    shift_x, shift_y = rng.randrange(_TILE), rng.randrange(_TILE)
    for left in range(-shift_x, picture.width, _TILE):
        for top in range(-shift_y, picture.height, _TILE):
            grain.paste(tile, (left, top))
    return ImageChops.add(picture, grain, scale=1, offset=-128)


@lru_cache(maxsize=1)
def _grain() -> Image.Image:
    """Normal noise of a standard deviation of 6 levels round 128."""
    normal = NormalDist(128, 6)
    levels = [round(normal.inv_cdf((value + 0.5) / 256)) for value in range(256)]
    noise = Image.frombytes("L", (_TILE, _TILE), Random("grain").randbytes(_TILE * _TILE))
    return noise.point(levels)
