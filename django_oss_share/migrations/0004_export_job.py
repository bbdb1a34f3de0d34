import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("oss_share", "0003_notification"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ExportJob",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(blank=True, max_length=200, verbose_name="name")),
                (
                    "created_by_label",
                    models.CharField(blank=True, editable=False, max_length=150, verbose_name="owner's name"),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created"),
                ),
                ("source", models.JSONField(default=dict, verbose_name="source")),
                (
                    "output",
                    models.CharField(
                        choices=[("urls", "presigned links"), ("shares", "share links")],
                        default="urls",
                        max_length=6,
                        verbose_name="links",
                    ),
                ),
                ("options", models.JSONField(default=dict, verbose_name="options of the links")),
                ("format", models.CharField(default="csv", max_length=8, verbose_name="format")),
                ("gzip", models.BooleanField(default=False, verbose_name="compressed")),
                ("columns", models.JSONField(default=list, verbose_name="columns")),
                ("storage", models.CharField(default="default", max_length=100, verbose_name="storage")),
                ("base_url", models.CharField(blank=True, editable=False, max_length=500)),
                ("wanted_shards", models.PositiveIntegerField(default=1, editable=False)),
                ("seed", models.CharField(editable=False, max_length=32)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="queued",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "queued_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="queued"),
                ),
                ("started_at", models.DateTimeField(editable=False, null=True, verbose_name="started")),
                ("finished_at", models.DateTimeField(editable=False, null=True, verbose_name="finished")),
                ("error", models.CharField(blank=True, editable=False, max_length=500, verbose_name="error")),
                ("total", models.PositiveBigIntegerField(editable=False, null=True, verbose_name="rows expected")),
                ("result_storage", models.CharField(editable=False, max_length=100)),
                ("result_key", models.CharField(editable=False, max_length=1023, verbose_name="result")),
                ("result_size", models.PositiveBigIntegerField(editable=False, null=True, verbose_name="bytes")),
                ("upload_id", models.CharField(blank=True, editable=False, max_length=255)),
                ("planned_at", models.DateTimeField(editable=False, null=True)),
                ("expires_at", models.DateTimeField(editable=False, null=True, verbose_name="kept until")),
                ("removed_at", models.DateTimeField(editable=False, null=True, verbose_name="removed")),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="oss_exports",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "export",
                "verbose_name_plural": "exports",
                "ordering": ["-id"],
                "permissions": [
                    ("export_links", "Can export links"),
                    ("change_all_exports", "Can view, cancel and download everybody's exports"),
                ],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["created_by", "id"], name="oss_share_export_owner"),
                    models.Index(fields=["state"], name="oss_share_export_state"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportShard",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("index", models.PositiveIntegerField()),
                ("stretch", models.JSONField(default=dict)),
                ("is_done", models.BooleanField(default=False)),
                ("number", models.PositiveBigIntegerField(default=0)),
                ("lease_owner", models.CharField(blank=True, max_length=100)),
                ("lease_until", models.DateTimeField(null=True)),
                ("position", models.JSONField(default=dict)),
                ("writer_state", models.JSONField(null=True)),
                ("parts", models.JSONField(default=list)),
                ("head", models.BinaryField(default=bytes)),
                ("tail", models.BinaryField(default=bytes)),
                ("links_end_at", models.DateTimeField(null=True)),
                ("listed", models.PositiveBigIntegerField(default=0)),
                ("written", models.PositiveBigIntegerField(default=0)),
                ("skipped", models.PositiveBigIntegerField(default=0)),
                ("rate", models.FloatField(default=0)),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shards",
                        to="oss_share.exportjob",
                    ),
                ),
            ],
            options={
                "ordering": ["index"],
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("job", "index"), name="oss_share_shard_index")],
                "indexes": [models.Index(fields=["lease_until"], name="oss_share_shard_lease")],
            },
        ),
    ]
