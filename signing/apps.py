"""The signing app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SigningConfig(AppConfig):
    """Signatures and their verdicts."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "signing"
    verbose_name = _("Signatures")

    def ready(self) -> None:
        from signing.plugins import register

        register()
