"""Addresses that stand before those of the libraries: they answer in their place."""

from django.urls import path

from repository.pages import screen

urlpatterns = [
    path("accounts/password/reset/", screen.forgotten, name="account_reset_password"),
    path("i18n/setlang/", screen.set_language, name="set_language"),
    path("screen/", screen.screen, name="screen"),
]
