"""Blocks: what stands between the tags is the body."""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from repository.component_tags import register
from repository.component_tags.shapes import icon


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
        '<div class="vk-scroll" tabindex="0" role="group" aria-label="{}"><table class="vk-table{}{}">{}</table></div>',
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
