"""What a person is told of a text that was read, but not quite as it should be: English msgids."""


def gettext_noop(message: str) -> str:
    """Mark for translation. Django's function of this name asks for settings, which the worker processes do not have."""
    return message


CUT_OFF = gettext_noop("The text is very long; only its beginning is kept for search.")
PARTLY_SEARCHED = gettext_noop(
    "The text is very long; searching finds words of its first five million characters only."
)
OTHER_FORMAT = gettext_noop(
    "The file's name or type says one format and its content is another; it was read by its content."
)
OCR_PENDING = gettext_noop(
    "Pages of this file are pictures; their text waits for Tesseract with Vietnamese (tesseract-ocr-vie)."
)
OCR_FAILED = gettext_noop("Some pages of this file are pictures whose text could not be read.")
NO_TEXT = gettext_noop("No text was found in this file.")
OLD_FONTS = gettext_noop("The text was typed in a font from before Unicode (TCVN3 or VNI) and has been converted.")
