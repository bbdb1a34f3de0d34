from django.db import models

from .kinds import Kind, kind_of


class Document(models.Model):
    """One upload. The bytes are in the bucket; here is what a list of uploads needs, so that it asks OSS nothing."""

    title = models.CharField(max_length=120, blank=True, help_text="The file’s name stands for it if empty.")
    file = models.FileField(upload_to="documents/%Y/%m/", max_length=500)
    # Django makes a safe key of it; this is what a download is saved as.
    filename = models.CharField("file name", max_length=255, editable=False)
    size = models.PositiveBigIntegerField(editable=False)
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return self.title or self.filename

    @property
    def kind(self) -> Kind:
        return kind_of(self.filename)
