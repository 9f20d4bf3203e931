"""Apache Tika as a native library, in this process: run it only in a worker."""

import functools
from importlib.metadata import version
from pathlib import Path

import iscc_tika

from search.extraction.backends import Xhtml
from search.extraction.errors import Damaged, Encrypted

_VERSION = f"iscc-tika {version('iscc-tika')}"


class TikaEmbedded:
    name = "tika-embedded"

    @property
    def version(self) -> str:
        return _VERSION

    def read(self, path: Path, *, media_type: str, seconds: float, characters: int) -> Xhtml:
        """Raises Encrypted or Damaged. The time limit is the worker's: a native call cannot be stopped from inside."""
        try:
            text, found = _extractor(characters).extract_file_to_string(str(path))
        except (TypeError, ValueError, OSError) as error:  # the library raises TypeError for Tika's ParseError
            if "Encrypted" in str(error):
                raise Encrypted(str(error)) from error
            raise Damaged(str(error)) from error
        if any("EncryptedDocumentException" in warning for warning in found.get("X-TIKA:warning", [])):
            raise Encrypted("Tika: document is encrypted")
        return Xhtml(text, {key: "; ".join(values) for key, values in found.items()}, cut_off=len(text) >= characters)


@functools.lru_cache(maxsize=1)
def _extractor(characters: int) -> iscc_tika.Extractor:
    office = iscc_tika.OfficeParserConfig().set_include_headers_and_footers(True)
    return (
        iscc_tika.Extractor().set_xml_output(True).set_extract_string_max_length(characters).set_office_config(office)
    )
