"""The components of the design as template tags. docs/design-language.md lists them with what each one wants.

In a template of the workbench load this library after `wagtailadmin_tags`: both have a tag named `icon`.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BoundField
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from repository import formats
from repository.clock import now
from repository.codes import DossierState
from repository.components import STATE_WORDS, JobView, Place, VerdictLook, sum_lines
from repository.sentences import said_events

register = template.Library()

THEMES = ("light", "dark")
REFUSED = {
    "close": _("Not closed yet"),
    "submit": _("Not submitted yet"),
    "accept": _("Not accepted yet"),
    "reopen": _("Not opened again"),
    "return": _("Not returned"),
}


@register.simple_tag(takes_context=True)
def theme_attribute(context: Context) -> SafeString:
    """` data-theme="dark"` when the reader chose one (cookie of theme.js), so that no page flashes; else nothing."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme") if request else None
    return format_html(' data-theme="{}"', chosen) if chosen in THEMES else mark_safe("")


# ── words and figures ────────────────────────────────────────────────────────────────────────────────────────────────


@register.simple_tag
def num(value: float | None, decimals: int = 0) -> SafeString:
    """A figure of the record: grouped, in the serif with figures of one width."""
    return format_html('<span class="vk-num">{}</span>', formats.number(value, decimals))


@register.simple_tag
def size(count: int | None) -> SafeString:
    return format_html('<span class="vk-nowrap">{}</span>', formats.size(count))


@register.simple_tag(name="date")
def date_(value: date | datetime | None) -> SafeString:
    """<time> with the day as records are dated; an en dash where there is none."""
    if value is None:
        return format_html('<span class="vk-meta">–</span>')
    return format_html('<time class="vk-num" datetime="{}">{}</time>', value.isoformat(), formats.day(value))


@register.simple_tag
def when(value: datetime | None) -> SafeString:
    """How long ago, with the exact moment in `title` and `datetime`."""
    if value is None:
        return format_html('<span class="vk-meta">–</span>')
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        formats.instant(value),
        formats.relative(value, now()),
    )


@register.filter
def figure(value: float | None) -> str:
    return formats.number(value)


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
    """The text with <mark> around each span (start, end in characters of `text`; in order, not overlapping)."""
    pieces, at = [], 0
    for start, end in spans:
        pieces += [conditional_escape(text[at:start]), format_html("<mark>{}</mark>", text[start:end])]
        at = end
    pieces.append(conditional_escape(text[at:]))
    return mark_safe("".join(pieces))  # noqa: S308 (every piece was escaped above)


# ── shapes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@register.simple_tag
def icon(name: str, *, label: str = "", css: str = "") -> SafeString:
    """An icon of icons.svg. With `label` it speaks; without, it is decoration and hidden from screen readers."""
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


# ── larger parts, each with a partial of its own in templates/vk/c/ ──────────────────────────────────────────────────


@register.inclusion_tag("vk/c/timeline.html")
def timeline(events: Iterable[Any], reader: Any = None) -> dict[str, Any]:
    """Events as sentences; what `reader` (a user) did is told as "you"."""
    return {"events": said_events(events, reader)}


@register.inclusion_tag("vk/c/progress.html")
def progress(
    done: int,
    total: int,
    failed: int = 0,
    rate: float | None = None,
    eta: float | None = None,
    *,
    label: str = "",
    state: str = "running",
    message: str = "",
    failed_url: str = "",
) -> dict[str, Any]:
    """Count, rate (a minute), time left (`eta`, seconds), failures. `state`: queued, running, done, failed or cancelled."""
    view = JobView(
        label=label,
        state=state,
        done=done,
        total=total,
        failed=failed,
        rate=rate,
        left=eta,
        message=message,
        url=failed_url,
    )
    return {"job": view}


@register.inclusion_tag("vk/c/progress.html")
def job_progress(job: Any) -> dict[str, Any]:
    """A `Job` row's progress; rate and time left are computed from when it started."""
    return {"job": job if isinstance(job, JobView) else JobView.of(job, now())}


