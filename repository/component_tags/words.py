"""Words, figures, dates and times; the theme; the navigation's places."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.template.context import Context
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext

from repository import formats
from repository.clock import LOCAL, now
from repository.component_tags import register
from repository.components import Place
from repository.preferences import preferred

THEMES = ("light", "dark")


@register.simple_tag(takes_context=True)
def theme_attribute(context: Context) -> SafeString:
    """` data-theme="dark"` when the reader chose one, so that no page flashes; else nothing. Her account goes before the cookie."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme") if request else None
    chosen = preferred(getattr(request, "user", None), "theme", chosen)
    return format_html(' data-theme="{}"', chosen) if chosen in THEMES else mark_safe("")


@register.simple_tag
def num(value: float | None, decimals: int = 0) -> SafeString:
    """A figure of the record: grouped, in the serif with figures of one width."""
    return format_html('<span class="vk-num">{}</span>', formats.number(value, decimals))


@register.simple_tag
def size(count: int | None) -> SafeString:
    return format_html('<span class="vk-nowrap">{}</span>', formats.size(count))


@register.simple_tag(name="date")
def date_(value: date | datetime | None) -> SafeString:
    """<time> with the day as records are dated; an en dash where there is none, or no row that could have one."""
    if not value:
        return mark_safe('<span class="vk-meta">–</span>')
    return format_html('<time class="vk-num" datetime="{}">{}</time>', value.isoformat(), formats.day(value))


@register.simple_tag
def when(value: datetime | None) -> SafeString:
    """How long ago, with the exact moment in `title` and `datetime`."""
    if value is None:
        return mark_safe('<span class="vk-meta">–</span>')
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        formats.instant(value),
        formats.relative(value, now()),
    )


@register.simple_tag
def today() -> SafeString:
    """The day and its date, as they stand over a page that is read in the morning; a phone has no room for the year."""
    moment = now().astimezone(LOCAL)
    day = date_format(moment, pgettext("today, as a date format", "l, j F"))
    return format_html(
        '{} <span class="vk-hide-s">{}</span>', day, date_format(moment, pgettext("year behind today", "Y"))
    )


@register.filter
def figure(value: float | None) -> str:
    return formats.number(value)


@register.filter
def get(mapping: Mapping[str, Any] | None, key: str) -> Any:
    """The value under a key that is itself a variable."""
    return mapping.get(key) if mapping else None


@register.filter
def percent(share: float) -> str:
    return formats.percent(share)


@register.filter
def duration(seconds: float) -> str:
    return formats.duration(seconds)


@register.filter
def places(nav: Iterable[Any] | None) -> list[Place]:
    """Navigation entries however they were given: tuples or mappings of label, url, current, count, letter."""
    return [Place.of(raw) for raw in nav or ()]


@register.filter
def initials(name: object) -> str:
    return formats.initials(str(name))


@register.simple_tag
def marked(text: str, spans: Iterable[tuple[int, int]]) -> SafeString:
    """The text with <mark> around each span (start, end in characters of `text`; in order, not overlapping).

    Spans with nothing but blanks between them are one mark: found words that follow each other read as what was found.
    """
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and not text[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    pieces, at = [], 0
    for start, end in joined:
        pieces += [conditional_escape(text[at:start]), format_html("<mark>{}</mark>", text[start:end])]
        at = end
    pieces.append(conditional_escape(text[at:]))
    return mark_safe("".join(pieces))  # noqa: S308 (every piece was escaped above)
