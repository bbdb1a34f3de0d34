from typing import Any

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def forget_requests(apps: Any, editor: Any) -> None:
    """On the way back: what tells of file requests alone, and would have no share to tell of."""
    for name in ("Notification", "PasswordAttempt"):
        apps.get_model("oss_share", name).objects.using(editor.connection.alias).filter(share_id=None).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("oss_share", "0004_export_job"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FileRequest",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.CharField(editable=False, max_length=18)),
                ("token_version", models.PositiveIntegerField(default=0, editable=False)),
                ("revision", models.PositiveIntegerField(default=0, editable=False)),
                ("storage", models.CharField(default="default", max_length=100, verbose_name="storage")),
                ("prefix", models.CharField(max_length=900, verbose_name="folder")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="note",
                    ),
                ),
                (
                    "created_by_label",
                    models.CharField(blank=True, editable=False, max_length=150, verbose_name="owner's name"),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created"),
                ),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires")),
                ("max_files", models.PositiveIntegerField(blank=True, null=True, verbose_name="files at most")),
                ("max_size", models.PositiveBigIntegerField(verbose_name="size of a file at most")),
                ("content_types", models.JSONField(blank=True, default=list, verbose_name="types")),
                ("notify", models.BooleanField(default=True, verbose_name="tell the owner by e-mail")),
                ("password", models.CharField(blank=True, editable=False, max_length=255, verbose_name="password")),
                ("password_version", models.PositiveIntegerField(default=0, editable=False)),
                ("received", models.PositiveIntegerField(default=0, editable=False, verbose_name="files")),
                ("revoked_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="revoked")),
                (
                    "revoked_by_label",
                    models.CharField(blank=True, editable=False, max_length=150, verbose_name="revoked by"),
                ),
            ],
            options={
                "verbose_name": "file request",
                "verbose_name_plural": "file requests",
                "permissions": [
                    ("request_files", "Can request files"),
                    ("view_all_requests", "Can view everybody's file requests"),
                    ("change_all_requests", "Can change and revoke everybody's file requests"),
                    ("upload_object", "Can upload files straight to a bucket"),
                ],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="ReceivedFile",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("receipt", models.CharField(max_length=10, verbose_name="receipt")),
                ("filename", models.CharField(max_length=255, verbose_name="file name")),
                ("key", models.CharField(max_length=1023, verbose_name="key")),
                ("quarantine_key", models.CharField(blank=True, editable=False, max_length=1023)),
                ("upload_id", models.CharField(blank=True, editable=False, max_length=255)),
                ("size", models.PositiveBigIntegerField(verbose_name="bytes")),
                ("content_type", models.CharField(max_length=255, verbose_name="type")),
                ("etag", models.CharField(blank=True, editable=False, max_length=128, verbose_name="ETag")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("expected", "under way"),
                            ("waiting", "being examined"),
                            ("accepted", "received"),
                            ("rejected", "rejected"),
                            ("given_up", "given up"),
                        ],
                        default="expected",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("verdict", models.CharField(blank=True, max_length=200, verbose_name="finding")),
                ("address", models.CharField(blank=True, max_length=64, verbose_name="address")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="begun"),
                ),
                ("ends_at", models.DateTimeField(editable=False)),
                ("arrived_at", models.DateTimeField(editable=False, null=True, verbose_name="received")),
                ("examined_at", models.DateTimeField(editable=False, null=True, verbose_name="examined")),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "received file",
                "verbose_name_plural": "received files",
                "ordering": ["-id"],
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="notification",
            name="request_id",
            field=models.BigIntegerField(null=True, verbose_name="file request"),
        ),
        migrations.AlterField(
            model_name="notification",
            name="share_id",
            field=models.BigIntegerField(null=True, verbose_name="share"),
        ),
        migrations.AlterField(
            model_name="passwordattempt",
            name="share",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="oss_share.share",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["request_id", "action", "created_at"], name="oss_share_notify_request"),
        ),
        migrations.AddField(
            model_name="filerequest",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="oss_file_requests",
                to=settings.AUTH_USER_MODEL,
                verbose_name="owner",
            ),
        ),
        migrations.AddField(
            model_name="passwordattempt",
            name="request",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="oss_share.filerequest",
            ),
        ),
        migrations.AddIndex(
            model_name="passwordattempt",
            index=models.Index(fields=["request", "at"], name="oss_share_request_attempt"),
        ),
        migrations.AddField(
            model_name="receivedfile",
            name="request",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="files",
                to="oss_share.filerequest",
            ),
        ),
        migrations.AddIndex(
            model_name="filerequest",
            index=models.Index(fields=["created_by", "id"], name="oss_share_request_owner"),
        ),
        migrations.AddConstraint(
            model_name="filerequest",
            constraint=models.UniqueConstraint(fields=("public_id",), name="oss_share_request_public_id"),
        ),
        migrations.AddIndex(
            model_name="receivedfile",
            index=models.Index(fields=["request", "state"], name="oss_share_file_request"),
        ),
        migrations.AddIndex(
            model_name="receivedfile",
            index=models.Index(fields=["state", "ends_at"], name="oss_share_file_state"),
        ),
        migrations.AddConstraint(
            model_name="receivedfile",
            constraint=models.UniqueConstraint(fields=("receipt",), name="oss_share_receipt"),
        ),
        migrations.RunPython(migrations.RunPython.noop, forget_requests),
    ]
