"""Who may see what is one rule in two forms: `may(actor, act, object)` and `.visible_to(actor)`; `keys` carries it into search.

No access looks like 404. Unknown means no. Administrators and superusers do not thereby read records.
"""

from repository.access.fetch import fetch_for
from repository.access.keys import keys_of_actor, keys_of_documents, keys_of_dossiers
from repository.access.rule import ACTS, may, require

__all__ = ["ACTS", "fetch_for", "keys_of_actor", "keys_of_documents", "keys_of_dossiers", "may", "require"]
