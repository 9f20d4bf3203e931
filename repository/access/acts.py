"""What each role may do. An act that stands nowhere here is nobody's."""

from repository.codes import Role

R, C, A, H, U, M = Role.READER, Role.CLERK, Role.ARCHIVIST, Role.CHIEF, Role.AUDITOR, Role.ADMINISTRATOR

# Roles that read the records of their agency and of the units below it. The administrator is not among them.
READING_ROLES = (R, C, A, H, U)
FILING_ROLES = (C, A, H)

# On a dossier, or on a document by the agency that keeps it or by a dossier it is in.
RECORD_ACTS: dict[str, tuple[Role, ...]] = {
    "view": READING_ROLES,
    "download": READING_ROLES,
    "history": READING_ROLES,
    # Who opened it and took it away.
    "see readings": (A, H, U),
    "file": FILING_ROLES,
    "edit": FILING_ROLES,
    "order": FILING_ROLES,
    "withdraw": FILING_ROLES,
    "close": FILING_ROLES,
    "reopen": FILING_ROLES,
    "submit": FILING_ROLES,
    "return": (A, H),
    "accept": (A, H),
    "seal": (A, H),
    "verify": (C, A, H, U),
    "ask to sign": FILING_ROLES,
    # With a key of one's own, and only where one is asked to.
    "sign": (R, C, A, H),
    "renew": (A, H),
    "hold": (H,),
    "lift": (H,),
    "grant": (H,),
    "close finding": (A, H, U),
}

# In an agency.
AGENCY_ACTS: dict[str, tuple[Role, ...]] = {
    "open dossier": FILING_ROLES,
    "plan": (A, H),
    "manage agency": (M,),
    "manage people": (M,),
    "audit": (U, H),
    # The agency's seal is kept by its clerks' office (Nghị định 30/2020/NĐ-CP, article 32).
    "apply seal": FILING_ROLES,
    # Opening, answering and closing an audit with its sample.
    "keep audit": (U,),
}

# Anywhere at all.
GENERAL_ACTS: dict[str, tuple[Role, ...]] = {
    "see jobs": (A, H, U, M),
    "see runs": (A, H, U, M),
    "manage classes": (H, M),
    "manage trust": (H, M),
    "manage abbreviations": (A, H),
    # What is searched for and not found, without who asked.
    "see searches": (A, H, U, M),
    "manage keys": (M,),
    "manage index": (M,),
    "search": READING_ROLES,
    "work": FILING_ROLES,
}
