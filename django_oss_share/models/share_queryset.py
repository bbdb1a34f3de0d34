"""Which shares: by state, by who may see them, by what they cover."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn, Self

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import models, router
from django.db.models import F, Q, Value
from django.utils import timezone

from .choices import Kind, State
from .guards import Undeletable
from .lookups import folders_above, object_digest

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

    from .share import Share

VIEW_ALL = "oss_share.view_all_shares"
CHANGE_ALL = "oss_share.change_all_shares"

_REVOKED = Q(revoked_at__isnull=False)
_EXHAUSTED = Q(max_downloads__isnull=False, downloads__gte=F("max_downloads"))
_SPENDABLE = Q(max_downloads__isnull=True) | Q(downloads__lt=F("max_downloads"))


def _expired(now: datetime) -> Q:
    return Q(expires_at__isnull=False, expires_at__lte=now)


def _unexpired(now: datetime) -> Q:
    return Q(expires_at__isnull=True) | Q(expires_at__gt=now)


def _scheduled(now: datetime) -> Q:
    return Q(starts_at__isnull=False, starts_at__gt=now)


def _started(now: datetime) -> Q:
    return Q(starts_at__isnull=True) | Q(starts_at__lte=now)


def users_can_be_deactivated() -> bool:
    """Whether the project's users have the column ``is_active``, which custom ones need not."""
    return any(field.name == "is_active" for field in get_user_model()._meta.concrete_fields)


class ShareQuerySet(models.QuerySet["Share"]):
    """The states are those of :meth:`Share.state`, and every share is in exactly one of them."""

    def revoked(self) -> Self:
        return self.filter(_REVOKED)

    def expired(self, now: datetime | None = None) -> Self:
        return self.filter(_expired(now or timezone.now()), revoked_at__isnull=True)

    def scheduled(self, now: datetime | None = None) -> Self:
        now = now or timezone.now()
        return self.filter(_scheduled(now), _unexpired(now), revoked_at__isnull=True)

    def exhausted(self, now: datetime | None = None) -> Self:
        now = now or timezone.now()
        return self.filter(_EXHAUSTED, _started(now), _unexpired(now), revoked_at__isnull=True)

    def active(self, now: datetime | None = None) -> Self:
        now = now or timezone.now()
        return self.filter(_SPENDABLE, _started(now), _unexpired(now), revoked_at__isnull=True)

    def in_state(self, state: State | str, now: datetime | None = None) -> Self:
        """:raises ValueError: no such state."""
        state = State(state)
        if state is State.REVOKED:
            return self.revoked()
        by_state = {
            State.EXPIRED: self.expired,
            State.SCHEDULED: self.scheduled,
            State.EXHAUSTED: self.exhausted,
            State.ACTIVE: self.active,
        }
        return by_state[state](now)

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """The user's own; everybody's with the permission ``view_all_shares`` or ``change_all_shares``."""
        return self._all_or_own(user, VIEW_ALL, CHANGE_ALL)

    def changeable_by(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """The user's own; everybody's with the permission ``change_all_shares``."""
        return self._all_or_own(user, CHANGE_ALL)

    def _all_or_own(self, user: Any, *permissions: str) -> Self:
        if any(user.has_perm(permission) for permission in permissions):
            return self.all()
        return self.none() if user.pk is None else self.filter(created_by=user)

    def owner_deactivated(self) -> Self:
        """Those whose owner may no longer log in, or is gone; to be handed over."""
        gone = Q(created_by__isnull=True) & ~Q(created_by_label="")
        return self.filter(gone | Q(created_by__is_active=False) if users_can_be_deactivated() else gone)

    def with_owner_state(self) -> Self:
        """Each with ``owner_is_active``: None where there is no owner, or none who could be deactivated."""
        if not users_can_be_deactivated():
            return self.annotate(owner_is_active=Value(None, models.BooleanField(null=True)))
        return self.annotate(owner_is_active=F("created_by__is_active"))

    def of_object(self, storage: str, key: str) -> Self:
        """Those through which the object can be fetched: its own, selections with it, and folders above it.

        Selections are looked up at once: as a subquery, PostgreSQL would read the whole table for them.
        """
        own = object_digest(storage, key)
        above = [object_digest(storage, folder) for folder in folders_above(key)]
        selections = list(self.model.objects.filter(items__object_digest=own).values_list("pk", flat=True))
        return self.filter(
            Q(object_digest=own, kind=Kind.OBJECT) | Q(object_digest__in=above, kind=Kind.PREFIX) | Q(pk__in=selections)
        )

    def locked(self, pk: int) -> Share:
        """The share, its row held by the transaction under way until that ends; ``revision`` is one higher.

        An UPDATE comes first because it locks on every database, which ``select_for_update`` does not on SQLite.

        :raises Share.DoesNotExist: there is none.
        """
        rows = self.using(router.db_for_write(self.model))
        rows.filter(pk=pk).update(revision=F("revision") + 1)
        return rows.get(pk=pk)

    def delete(self) -> NoReturn:
        """:raises Undeletable: always; revoke them, or purge long ended ones by ``services.shares.purge()``."""
        raise Undeletable("Shares are not deleted: revoke them, or purge long ended ones by services.shares.purge().")

    def purge(self) -> list[str]:
        """Remove them, with what belongs to them, within the transaction under way; their public ids.

        For :func:`django_oss_share.services.shares.purge` alone.
        """
        rows = self.order_by().using(router.db_for_write(self.model))
        # Holds the rows, so that none is changed out of this queryset while it goes.
        rows.update(revision=F("revision") + 1)
        gone = dict(rows.values_list("pk", "public_id"))
        for relation in self.model._meta.get_fields(include_hidden=True):
            if isinstance(relation, models.ManyToOneRel) and relation.on_delete is models.CASCADE:
                _remove(relation.related_model, rows.db, {f"{relation.field.name}__in": gone})
        _remove(self.model, rows.db, {"pk__in": gone})
        return list(gone.values())


def _remove(model: Any, using: str, which: dict[str, Any]) -> None:
    model._base_manager.using(using).filter(**which)._raw_delete(using)
