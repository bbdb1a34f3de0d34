from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat

from django_oss_share.fields import DirectUploadField
from django_oss_share.oss import InvalidArgument, content_disposition

from .kinds import content_type
from .models import Document

#: Bytes of one upload.
MAX_SIZE = 100 * 1024 * 1024
DIRECT_MAX_SIZE = 2 * 1024**3


class DocumentForm(forms.ModelForm):
    """An upload, by the page or by the admin."""

    class Meta:
        model = Document
        fields = ["file", "title"]
        error_messages = {
            "file": {"required": "Choose a file first.", "empty": "This file is empty; there is nothing to store."}
        }

    def clean_file(self) -> UploadedFile:
        upload = self.cleaned_data["file"]
        if "file" not in self.changed_data:
            return upload
        if upload.size > MAX_SIZE:
            raise forms.ValidationError(
                f"This file has {filesizeformat(upload.size)}; at most {filesizeformat(MAX_SIZE)} are taken."
            )
        upload.content_type = content_type(upload.name, upload)
        self.instance.filename = original_name(upload.name)
        self.instance.size = upload.size
        return upload


class DirectDocumentForm(DocumentForm):
    """The same in the admin, where files of any size go straight into the bucket."""

    file = DirectUploadField.of(Document, "file", max_size=DIRECT_MAX_SIZE)

    def clean_file(self) -> str:
        upload = self.cleaned_data["file"]
        if "file" in self.changed_data:
            self.instance.filename, self.instance.size = upload.filename, upload.size
        return upload


def original_name(sent: str) -> str:
    """The name of the file on the visitor's disk, which a download will have again.

    :raises ValidationError: a browser could not save under that name.
    """
    # Browsers write a quotation mark as %22 and leave a percent sign alone, so this is a guess; names that really
    # hold "%22" are rarer than quotation marks.
    name = sent.replace("%22", '"')
    try:
        content_disposition("attachment", name)
    except InvalidArgument as error:
        raise forms.ValidationError(f"This file cannot be offered again under its name: {error}") from None
    return name
