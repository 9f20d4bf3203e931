"""Why a file gave no text, in words for the person who filed it.

`message` is a translatable sentence that says what to do; `str(error)` is the technical detail for the log.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ExtractionError(Exception):
    """The base of all. `retryable`: the cause is not in the file, the same call may work later."""

    message: str | Promise = _("The text of this file could not be read.")
    retryable = False


class Encrypted(ExtractionError):
    message = _("The file is protected by a password. File a copy without a password, or give the password.")


class Damaged(ExtractionError):
    message = _(
        "The file is damaged, cut off, or not of the kind its name says. Open it in its own program, save it again and "
        "file it anew, or ask the sender for another copy."
    )


class Empty(ExtractionError):
    message = _("The file has no content (0 bytes). Ask the sender for another copy.")


class TooLate(ExtractionError):
    message = _("Reading the file took too long and was stopped. Try again later, or split the file into smaller ones.")


class TooLarge(ExtractionError):
    message = _("The file unpacks to more than can be read safely. Split it into smaller files and file those.")


class UnsupportedFormat(ExtractionError):
    message = _("Text cannot be read from files of this format. File a copy as PDF beside the original.")


class ServiceDown(ExtractionError):
    """The Tika server cannot be reached or gave up for reasons of its own, or this machine cannot start a reader."""

    message = _("The text service does not answer. The file is kept and will be read when the service is back.")
    retryable = True
