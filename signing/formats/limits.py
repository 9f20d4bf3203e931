"""How much of a hostile file is read. Time and memory are bounded by the worker process besides."""

from signing.validation.document import NotReadable

XML_BYTES = 96 << 20  # of one XML file; an edXML message carries its attachments in base64
XML_DEPTH = 400  # elements inside each other
SIGNATURES = 100  # looked at in one file
REFERENCES = 5_000  # of one XML signature, manifests counted in
CMS_BYTES = 512 << 20  # of one CMS file, the content it encloses counted in
PACKAGE_PARTS = 20_000
PACKAGE_BYTES = 512 << 20  # unpacked
PACKAGE_RATIO = 250  # unpacked to packed, above PACKAGE_SMALL
PACKAGE_SMALL = 16 << 20

__all__ = [
    "CMS_BYTES",
    "PACKAGE_BYTES",
    "PACKAGE_PARTS",
    "PACKAGE_RATIO",
    "PACKAGE_SMALL",
    "REFERENCES",
    "SIGNATURES",
    "XML_BYTES",
    "XML_DEPTH",
    "NotReadable",
]
