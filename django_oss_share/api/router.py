"""The addresses of the endpoints; the schema, and the tests of who may do what, are made from it."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from .views.audit import Audit
from .views.doctor import Doctor
from .views.exports import Exports
from .views.file_requests import FileRequests
from .views.grants import Grants
from .views.objects import Objects
from .views.presign import Presign
from .views.shares import Shares
from .views.uploads import Uploads

router = SimpleRouter()
router.register("shares", Shares, basename="shares")
router.register("objects", Objects, basename="objects")
router.register("presign", Presign, basename="presign")
router.register("grants", Grants, basename="grants")
router.register("audit", Audit, basename="audit")
router.register("exports", Exports, basename="exports")
router.register("uploads", Uploads, basename="uploads")
router.register("file-requests", FileRequests, basename="file_requests")
router.register("doctor", Doctor, basename="doctor")
