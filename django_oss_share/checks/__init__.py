"""System checks: numbered, hinted, and without the network or the database.

Importing a module registers what it checks.
"""

from . import credentials, periods, settings, visitors

__all__ = ["credentials", "periods", "settings", "visitors"]
