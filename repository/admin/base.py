"""What every view of the workbench shares: rows come from the rule, and every write goes through an action.

Wagtail's generic views fetch by themselves and ask no policy about one object, so `rows` (what an actor may see) is given to each
view class, and there are no views but these four: list, add, change, and an act with a form. Copy, inspect, usage, history,
choosers, exports and bulk actions do not exist here; Wagtail's addresses for them are closed (`doors.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ImproperlyConfigured
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from repository.access import require
from repository.actors import Actor
from repository.admin.entry import ActPolicy
from repository.models import Event
from repository.refusals import Refused

Rows = Callable[[Actor], models.QuerySet[Any]]
EVENTS = 12


def show_refusal(form: forms.BaseForm, refused: Refused) -> None:
    """Every reason in the form, beside its field where it has one."""
    for blocker in refused.blockers:
        name = blocker.code.removeprefix("field-")
        said = " ".join(str(part) for part in (blocker.title, blocker.remedy) if part)
        form.add_error(name if name in form.fields else None, said)


class ByRule:
    """Rows and objects as the actor may see them; who may not act here is told so before anything is read."""

    # Django's forms take PUT for POST; no page of ours does.
    http_method_names = ("get", "head", "options", "post")
    request: Any
    kwargs: dict[str, Any]
    rows: Rows | None = None
    act: str = ""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        require(request.actor, self.act)  # type: ignore[attr-defined]
        super().setup(request, *args, **kwargs)  # type: ignore[misc]

    @property
    def actor(self) -> Actor:
        return self.request.actor  # type: ignore[no-any-return]

    def visible_rows(self) -> models.QuerySet[Any]:
        if self.rows is None:
            raise ImproperlyConfigured(f"{type(self).__name__} has no rows.")
        return self.rows(self.actor)

    def get_base_queryset(self) -> models.QuerySet[Any]:
        return self.visible_rows()

    def get_queryset(self) -> models.QuerySet[Any]:
        return self.visible_rows()

    def get_object(self, queryset: Any = None) -> Any:
        found = self.visible_rows().filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found


class Writes:
    """A form whose save is an action; a refusal comes back into the form."""

    form: forms.BaseForm
    produced_error_message: Any

    def form_valid(self, form: forms.BaseForm) -> HttpResponse:
        try:
            return super().form_valid(form)  # type: ignore[misc,no-any-return]
        except Refused as refused:
            show_refusal(form, refused)
            self.produced_error_message = self.get_error_message()  # type: ignore[attr-defined]
            return self.form_invalid(form)  # type: ignore[attr-defined,no-any-return]


class List(ByRule, generic.IndexView):
    FORMATS = ()

    def get_queryset(self) -> models.QuerySet[Any]:
        return generic.IndexView.get_queryset(self)


class Add(ByRule, Writes, generic.CreateView):
    template_name = "repository/admin/form.html"
    perform: Callable[[Actor, dict[str, Any]], Any] | None = None

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.actor, "wanted": self.request.GET}

    def save_instance(self) -> Any:
        assert self.perform is not None
        return self.perform(self.actor, self.form.cleaned_data)


class Change(ByRule, Writes, generic.EditView):
    template_name = "repository/admin/form.html"
    perform: Callable[[Actor, Any, dict[str, Any]], Any] | None = None
    acts: tuple[Act, ...] = ()
    event_kinds: tuple[str, ...] = ()
    more: Callable[[HttpRequest, Any], dict[str, Any]] | None = None

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.actor}

    def save_instance(self) -> Any:
        assert self.perform is not None
        return self.perform(self.actor, self.object, self.form.cleaned_data)

    @property
    def can_delete(self) -> bool:
        return False

    @cached_property
    def header_more_buttons(self) -> list[HeaderButton]:
        return []

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        return [
            HeaderButton(
                act.label, url=reverse(act.url_name, args=[self.object.pk]), icon_name=act.icon, priority=order
            )
            for order, act in enumerate(self.acts)
            if act.shown(self.object)
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["events"] = history(self.object, self.event_kinds)
        if self.more is not None:
            context.update(self.more(self.request, self.object))
        return context


def history(thing: models.Model, kinds: tuple[str, ...]) -> list[Event]:
    """The latest events of reference data: only of its own kinds, for an event may speak of records as well."""
    events = Event.objects.filter(object_id=thing.pk).order_by("-id")[: EVENTS * 2]
    return [event for event in events if event.kind.split(".")[0] in kinds][:EVENTS]


class Act:
    """An act beside changing: its name in addresses, its button, its form, and what it does."""

    def __init__(
        self,
        name: str,
        label: Any,
        perform: Callable[[Actor, Any, dict[str, Any]], Any],
        *,
        question: Any = "",
        button: Any = "",
        done: Any = "",
        form: type[forms.Form] = forms.Form,
        icon: str = "cog",
        serious: bool = False,
        shown: Callable[[Any], bool] = lambda thing: True,
        answer: Callable[[HttpRequest, Any], HttpResponse] | None = None,
        back: str = "edit",
    ) -> None:
        self.name, self.label, self.perform = name, label, perform
        self.question, self.button, self.done = question, button or label, done
        self.form, self.icon, self.serious = form, icon, serious
        self.shown, self.answer, self.back = shown, answer, back
        self.url_name = ""


class ActView(ByRule, WagtailAdminTemplateMixin, FormView):
    """Asks, and acts on POST."""

    template_name = "repository/admin/act.html"
    deed: Act | None = None
    model: Any = None
    index_url_name: str = ""
    edit_url_name: str = ""
    header_icon: str = ""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.object = self.get_object()

    def get_form_class(self) -> type[forms.Form]:
        assert self.deed is not None
        return self.deed.form

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if hasattr(self.get_form_class(), "for_actor"):
            kwargs.update(actor=self.actor, thing=self.object)
        return kwargs

    def get_page_title(self) -> str:
        assert self.deed is not None
        return str(self.deed.label)

    def get_page_subtitle(self) -> str:
        return str(self.object)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listed = {"url": reverse(self.index_url_name), "label": str(self.model._meta.verbose_name_plural).capitalize()}
        thing = {"url": reverse(self.edit_url_name, args=[self.object.pk]), "label": str(self.object)}
        return [*self.breadcrumbs_items, listed, thing, {"url": "", "label": self.get_page_title()}]

    def form_valid(self, form: forms.Form) -> HttpResponse:
        assert self.deed is not None
        try:
            with transaction.atomic():
                result = self.deed.perform(self.actor, self.object, form.cleaned_data)
        except Refused as refused:
            show_refusal(form, refused)
            return self.form_invalid(form)
        if self.deed.answer is not None:
            return self.deed.answer(self.request, result)
        messages.success(self.request, str(self.deed.done or _("Done.")))
        return super().form_valid(form)

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=409)

    def get_success_url(self) -> str:
        assert self.deed is not None
        if self.deed.back == "edit":
            return reverse(self.edit_url_name, args=[self.object.pk])
        return reverse(self.index_url_name)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "deed": self.deed, "thing": self.object}


class ReferenceViewSet(ModelViewSet):
    """List, add and change rows of one model, and the acts beside that. Sub-classes say rows, act, form and actions."""

    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = False
    list_per_page = 30
    list_export: tuple[str, ...] = ()
    index_view_class = List
    add_view_class = Add
    edit_view_class = Change
    search_backend_name = None
    rows: Rows
    act: str
    form: type[forms.ModelForm[Any]]
    change_form: type[forms.ModelForm[Any]] | None = None
    adding = True
    acts: tuple[Act, ...] = ()
    event_kinds: tuple[str, ...] = ()
    more: Any = None

    @property
    def permission_policy(self) -> ActPolicy:
        return ActPolicy(self.model, self.act, adding=self.adding)

    def perform_add(self, actor: Actor, values: dict[str, Any]) -> Any:
        raise NotImplementedError

    def perform_change(self, actor: Actor, thing: Any, values: dict[str, Any]) -> Any:
        raise NotImplementedError

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm[Any]]:
        return (self.change_form or self.form) if for_update else self.form

    def get_edit_handler(self) -> None:
        return None

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_common_view_kwargs(
            **{
                "rows": self.rows,
                "act": self.act,
                "history_url_name": None,
                "usage_url_name": None,
                "delete_url_name": None,
                **kwargs,
            }
        )

    def get_add_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_add_view_kwargs(**kwargs), "perform": self.perform_add}

    def get_edit_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_edit_view_kwargs(**kwargs),
            "perform": self.perform_change,
            "acts": self.acts,
            "event_kinds": self.event_kinds,
            "more": self.more,
        }

    def get_urlpatterns(self) -> list[Any]:
        patterns = [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
        ]
        if self.adding:
            patterns.append(path("new/", self.add_view, name="add"))
        patterns.append(path("<uuid:pk>/", self.edit_view, name="edit"))
        for deed in self.acts:
            deed.url_name = self.get_url_name(deed.name)
            patterns.append(path(f"<uuid:pk>/{deed.name}/", self.construct_view(ActView, deed=deed), name=deed.name))
        return patterns

    def get_permissions_to_register(self) -> Any:
        from django.contrib.auth.models import Permission

        return Permission.objects.none()
