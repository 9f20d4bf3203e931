"""The list of documents. Rules live in access."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from repository.lists.documents import Documents
from repository.lists.pages import show
from repository.pages.base import page


@page
def documents(request: HttpRequest) -> HttpResponse:
    return show(request, Documents, "repository/documents.html")
