"""Icons, and what is told by shape, word and colour at once: verdicts, states, holds; and terms with their values."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from repository.codes import DossierState
from repository.component_tags import register
from repository.components import STATE_WORDS, VerdictLook


@register.simple_tag
def icon(name: str, *, label: str = "", css: str = "") -> SafeString:
    """An icon of icons.svg. With `label` it speaks; without, it is decoration and hidden from screen readers."""
    return _icon(name, str(label), css)


# A page of a long list shows hundreds of them, and few kinds.
@lru_cache(maxsize=512)
def _icon(name: str, label: str, css: str) -> SafeString:
    voice = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="vk-i{}" viewBox="0 0 16 16" {}><use href="{}#{}"/></svg>',
        f" {css}" if css else "",
        voice,
        static("vk/icons.svg"),
        name,
    )


@register.simple_tag
def seal() -> SafeString:
    return format_html(
        '<svg class="vk-seal" viewBox="0 0 24 24" aria-hidden="true"><use href="{}#seal-mark"/></svg>',
        static("vk/icons.svg"),
    )


@register.simple_tag
def ring(share: int | None = 0) -> SafeString:
    """How far all running tasks are, in hundredths, as a ring."""
    return format_html(
        '<svg class="vk-ring" viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="8" pathLength="100"/>'
        '<circle cx="10" cy="10" r="8" pathLength="100" stroke-dasharray="{} 100"/></svg>',
        max(0, min(100, int(share or 0))),
    )


@register.simple_tag
def verdict(
    indication: str | None = None, outcome: str | None = None, *, big: bool = False, label: str = ""
) -> SafeString:
    """Shape, word and colour of a verdict; `label` replaces the word ("64 passed"). What is unknown reads "not determined"."""
    look = VerdictLook.of(indication, outcome)
    return format_html(
        '<span class="vk-verdict vk-verdict--{}{}">{}{}</span>',
        look.shape,
        " vk-verdict--big" if big else "",
        icon(f"v-{look.shape}"),
        label or look.word,
    )


@register.simple_tag
def state(dossier_state: str) -> SafeString:
    """The state of a dossier as a catalogue card that fills up."""
    value = DossierState(dossier_state)
    return format_html(
        '<span class="vk-state vk-state--{}">{}{}</span>', value.value, icon(f"s-{value.value}"), STATE_WORDS[value]
    )


@register.simple_tag
def hold(reason: str = "") -> SafeString:
    """A hold stands on this dossier; the reason, where the reader may know it, is the title."""
    title = format_html(' title="{}"', reason) if reason else mark_safe("")
    return format_html('<span class="vk-hold"{}>{}{}</span>', title, icon("lock"), gettext("Hold"))


@register.simple_tag
def facts(rows: Iterable[Sequence[Any]]) -> SafeString:
    """Terms and values in two columns: (label, value) or (label, value, css class of the value). Empty values are left out."""
    return format_html(
        '<dl class="vk-facts">{}</dl>',
        format_html_join(
            "",
            "<dt>{}</dt><dd{}>{}</dd>",
            (
                (row[0], format_html(' class="{}"', row[2]) if len(row) > 2 and row[2] else "", row[1])
                for row in rows
                if row[1] not in (None, "")
            ),
        ),
    )
