"""Form fields, and the place where files are dropped."""

from typing import Any

from django.forms import BoundField
from django.template.context import Context
from django.utils.translation import gettext

from repository.component_tags import register


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
        # Files wait in the browser under her identity: the next person at the same computer does not send them.
        "owner": getattr(context.get("user"), "pk", None) or "",
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
        "missing": gettext(
            "{count} files did not fit into this browser's memory. Choose the same folder again; what is in is left out."
        ),
        "cut": gettext("no connection, it goes on by itself"),
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
