from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "title",
                    models.CharField(blank=True, help_text="The file’s name stands for it if empty.", max_length=120),
                ),
                ("file", models.FileField(max_length=500, upload_to="documents/%Y/%m/")),
                ("filename", models.CharField(editable=False, max_length=255, verbose_name="file name")),
                ("size", models.PositiveBigIntegerField(editable=False)),
                ("uploaded_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"ordering": ["-uploaded_at", "-pk"]},
        ),
    ]
