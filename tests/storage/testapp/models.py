"""Models with files, as a project has them."""

from __future__ import annotations

from typing import Any

from django.db import models

from django_oss_share.storage import OSSStorage


class ArchiveStorage(OSSStorage):
    """With arguments of its own, as S3Storage's users write their subclasses."""

    def __init__(self, year: int = 2026) -> None:
        super().__init__(
            bucket_name="archive-bucket",
            region_name="cn-hangzhou",
            access_key="LTAI-class-sentinel",
            secret_key="secret-class-sentinel",
            location=f"archive/{year}",
        )


def in_parallel(**options: Any) -> OSSStorage:
    return OSSStorage(bucket_name="scans-bucket", region_name="cn-hangzhou", **options)


class Report(models.Model):
    document = models.FileField(upload_to="reports", max_length=40)
    picture = models.ImageField(
        upload_to="pictures", width_field="picture_width", height_field="picture_height", blank=True
    )
    picture_width = models.IntegerField(null=True)
    picture_height = models.IntegerField(null=True)
    archived = models.FileField(storage=ArchiveStorage(2025), blank=True)
    scan = models.FileField(
        storage=in_parallel(
            access_key="LTAI-option-sentinel",
            secret_key="secret-option-sentinel",
            security_token="token-option-sentinel",
            proxies={"https": "http://user:proxy-option-sentinel@127.0.0.1:3128"},
            cdn={"domain": "cdn.example.com", "key": "cdn-option-sentinel"},
            gzip_content_types=("text/plain",),
        ),
        blank=True,
    )
