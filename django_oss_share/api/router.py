"""The addresses of the endpoints; the schema, and the tests of who may do what, are made from it."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from .views.audit import Audit
from .views.grants import Grants
from .views.objects import Objects
from .views.presign import Presign
from .views.shares import Shares

router = SimpleRouter()
router.register("shares", Shares, basename="shares")
router.register("objects", Objects, basename="objects")
router.register("presign", Presign, basename="presign")
router.register("grants", Grants, basename="grants")
router.register("audit", Audit, basename="audit")
