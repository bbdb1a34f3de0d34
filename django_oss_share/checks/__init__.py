"""System checks: numbered, hinted, and without the network or the database.

Importing a module registers what it checks.
"""

from . import credentials, links, periods, settings, signers, visitors

__all__ = ["credentials", "links", "periods", "settings", "signers", "visitors"]
