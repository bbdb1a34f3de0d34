"""The files that are there from the start.

Their names on disk are plain, so that every system can check them out; the names that they are uploaded under are not.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import DemoFailed

_DIRECTORY = Path(__file__).parent.parent / "samples"


@dataclass(frozen=True)
class Sample:
    """:ivar name: what the file is called on the disk of the person who uploads it.
    :ivar content_type: what OSS has to send it as.
    """

    file: str
    name: str
    title: str
    content_type: str

    def read(self) -> bytes:
        return (_DIRECTORY / self.file).read_bytes()


SAMPLES = (
    Sample("source.zip", "source+data 100% & 'final'.zip", "Source archive", "application/zip"),
    Sample("export-gb18030.txt", "旧系统导出 (GB18030).txt", "", "text/plain; charset=gb18030"),
    Sample("minutes-utf8.txt", "会议纪要 “秋季” #3.txt", "", "text/plain; charset=utf-8"),
    Sample("sunrise.mp4", '产品演示 "第 1 版".mp4', "Product video", "video/mp4"),
    Sample("landscape.png", "西湖 🌄 +50%.png", "West Lake at dawn", "image/png"),
    Sample("report.pdf", "季度报告 2026 Q3.pdf", "Quarterly report", "application/pdf"),
)


def load_samples() -> None:
    """Upload, by the form that visitors use, what an earlier run has not."""
    # Only once the settings are loaded.
    from django.core.files.uploadedfile import SimpleUploadedFile
    from documents.forms import DocumentForm
    from documents.models import Document

    for sample in SAMPLES:
        if Document.objects.filter(filename=sample.name).exists():
            continue
        form = DocumentForm({"title": sample.title}, {"file": SimpleUploadedFile(sample.name, sample.read())})
        if not form.is_valid():
            raise DemoFailed(f"The sample {sample.file} was refused: {form.errors.as_text()}")
        form.save()


#: Texts beside the documents, in a folder of their own.
DRAFTS = {"=SUM(1,1).txt": b"a name that a spreadsheet would calculate", "第 2 稿.txt": "第二稿".encode()}


def load_drafts() -> str:
    """Store them, where an earlier run has not; their folder."""
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage
    from documents.models import Document

    report = Document.objects.filter(filename=SAMPLES[-1].name).earliest("pk")
    folder = f"{report.file.name.rpartition('/')[0]}/drafts/"
    for name, content in DRAFTS.items():
        if not default_storage.exists(folder + name):
            default_storage.save(folder + name, ContentFile(content))
    return folder


def request_files(owner: Any) -> str:
    """The path of a page that takes files: that of an earlier run, where it is still open."""
    from django_oss_share.models import FileRequest, State
    from django_oss_share.services import file_requests

    found = FileRequest.objects.in_state(State.ACTIVE).order_by("-pk").first()
    return file_requests.get_url(
        found
        or file_requests.create(
            "incoming/calendar/",
            name="Photos for the calendar",
            note="Landscapes, please, and the film of the lake.\n请发风景照片。",
            max_files=50,
            max_size=2 * 1024**3,
            created_by=owner,
        )
    )


def share_sample(owner: Any) -> str:
    """The path of a share of the report: that of an earlier run, where it is still open."""
    from documents.models import Document

    from django_oss_share.links import share_link
    from django_oss_share.services import shares

    report = Document.objects.filter(filename=SAMPLES[-1].name).earliest("pk")
    return share_link(report.file) or shares.get_url(
        shares.create(
            report.file.name,
            created_by=owner,
            filename=report.filename,
            note="The figures of the third quarter.\n第三季度的数据。",
        )
    )
