"""All files at once: what that would cost, and the zip."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from ..oss import InvalidArgument, content_disposition
from ..services import access
from ..services.access import Visit
from .door import door, enter
from .showing import show
from .zips import chunks_for, zipped


@door("GET", "HEAD", "POST")
def archive(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET: how many files and bytes it would be. POST: the zip, each of whose files is counted."""
    visit = enter(request, token)
    if request.method == "HEAD":
        return HttpResponse()
    planned = access.plan_archive(visit)
    if request.method == "GET":
        return show(request, "archive", token, visit, {"count": len(planned.targets), "size": planned.size})
    access.issue_archive(visit, planned)
    headers = {"Content-Disposition": _disposition(visit)}
    return StreamingHttpResponse(
        chunks_for(request, zipped(visit, planned.targets)), content_type="application/zip", headers=headers
    )


def _disposition(visit: Visit) -> str:
    try:
        return content_disposition("attachment", f"{visit.share.label}.zip")
    except InvalidArgument:
        return content_disposition("attachment", "files.zip")
