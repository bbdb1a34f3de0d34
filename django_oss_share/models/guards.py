"""What must never be changed or removed behind the services' back."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from django.db import models

from ..oss import OSSShareError

_Model = TypeVar("_Model", bound=models.Model)


class Undeletable(OSSShareError, PermissionError):
    """Something that was once handed out is not deleted; it is revoked."""


class AppendOnly(OSSShareError, PermissionError):
    """The audit takes new rows, one at a time, and nothing else."""


class AppendOnlyQuerySet(models.QuerySet[_Model]):
    """Reads, and nothing that writes. :meth:`purge` is for :mod:`django_oss_share.services.audit` alone."""

    def update(self, **kwargs: Any) -> NoReturn:
        """:raises AppendOnly: always."""
        raise AppendOnly(f"{self.model.__name__} rows are append-only: they cannot be updated.")

    def delete(self) -> NoReturn:
        """:raises AppendOnly: always."""
        raise AppendOnly(f"{self.model.__name__} rows are append-only: purge old ones by services.audit.purge().")

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        """:raises AppendOnly: always."""
        raise AppendOnly(f"{self.model.__name__} rows are written one at a time, by services.audit.record().")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        """:raises AppendOnly: always."""
        raise AppendOnly(f"{self.model.__name__} rows are append-only: they cannot be updated.")

    def purge(self) -> int:
        """Remove these rows in one statement; how many they were."""
        return self._raw_delete(self.db)


class AppendOnlyModel(models.Model):
    """A row that is written once."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """:raises AppendOnly: the row is there already."""
        self.refuse_rewriting()
        super().save(*args, **{**kwargs, "force_insert": True})

    def refuse_rewriting(self) -> None:
        """:raises AppendOnly: the row is there already."""
        if not self._state.adding:
            raise AppendOnly(f"{type(self).__name__} {self.pk} is written and stays as it is.")

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """:raises AppendOnly: always."""
        raise AppendOnly(f"{type(self).__name__} {self.pk} stays; purge old rows by services.audit.purge().")
