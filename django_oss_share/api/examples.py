"""What requests and answers look like, for the schema."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample


def asked(name: str, value: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


def answered(name: str, value: dict[str, Any], status: str = "200") -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True, status_codes=[status])


SHARE: dict[str, Any] = {
    "id": 17,
    "url": "https://files.example.com/s/AbCdEfGhIjKlAAAxYzq0-123456789_abcdef/",
    "label": "q3.pdf",
    "state": "active",
    "kind": "object",
    "storage": "default",
    "key": "reports/q3.pdf",
    "keys": [],
    "version_id": "",
    "pin": "report",
    "name": "",
    "note": "",
    "filename": "",
    "disposition": "attachment",
    "mode": "page",
    "allow_zip": False,
    "owner": "ann",
    "created_at": "2026-10-01T08:00:00Z",
    "starts_at": None,
    "expires_at": "2026-10-31T08:00:00Z",
    "max_downloads": 3,
    "downloads": 0,
    "downloads_left": 3,
    "has_password": True,
    "allowed_networks": ["203.0.113.0/24"],
    "revoked_at": None,
    "revoked_by": "",
}
EVENT: dict[str, Any] = {
    "id": "0199a0b4-7c00-7a3e-8f00-1c2d3e4f5a6b",
    "at": "2026-10-01T08:00:00Z",
    "action": "created",
    "share": 17,
    "share_label": "q3.pdf [9f1c2b3a]",
    "actor": "ann",
    "reason": "",
    "address": "203.0.113.7",
    "user_agent": "python-httpx/0.28.1",
    "storage": "default",
    "key": "reports/q3.pdf",
    "link_digest": "",
    "link_expires_at": None,
    "data": {"kind": "object", "password": True},
}
LINK: dict[str, Any] = {
    "key": "reports/q3.pdf",
    "url": "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/reports/q3.pdf?x-oss-signature=…",
    "expires_at": "2026-10-01T09:00:00Z",
    "clipped": False,
}
GRANT: dict[str, Any] = {
    "id": 4,
    "recipient": "Acme",
    "note": "",
    "storage": "default",
    "bucket": "examplebucket",
    "prefix": "incoming/acme/",
    "actions": ["list", "put"],
    "duration": 3600,
    "is_active": True,
    "granted_by": "ann",
    "created_at": "2026-10-01T08:00:00Z",
    "expires_at": "2026-10-01T09:00:00Z",
    "access_key_id": "STS.NTexample",
}
CREDENTIALS: dict[str, Any] = {
    "access_key_id": "STS.NTexample",
    "access_key_secret": "…",
    "security_token": "…",
    "expiration": "2026-10-01T09:00:00Z",
    "endpoint": "https://oss-cn-hangzhou.aliyuncs.com",
    "region": "cn-hangzhou",
}
FILE: dict[str, Any] = {
    "key": "reports/q3.pdf",
    "size": 48213,
    "modified": "2026-09-30T17:00:00Z",
    "etag": '"5B3C1A2E053D763E1B002CC607C5A0FE"',
    "storage_class": "Standard",
}
OBJECT: dict[str, Any] = {
    **FILE,
    "storage": "default",
    "content_type": "application/pdf",
    "content_encoding": "",
    "crc64": "3231342946509354535",
    "version_id": None,
    "metadata": {"author": "ann"},
}
EXPORT: dict[str, Any] = {
    "id": 3,
    "name": "Reports",
    "state": "running",
    "output": "urls",
    "format": "csv",
    "gzip": False,
    "storage": "default",
    "filename": "Reports.csv",
    "owner": "ann",
    "created_at": "2026-10-01T08:00:00Z",
    "started_at": "2026-10-01T08:00:01Z",
    "finished_at": None,
    "expires_at": None,
    "has_result": False,
    "error": "",
}
PROGRESS: dict[str, Any] = {
    "listed": 120_000,
    "written": 118_203,
    "skipped": 0,
    "total": None,
    "size": 41_943_040,
    "rate": 21_000.0,
    "seconds_left": None,
    "fraction": None,
    "shards": 1,
    "shards_done": 0,
}
UPLOAD: dict[str, Any] = {
    "upload": "eyJzdG9yYWdlIjoi…",
    "key": "in/q3.pdf",
    "url": "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/in/q3.pdf?x-oss-signature=…",
    "headers": {"content-type": "application/pdf", "x-oss-forbid-overwrite": "true"},
    "expires_at": "2026-10-01T08:10:00Z",
}
FILE_REQUEST: dict[str, Any] = {
    "id": 5,
    "url": "https://files.example.com/s/up/AbCdEfGhIjKlAAAxYzq0-123456789_abcdef/",
    "name": "Tenders",
    "state": "active",
    "storage": "default",
    "prefix": "incoming/tenders/",
    "note": "",
    "owner": "ann",
    "created_at": "2026-10-01T08:00:00Z",
    "expires_at": "2026-10-31T08:00:00Z",
    "max_files": 20,
    "received": 1,
    "files_left": 19,
    "max_size": 5_368_709_120,
    "content_types": [".pdf"],
    "notify": True,
    "has_password": False,
    "revoked_at": None,
    "revoked_by": "",
}
RECEIVED: dict[str, Any] = {
    "receipt": "K7MPQ2RVXW",
    "filename": "offer.pdf",
    "key": "incoming/tenders/offer.pdf",
    "size": 48213,
    "content_type": "application/pdf",
    "state": "accepted",
    "verdict": "",
    "address": "203.0.113.7",
    "arrived_at": "2026-10-02T10:00:00Z",
}
DIAGNOSIS: dict[str, Any] = {
    "cause": "link_expired",
    "explanation": "It ended at 2026-10-01 09:00:00 UTC.",
    "cure": "Make a new one.",
    "link": {"kind": "V4", "bucket": "examplebucket", "key": "reports/q3.pdf"},
}
