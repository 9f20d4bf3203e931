"""Replaced by the pages."""

from django.http import HttpResponse


def page(request, *args, **kwargs):
    return HttpResponse("")
