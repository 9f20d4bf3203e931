"""Vietnamese family names, folded: a name under a signature begins with one."""

# The commonest of the Kinh, and those of the peoples of the north and of the highlands.
SURNAMES = frozenset((
    "an", "au", "bach", "be", "bui", "cam", "cao", "chang", "chau", "chu", "chuc", "cu", "cung", "dam", "dang",
    "danh", "dao", "dau", "diep", "dieu", "dinh", "do", "doan", "doi", "dong", "duong", "giang", "giap", "h", "ha",
    "hau", "ho", "hoac", "hoang", "hua", "huynh", "ka", "khong", "khuat", "kieu", "kim", "ksor", "ky", "la", "lai",
    "lam", "le", "lo", "lu", "luc", "luong", "luu", "ly", "ma", "mac", "mai", "moong", "nay", "nghiem", "ngo",
    "nguyen", "nhan", "ninh", "nong", "pham", "phan", "phi", "phung", "phuong", "quach", "quang", "rahlan", "rmah",
    "ro", "sin", "siu", "son", "sung", "ta", "tan", "tang", "thach", "thai", "than", "thao", "thieu", "tieu", "to",
    "ton", "tong", "tran", "trang", "tri", "trieu", "trinh", "truong", "tu", "ung", "uong", "van", "vang", "vi", "vo",
    "vu", "vuong", "y",
))  # fmt: skip
