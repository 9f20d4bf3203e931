"""Every status and code list, in one place. Numbers are those of Thông tư 05/2025/TT-BNV; they are stored as printed there."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Secrecy(IntegerChoices):
    """Độ mật. Clearance uses the same scale: who holds a level may see it and those below."""

    NORMAL = 0, _("Normal")
    SECRET = 1, _("Secret")
    HIGHLY_SECRET = 2, _("Highly secret")
    TOP_SECRET = 3, _("Top secret")


class Urgency(IntegerChoices):
    """Độ khẩn, with the numbers of edXML's Priority."""

    NORMAL = 0, _("Normal")
    URGENT = 1, _("Urgent")
    VERY_URGENT = 2, _("Very urgent")
    EXPRESS = 3, _("Express")
    EXPRESS_TIMED = 4, _("Express, by the hour")


class AccessMode(TextChoices):
    """mode: how a record may be used."""

    PUBLIC = "01", _("Public")
    CONDITIONAL = "02", _("Conditional")
    SECRET = "03", _("Secret")


class Maintenance(TextChoices):
    """maintenance: thời hạn bảo quản."""

    PERMANENT = "01", _("Permanent")
    YEARS_70 = "02", _("70 years")
    YEARS_50 = "03", _("50 years")
    YEARS_30 = "04", _("30 years")
    YEARS_20 = "05", _("20 years")
    YEARS_10 = "06", _("10 years")
    OTHER = "07", _("Other")


MAINTENANCE_YEARS: dict[str, int | None] = {
    Maintenance.PERMANENT: None,
    Maintenance.YEARS_70: 70,
    Maintenance.YEARS_50: 50,
    Maintenance.YEARS_30: 30,
    Maintenance.YEARS_20: 20,
    Maintenance.YEARS_10: 10,
}


class Confidence(TextChoices):
    """confidenceLevel: where the bytes come from."""

    BORN_DIGITAL = "01", _("Born digital")
    DIGITISED = "02", _("Digitised")
    MIXED = "03", _("Mixed")


class Condition(TextChoices):
    """format: the condition of the paper or file (tình trạng vật lý)."""

    GOOD = "01", _("Good")
    NORMAL = "02", _("Normal condition")
    DAMAGED = "03", _("Damaged")


class Language(TextChoices):
    VIETNAMESE = "01", _("Vietnamese")
    ENGLISH = "02", _("English")
    FRENCH = "03", _("French")
    RUSSIAN = "04", _("Russian")
    CHINESE = "05", _("Chinese")
    VIETNAMESE_ENGLISH = "06", _("Vietnamese and English")
    VIETNAMESE_RUSSIAN = "07", _("Vietnamese and Russian")
    VIETNAMESE_FRENCH = "08", _("Vietnamese and French")
    HAN_NOM = "09", _("Hán Nôm")
    VIETNAMESE_CHINESE = "10", _("Vietnamese and Chinese")
    OTHER = "11", _("Other language")


class DocumentType(TextChoices):
    """typeName of Thông tư 05/2025. A normative type without a code of its own is OTHER and keeps its name beside."""

    RESOLUTION = "01", "Nghị quyết"
    DECISION = "02", "Quyết định"
    DIRECTIVE = "03", "Chỉ thị"
    REGULATION = "04", "Quy chế"
    RULE = "05", "Quy định"
    COMMUNIQUE = "06", "Thông cáo"
    NOTICE = "07", "Thông báo"
    GUIDANCE = "08", "Hướng dẫn"
    PROGRAMME = "09", "Chương trình"
    PLAN = "10", "Kế hoạch"
    OPTION_PLAN = "11", "Phương án"
    SCHEME = "12", "Đề án"
    PROJECT = "13", "Dự án"
    REPORT = "14", "Báo cáo"
    SUBMISSION = "15", "Tờ trình"
    AUTHORISATION = "16", "Giấy ủy quyền"
    SENDING_SLIP = "17", "Phiếu gửi"
    FORWARDING_SLIP = "18", "Phiếu chuyển"
    NOTICE_SLIP = "19", "Phiếu báo"
    MINUTES = "20", "Biên bản"
    CONTRACT = "21", "Hợp đồng"
    OFFICIAL_LETTER = "22", "Công văn"
    TELEGRAM = "23", "Công điện"
    MEMORANDUM = "24", "Bản ghi nhớ"
    AGREEMENT = "25", "Bản thỏa thuận"
    INVITATION = "26", "Giấy mời"
    INTRODUCTION = "27", "Giấy giới thiệu"
    LEAVE_PERMIT = "28", "Giấy nghỉ phép"
    PUBLIC_LETTER = "29", "Thư công"
    MAP = "30", "Bản đồ"
    DRAWING = "31", "Bản vẽ kỹ thuật"
    OTHER = "32", "Khác"

    @classmethod
    def of_name(cls, name: str | None) -> "DocumentType":
        """The code of a type's Vietnamese name; OTHER where the list has none (Nghị định, Thông tư, Luật …)."""
        return _TYPES_BY_NAME.get((name or "").strip().casefold(), cls.OTHER)


