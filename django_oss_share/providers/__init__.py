"""Which credentials sign for which storage, and how those that end are fetched anew in time.

A storage names a set of ``OSS_SHARE["CREDENTIALS"]``; :func:`credentials_source` makes what that set describes. Sets
whose credentials end (``assume_role``, ``ecs_ram_role``, ``oidc``, a ``callable`` that says so) are refreshed by one
:class:`RefreshingProvider` for each set and process; where the app is installed, all processes share the tokens.
"""

from .cycle import Outcome
from .errors import RefreshFailed, StoreUnavailable, UnknownProvider
from .refreshing import RefreshingProvider
from .sets import credentials_source, further_credentials, refreshing_names, refreshing_provider, share_tokens_by
from .store import LEASE, MemoryStore, State, Store
from .token import MARGIN, Token

__all__ = [
    "LEASE",
    "MARGIN",
    "MemoryStore",
    "Outcome",
    "RefreshFailed",
    "RefreshingProvider",
    "State",
    "Store",
    "StoreUnavailable",
    "Token",
    "UnknownProvider",
    "credentials_source",
    "further_credentials",
    "refreshing_names",
    "refreshing_provider",
    "share_tokens_by",
]
