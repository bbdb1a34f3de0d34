import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("oss_share", "0002_credentials"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "e-mail"), ("webhook", "webhook")], max_length=7, verbose_name="channel"
                    ),
                ),
                ("target", models.CharField(max_length=500, verbose_name="recipient")),
                ("event_id", models.UUIDField(verbose_name="audit event")),
                ("share_id", models.BigIntegerField(verbose_name="share")),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("created", "created"),
                            ("viewed", "page opened"),
                            ("unlocked", "unlocked"),
                            ("unlock_failed", "wrong password"),
                            ("issued", "link handed out"),
                            ("denied", "refused"),
                            ("extended", "expiry changed"),
                            ("changed", "settings changed"),
                            ("password_set", "password changed"),
                            ("rotated", "link replaced"),
                            ("revoked", "revoked"),
                            ("revived", "revived"),
                            ("handed_over", "handed over"),
                            ("object_changed", "the file was replaced"),
                            ("exported", "exported"),
                            ("granted", "access granted"),
                            ("uploaded", "uploaded"),
                            ("purged", "purged"),
                            ("credentials_refreshed", "credentials refreshed"),
                            ("reconciled", "compared with access logs"),
                        ],
                        max_length=24,
                        verbose_name="action",
                    ),
                ),
                ("payload", models.JSONField(verbose_name="content")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="created")),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="tries")),
                (
                    "next_try_at",
                    models.DateTimeField(default=django.utils.timezone.now, null=True, verbose_name="next try"),
                ),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
                ("error", models.CharField(blank=True, max_length=200, verbose_name="last error")),
            ],
            options={
                "verbose_name": "notification",
                "verbose_name_plural": "notifications",
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["next_try_at"], name="oss_share_notify_due"),
                    models.Index(fields=["share_id", "action", "created_at"], name="oss_share_notify_share"),
                ],
            },
        ),
    ]
