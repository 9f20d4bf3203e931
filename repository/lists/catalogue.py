"""Every list by its name."""

from repository.lists.documents import Documents
from repository.lists.dossiers import Dossiers
from repository.lists.events import Events
from repository.lists.listing import Listing

LISTS: dict[str, type[Listing]] = {one.name: one for one in (Dossiers, Documents, Events)}
