"""Larger parts, each with a partial of its own in templates/vk/c/."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from repository.clock import now
from repository.component_tags import register
from repository.components import JobView, sum_lines
from repository.sentences import said_events

REFUSED = {
    "close": _("Not closed yet"),
    "submit": _("Not submitted yet"),
    "accept": _("Not accepted yet"),
    "reopen": _("Not opened again"),
    "return": _("Not returned"),
}


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
