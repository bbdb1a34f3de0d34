from django.contrib import admin
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html

from django_oss_share.admin import ShareFileAdminMixin
from django_oss_share.links import object_url

from .forms import DirectDocumentForm
from .models import Document


@admin.register(Document)
class DocumentAdmin(ShareFileAdminMixin, admin.ModelAdmin):
    form = DirectDocumentForm
    list_display = ["__str__", "filename", "readable_size", "uploaded_at", "download", "share_button"]
    actions = ["share_files", "export_links"]
    search_fields = ["title", "filename"]

    def get_readonly_fields(self, request: HttpRequest, obj: Document | None = None) -> list[str]:
        return ["filename", "readable_size", "uploaded_at"] if obj else []

    @admin.display(description="size", ordering="size")
    def readable_size(self, document: Document) -> str:
        return filesizeformat(document.size)

    @admin.display(description="link")
    def download(self, document: Document) -> str:
        return format_html(
            '<a href="{}">Download</a>', object_url(document.file, filename=document.filename, expires=300)
        )
