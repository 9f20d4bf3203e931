from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def put_guards_in_place(using: str, **_kwargs: Any) -> None:
    from django.db import connections

    from repository.guards import install

    install(connections[using])


def chose_her_own(user: Any, **_kwargs: Any) -> None:
    from repository.actors import actor_of
    from repository.preferences import MUST_CHANGE, remember

    remember(actor_of(user), MUST_CHANGE, lambda _kept: False)


class RepositoryConfig(AppConfig):
    name = "repository"
    verbose_name = _("Repository")

    def ready(self) -> None:
        from allauth.account.signals import password_changed

        from repository import plugins
        from repository.guards.rules import of_the_repository, protect

        protect(*of_the_repository())
        plugins.register()
        # Sent once for each app after all of them are migrated: one of them is enough.
        post_migrate.connect(put_guards_in_place, sender=self, dispatch_uid="repository.guards")
        password_changed.connect(chose_her_own, dispatch_uid="repository.password")