@register.inclusion_tag("vk/c/refusal.html")
def refusal(refused: Any, *, title: str = "", mended: Iterable[str] = (), level: int = 2) -> dict[str, Any]:
    """Everything that stands in the way, each with its remedy as a link or a button; `mended` is struck through at the end."""
    said = title or REFUSED.get(refused.act, gettext("This is not possible yet"))
    return {"title": said, "blockers": refused.blockers, "mended": list(mended), "level": level}


@register.inclusion_tag("vk/c/sum.html", name="sum")
def sum_(lines: Iterable[Any]) -> dict[str, Any]:
    """The sum behind a date, set like an addition: mappings or tuples of op, label, value (and note, url)."""
    return {"lines": sum_lines(lines)}


@register.inclusion_tag("vk/c/sig.html")
def sig(signature: Any) -> dict[str, Any]:
    """One signature: verdict, who, why, three facts, and the words of the standard behind."""
    return {"sig": signature}


@register.inclusion_tag("vk/c/facet.html")
def facet(
    title: str, options: Iterable[Any], *, open: bool = True, tree: bool = False, more: str = "", more_url: str = ""
) -> dict[str, Any]:
    """One filter: options of label, url, count, current (and children, or indication). An option is a link: works without script."""
    return {"title": title, "options": options, "open": open, "tree": tree, "more": more, "more_url": more_url}


@register.inclusion_tag("vk/c/hit.html")
def hit(hit: Any) -> dict[str, Any]:
    """One found document, as in a printed index."""
    return {"hit": hit}


@register.inclusion_tag("vk/c/pager.html")
def pager(
    *,
    next_url: str = "",
    previous_url: str = "",
    shown: int | None = None,
    total: int | None = None,
    step: int | None = None,
) -> dict[str, Any]:
    """Keyset paging: links to the next and the previous stretch; `shown` of `total` where both are known."""
    return {"next_url": next_url, "previous_url": previous_url, "shown": shown, "total": total, "step": step}


@register.inclusion_tag("vk/c/crumbs.html")
def crumbs(*pairs: str) -> dict[str, Any]:
    """`{% crumbs "Dossiers" url dossier.code %}`: label and address in turn; the last label stands alone and is here."""
    return {"links": list(zip(pairs[:-1:2], pairs[1::2], strict=False)), "here": pairs[-1] if len(pairs) % 2 else ""}


@register.inclusion_tag("vk/c/lag.html")
def lag(seconds: float, waiting: int = 0) -> dict[str, Any]:
    """How far the index is behind the database; over a minute it says that it is catching up."""
    return {"seconds": seconds, "late": seconds >= 60, "waiting": waiting}


