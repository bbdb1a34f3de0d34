from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from django_oss_share.oss import CredentialsUnavailable
from django_oss_share.oss.errors import ServiceError

from .forms import DocumentForm
from .models import Document


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The uploads, and a form for the next; 503 while there is nothing to sign links with."""
    try:
        return upload(request) if request.method == "POST" else page(request, DocumentForm())
    except CredentialsUnavailable as error:
        response = render(request, "documents/unavailable.html", {"seconds": error.retry_after}, status=503)
        response["Retry-After"] = str(error.retry_after)
        return response


def upload(request: HttpRequest) -> HttpResponse:
    form = DocumentForm(request.POST, request.FILES)
    if not form.is_valid():
        return page(request, form, status=422)
    try:
        document = form.save()
    except ServiceError as error:
        form.add_error("file", f"The bucket did not take the file: {error}")
        return page(request, form, status=502)
    messages.success(request, f"Stored “{document.filename}”.")
    return redirect("index")


def page(request: HttpRequest, form: DocumentForm, status: int = 200) -> HttpResponse:
    context = {"documents": Document.objects.all(), "form": form}
    return render(request, "documents/index.html", context, status=status)
