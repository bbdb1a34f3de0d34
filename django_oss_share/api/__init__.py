"""The REST API, for Django REST framework: ``path("api/v1/", include("django_oss_share.api.urls"))``.

Needs the extra ``[drf]``. Thin doors, as the admin is: each parses, calls one service, and answers; who may do what is
decided by the services, and every refusal is a problem document (RFC 9457).
"""
