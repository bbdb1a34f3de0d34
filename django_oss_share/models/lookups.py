"""How objects are found among the records."""

from __future__ import annotations

from hashlib import sha256


def object_digest(storage: str, key: str) -> str:
    """What a share of the object, or of the folder, is indexed by.

    A key has up to 1,023 bytes, more than MariaDB puts into an index, and some collations fold its letters' case.
    """
    return sha256(f"{storage}\0{key}".encode()).hexdigest()


def folders_above(key: str) -> list[str]:
    """``["a/", "a/b/"]`` for ``a/b/c.txt`` and for ``a/b/``."""
    return [key[: end + 1] for end, character in enumerate(key) if character == "/"]


def last_part(key: str) -> str:
    """``q3.pdf`` of ``reports/q3.pdf``, ``2026`` of ``reports/2026/``."""
    return key.rstrip("/").rpartition("/")[2]