_TYPES_BY_NAME = {str(member.label).casefold(): member for member in DocumentType}


class Direction(TextChoices):
    INCOMING = "in", _("Incoming")
    OUTGOING = "out", _("Outgoing")
    INTERNAL = "internal", _("Internal")


class Role(TextChoices):
    """What a person may do in an agency and in the units below it."""

    READER = "reader", _("Reader")
    CLERK = "clerk", _("Clerk")
    ARCHIVIST = "archivist", _("Archivist")
    CHIEF = "chief", _("Chief archivist")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


class DossierState(TextChoices):
    OPEN = "open", pgettext_lazy("dossier state", "Open")
    CLOSED = "closed", pgettext_lazy("dossier state", "Closed")
    SUBMITTED = "submitted", pgettext_lazy("dossier state", "Submitted")
    RETURNED = "returned", pgettext_lazy("dossier state", "Returned")
    SEALING = "sealing", pgettext_lazy("dossier state", "Being sealed")
    ARCHIVED = "archived", pgettext_lazy("dossier state", "Archived")
    APPRAISAL = "appraisal", pgettext_lazy("dossier state", "In appraisal")
    DESTROYED = "destroyed", pgettext_lazy("dossier state", "Destroyed")
    TRANSFERRED = "transferred", pgettext_lazy("dossier state", "Transferred")


# Documents may enter, leave or change only here.
WORKING_STATES = (DossierState.OPEN, DossierState.RETURNED)
# The store is the primary copy from here on.
SEALED_STATES = (DossierState.ARCHIVED, DossierState.APPRAISAL, DossierState.DESTROYED, DossierState.TRANSFERRED)


class FileRole(TextChoices):
    MAIN = "main", _("Main file")
    APPENDIX = "appendix", _("Appendix")
    SIGNATURE = "signature", _("Detached signature")
    RENDITION = "rendition", _("Rendition")


class Indication(TextChoices):
    """ETSI EN 319 102-1, 5.1.3, and two words of ours: a file without signature, and one that was not judged yet."""

    PASSED = "TOTAL-PASSED", pgettext_lazy("verdict", "Passed")
    INDETERMINATE = "INDETERMINATE", pgettext_lazy("verdict", "Not determined")
    FAILED = "TOTAL-FAILED", pgettext_lazy("verdict", "Failed")
    NONE = "NONE", pgettext_lazy("verdict", "No signature")
    WAITING = "WAITING", pgettext_lazy("verdict", "Not checked yet")


class JobState(TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class ItemState(TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    REFUSED = "refused", _("Refused")
    HELD = "held", _("Already here")
    CANCELLED = "cancelled", _("Cancelled")


class Ocr(TextChoices):
    NONE = "none", _("Not needed")
    DONE = "done", _("Read by OCR")
    PENDING = "pending", _("OCR pending")
    FAILED = "failed", _("OCR failed")


class RetentionState(TextChoices):
    RUNNING = "running", _("Being kept")
    ENDED = "ended", _("Retention ended")
    PERMANENT = "permanent", _("Kept for ever")
    UNKNOWN = "unknown", _("Cannot be computed")
    HELD = "held", _("On hold")
