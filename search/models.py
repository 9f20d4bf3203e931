"""The outbox: which documents the index must hear of, written in the transaction of the change, so that none is forgotten; and the
searches people keep."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from repository.ids import new_id
from repository.models import User
from search.models_abbreviations import Abbreviation
from search.models_alerts import Alert, AlertKnown, AlertNotice, AskedSearch
from search.models_checks import IndexCheck, SetAside
from search.models_meaning import Meaning

__all__ = [
    "Abbreviation",
    "Alert",
    "AlertKnown",
    "AlertNotice",
    "AskedSearch",
    "IndexCheck",
    "Meaning",
    "Outbox",
    "SavedSearch",
    "SetAside",
]


class Outbox(models.Model):
    """One row per document. `revision` grows with every change, `done` is the one the index holds; no foreign key, because it is derived.

    The indexer asks for rows whose `done` is behind, never for rows after the last one it saw: ids commit out of order.
    """

    document_id = models.UUIDField(primary_key=True)
    revision = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["changed_at"], condition=Q(done__lt=F("revision")), name="outbox_waiting")]

    def __str__(self) -> str:
        return f"{self.document_id} {self.done}/{self.revision}"


class SavedSearch(models.Model):
    """A question a person keeps: hers alone, and no record. `query` is the address's query, words and filters as they were asked."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(_("name"), max_length=120)
    query = models.CharField(max_length=2000)
    created_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "query"], name="search_saved_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('search')}?{self.query}"
