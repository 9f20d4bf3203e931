"""Every component in every state, light beside dark, with made-up matter: for looking at, and for the tests that look.

Tỉnh Lam Giang does not exist. What stands here is Vietnamese in both languages, because it is matter, not interface.
"""

import json
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from repository.clock import now
from repository.codes import DossierState, Indication
from repository.components import JobView, Place
from repository.refusals import Blocker, Refused

ME = SimpleNamespace(pk=UUID(int=1))


class SampleForm(forms.Form):
    subject = forms.CharField(label="Trích yếu", help_text="Như trên văn bản, nhiều nhất 500 chữ.")
    issued_on = forms.CharField(label="Ngày ban hành")
    period = forms.ChoiceField(label="Thời hạn", choices=[("05", "20 năm"), ("01", "Vĩnh viễn")], required=False)
    note = forms.CharField(label="Ghi chú", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    tell = forms.BooleanField(label="Báo tôi khi có văn bản mới", required=False, initial=True)

    def clean_issued_on(self) -> str:
        raise forms.ValidationError("Ngày này chưa tới. Trên trang 1 ghi 14/02/2025?")


def gallery(request: HttpRequest) -> HttpResponse:
    """The whole gallery. It needs no database and no session."""
    return render(request, "vk/design/gallery.html", gallery_context(request))


@require_POST
def take_file(request: HttpRequest) -> JsonResponse:
    """Takes a dropped file and forgets it: answers as the real endpoint would, by the name of the file."""
    name = request.GET.get("name", "")
    length = len(request.read())
    if "mat" in name.casefold():
        return JsonResponse(
            {"status": "refused", "message": "Văn bản mang dấu MẬT.", "item": None, "warnings": []}, status=422
        )
    if "sao" in name.casefold():
        return JsonResponse(
            {"status": "held", "message": "Giống từng bit với 06/2025/QĐ-UBND.", "item": None, "warnings": []}
        )
    warnings = [] if length else ["Tệp rỗng."]
    return JsonResponse({"status": "received", "message": "", "item": str(UUID(int=length)), "warnings": warnings})


def gallery_context(request: HttpRequest | None = None) -> dict[str, Any]:
    """Everything the gallery shows; a request only adds what is asked of its address (?theme=dark)."""
    wanted = request.GET.get("theme", "") if request else ""
    return {
        "themes": [wanted] if wanted in ("light", "dark") else ["light", "dark"],
        "nav": [
            Place("Tra cứu", "#tra-cuu", True, letter="t"),
            Place("Hồ sơ", "#ho-so", count=214, letter="s"),
            ("Kiểm chứng", "#", False, None, "k"),
        ],
        "tray": {"jobs": [{"view": view} for view in jobs()], "running": 2, "ended": 2, "percent": 64, "all_url": "#"},
        "search_url": "#",
        "colours": COLOURS,
        "verdicts": list(Indication),
        "states": list(DossierState),
        "jobs": jobs(),
        "refused": refused(),
        "mended": ["Văn bản số 9 chưa có trích yếu"],
        "events": events(),
        "reader": ME,
        "lines": LINES,
        "signatures": signatures(),
        "facet": FACET,
        "kinds": [
            {"label": label, "url": "#", "count": count}
            for label, count in (("Công văn", 96), ("Quyết định", 54), ("Kế hoạch", 41))
        ],
        "hits": hits(),
        "form": SampleForm(
            {"subject": "Kiện toàn Ban An toàn giao thông tỉnh", "issued_on": "14/02/2055", "tell": "on"}
        ),
        "facts": [
            ("Phông", "UBND tỉnh Lam Giang"),
            ("Đề mục", "ATGT. An toàn giao thông"),
            ("Hộp", "203", "vk-num"),
            ("Trống", ""),
        ],
        "moments": [
            now() - timedelta(seconds=20),
            now() - timedelta(minutes=5),
            now() - timedelta(days=1),
            now() - timedelta(days=400),
        ],
        "rows": [
            ("07.XDCB-2025", date(2025, 11, 20), 1940, "submitted"),
            ("08.VHTT-2023", date(2023, 11, 30), 209, "archived"),
        ],
    }


COLOURS = [
    *[
        "ground",
        "surface",
        "sunken",
        "hover",
        "selected",
        "desk",
        "rule",
        "rule-strong",
        "edge",
        "ink",
        "ink-2",
        "ink-3",
    ],
    *["link", "focus", "son", "son-wash", "mark", "pass", "pass-wash", "unsure", "unsure-wash"],
    *["fail", "fail-solid", "fail-wash", "note", "note-wash"],
]

LINES = [
    {"op": "", "label": "Công việc kết thúc", "value": "2025-12-18"},
    {"op": "→", "label": "Từ 1 tháng 1 năm sau", "value": "2026-01-01", "note": "TT 10/2022", "url": "#"},
    {"op": "+", "label": "Thời hạn", "value": "20 năm"},
    {"op": "=", "label": "Được xét hủy từ", "value": date(2046, 1, 1)},
]

FACET = [
    {
        "label": "UBND tỉnh Lam Giang",
        "url": "#",
        "count": 203,
        "open": True,
        "children": [
            {"label": "Văn phòng UBND tỉnh", "url": "#", "count": 96, "current": True},
            {"label": "Sở Xây dựng", "url": "#", "count": 62},
        ],
    }
]


def jobs() -> list[JobView]:
    return [
        JobView("Nhận 320 tệp", "running", 214, 320, failed=1, rate=38, left=180, url="#"),
        JobView("Xuất 1.204 văn bản", "queued", 0, 1204),
        JobView("Niêm 02.QPPL-2024", "failed", 19, 31, message="1 tệp đọc lại không khớp mã băm. Chưa có gì thay đổi."),
        JobView("Kiểm 4.000 tệp", "done", 4000, 4000),
    ]


def refused() -> Refused:
    return Refused(
        "close",
        None,
        [
            Blocker(
                "unconfirmed",
                "2 văn bản chưa xác nhận",
                "Kho đọc được nhưng chưa ai kiểm.",
                "Xác nhận hoặc sửa.",
                "#",
                "Xác nhận 2 văn bản",
            ),
            Blocker("no-retention", "Chưa định thời hạn bảo quản", "Đề mục gợi ý 20 năm.", "", "#", "Nhận 20 năm"),
        ],
    )


def events() -> list[SimpleNamespace]:
    def event(
        kind: str, ago: timedelta, actor: str, what: str = "", actor_id: UUID | None = None, **details: Any
    ) -> SimpleNamespace:
        body = json.dumps({"details": details}).encode()
        return SimpleNamespace(
            kind=kind, at=now() - ago, actor_label=actor, actor_id=actor_id, object_label=what, body=body
        )

    return [
        event("intake.refused_secret", timedelta(seconds=9), "Lương Thị Hạ (ha.lt)", "04.ATGT-2025", ME.pk, mark="MẬT"),
        event("document.changed", timedelta(minutes=5), "Lương Thị Hạ (ha.lt)", "văn bản số 9", ME.pk),
        event(
            "dossier.sealing_given_up",
            timedelta(days=2),
            "system",
            "02.QPPL-2024",
            reason="1 tệp đọc lại không khớp mã băm.",
        ),
        event(
            "dossier.returned",
            timedelta(days=19),
            "Ngô Bá Thuần (thuan.nb)",
            reason="Thiếu biên bản làm việc với xã Vân Sa.",
        ),
        event("box.moved_to_shelf", timedelta(days=80), "Ngô Bá Thuần (thuan.nb)", "hộp 203"),
        event("dossier.opened", timedelta(days=685), "Lương Thị Hạ (ha.lt)", "04.ATGT-2025"),
    ]


def signatures() -> list[dict[str, Any]]:
    def three(*words: tuple[str, str, str]) -> list[dict[str, str]]:
        return [{"label": label, "indication": shape, "word": word} for label, shape, word in words]

    return [
        {
            "indication": "TOTAL-FAILED",
            "signer": "Đào Minh Khê",
            "position": "Chủ tịch",
            "about": "UBND tỉnh Lam Giang · chữ ký cá nhân",
            "why": "Tệp bị sửa sau khi ký: trang 2 có 2 chỗ khác bản đã ký.",
            "link": {"url": "#", "label": "Xem hai bản cạnh nhau"},
            "facts": three(
                ("Toàn vẹn", "fail", "Đã sửa"), ("Người ký", "pass", "Xác nhận"), ("Thời gian", "unsure", "Tự khai")
            ),
            "details": [("Kết luận", "TOTAL-FAILED"), ("Lý do", "HASH_FAILURE")],
        },
        {
            "indication": "INDETERMINATE",
            "signer": "UBND tỉnh Lam Giang",
            "about": "con dấu cơ quan",
            "why": "Tệp còn nguyên, nhưng chưa biết chứng thư còn hiệu lực hay không. Chưa rõ không có nghĩa là giả.",
            "remedy": {"url": "#", "label": "Lấy danh sách thu hồi, kiểm tra lại"},
            "facts": three(
                ("Toàn vẹn", "pass", "Còn nguyên"), ("Người ký", "unsure", "Chưa rõ"), ("Thời gian", "pass", "Có dấu")
            ),
        },
    ]


def hits() -> list[dict[str, Any]]:
    mark = "trật tự, an toàn giao thông"
    return [
        {
            "here": True,
            "number": "06/2025/QĐ-UBND",
            "date": date(2025, 3, 14),
            "type": "Quyết định",
            "url": "#",
            "title": format_html("Ban hành Quy định phối hợp bảo đảm <mark>{}</mark> đường bộ", mark),
            "text": format_html("… cấp xã chịu trách nhiệm bảo đảm <mark>{}</mark> trong phạm vi quản lý …", mark),
            "pages": [(1, "#1"), (3, "#3"), (12, "#12")],
            "more_pages": 4,
            "agency": "UBND tỉnh Lam Giang",
            "dossiers": [("04.ATGT-2025", "#")],
            "indication": "INDETERMINATE",
            "page_count": 12,
        },
        {
            "number": "09/CT-UBND",
            "date": date(2025, 9, 5),
            "type": "Chỉ thị",
            "url": "#",
            "title": "Tăng cường bảo đảm an toàn giao thông cho học sinh khi đến trường",
            "pages": [(1, "#1")],
            "agency": "UBND tỉnh Lam Giang",
            "indication": "TOTAL-FAILED",
            "warning": "Tệp bị sửa sau khi ký",
            "page_count": 3,
        },
        {
            "number": "",
            "url": "#",
            "title": "Họp liên ngành về tổ chức giao thông",
            "indication": "NONE",
            "page_count": 4,
            "scanned": True,
        },
    ]