@register.inclusion_tag("vk/c/field.html")
def field(bound: BoundField, *, css: str = "", without_help: bool = False) -> dict[str, Any]:
    """A form field: label, widget, help and errors, tied together for screen readers."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "")
    choices = kind in ("checkbox", "radio")
    classes = " ".join(part for part in (widget.attrs.get("class", ""), "" if choices else "vk-input", css) if part)
    help_text = "" if without_help else bound.help_text
    described = [f"{bound.auto_id}_help"] if help_text else []
    described += [f"{bound.auto_id}_error"] if bound.errors else []
    attrs: dict[str, str | bool] = {"class": classes} if classes else {}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return {
        "field": bound,
        "widget": bound.as_widget(attrs=attrs),
        "help": help_text,
        "single": kind == "checkbox" and not hasattr(widget, "choices"),
    }


@register.inclusion_tag("vk/c/form_errors.html")
def form_errors(form: Any) -> dict[str, Any]:
    """What is wrong with the form as a whole."""
    return {"errors": form.non_field_errors() if form.is_bound else []}


@register.inclusion_tag("vk/c/drop.html", takes_context=True)
def drop(
    context: Context,
    url: str,
    *,
    form_url: str = "",
    id: str = "vk-drop",
    parallel: int = 3,
    folders: bool = True,
    accept: str = "",
) -> dict[str, Any]:
    """Where files are dropped. `url` takes one file a request (contract in drop.js); `form_url` a plain multipart form, field `files`."""
    return {
        "url": url,
        "form_url": form_url or url,
        "id": id,
        "parallel": parallel,
        "folders": folders,
        "accept": accept,
        "csrf_token": context.get("csrf_token"),
        "words": drop_words(),
    }


def drop_words() -> dict[str, str]:
    """What drop.js says; {names} in braces are filled in by the script."""
    return {
        "received": gettext("Received"),
        "held": gettext("Already in the archive"),
        "refused": gettext("Not taken"),
        "failed": gettext("Could not be sent"),
        "resting": gettext("no connection, trying again"),
        "no_connection": gettext("The connection broke several times. The file is unchanged on your computer."),
        "signed_out": gettext("You are no longer signed in. Sign in in another tab, then press Try again."),
        "too_large": gettext("The file is larger than this archive accepts."),
        "not_taken": gettext("The server did not take this file."),
        "count": gettext("{done} of {total} files"),
        "bytes": gettext("{done} / {total} MB"),
        "rate": gettext("{count} files a minute"),
        "waiting": gettext("{count} waiting"),
        "left_out": gettext("{count} system files left out"),
        "held_count": gettext("{count} already in the archive"),
        "refused_count": gettext("{count} not taken"),
        "failed_count": gettext("{count} could not be sent"),
        "left_seconds": gettext("about {count} seconds left"),
        "left_minutes": gettext("about {count} minutes left"),
        "left_hours": gettext("about {count} hours left"),
        "paused": gettext("paused"),
        "finished": gettext("All files are through."),
    }


# ── blocks: what stands between the tags is the body ─────────────────────────────────────────────────────────────────


@register.simple_block_tag
def notice(content: str, kind: str = "", *, title: str = "", icon_name: str = "", closes: bool = False) -> SafeString:
    """Something happened (no kind), look here ("unsure"), refused ("fail")."""
    shown = icon_name or {"fail": "stop", "unsure": "v-unsure"}.get(kind, "")
    return format_html(
        '<div class="vk-notice{}"{}>{}{}{}</div>',
        f" vk-notice--{kind}" if kind else "",
        mark_safe(' role="alert"') if kind == "fail" else "",
        format_html("<p>{}{}</p>", icon(shown) if shown else "", title) if title else "",
        format_html("<div>{}</div>", content) if content.strip() else "",
        format_html('<p><button class="vk-link" type="button" data-close>{}</button></p>', gettext("Close"))
        if closes
        else "",
    )


@register.simple_block_tag
def empty(content: str, title: str, *, level: int = 3) -> SafeString:
    """What would stand here, how it comes, and one next step."""
    return format_html(
        '<div class="vk-empty"><h{level}>{title}</h{level}>{content}</div>', level=level, title=title, content=content
    )


@register.simple_block_tag
def table(content: str, label: str, *, cards: bool = True, wide: bool = False) -> SafeString:
    """A list as a table in a frame that scrolls by itself; `cards`: on a phone each row becomes a card."""
    return format_html(
        '<div class="vk-scroll" tabindex="0" role="region" aria-label="{}"><table class="vk-table{}{}">{}</table></div>',
        label,
        " vk-table--cards" if cards else "",
        " vk-table--wide" if wide else "",
        content,
    )


@register.simple_block_tag
def dialog(content: str, id: str, title: str) -> SafeString:
    """A native <dialog>; a control with data-dialog="id" opens it, one with data-close closes it. The body holds <div> and <footer>."""
    return format_html(
        '<dialog class="vk-dialog" id="{0}" aria-labelledby="{0}-title"><header><h2 class="vk-h2" id="{0}-title">{1}</h2></header>{2}</dialog>',
        id,
        title,
        content,
    )
